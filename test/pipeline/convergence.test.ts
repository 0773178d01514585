import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message, StateStore } from '../../shared/core/ports.js';
import type { Connector } from '../../shared/core/remote.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { batches, historyAndShuffle, levelRules } from '../support/histories.js';

/** The rows after one consumer has seen a history in order, one message at a time: what everything else must equal. */
async function reference(history: readonly Message[]) {
  const crm = fakeCrm();
  const pipeline = createPipeline(fakeDeps(levelRules, crm));
  for (const message of history) await pipeline.run([message], { redelivers: true });
  return crm.rows;
}

/** A stream: batches in order, each repeated until every message is settled. */
async function consume(deps: PipelineDeps, stream: readonly Message[][]): Promise<void> {
  const pipeline = createPipeline(deps);
  for (const batch of stream) {
    for (let left: readonly Message[] = batch, tries = 0; left.length > 0; tries++) {
      if (tries > 50) throw new Error('the batch never settles');
      const settlements = await pipeline.run(left, { redelivers: true });
      const first = settlements.findIndex(({ settled }) => !settled);
      left = first < 0 ? [] : left.slice(first);
    }
  }
}

test('any order, repetition and batching of the same events ends in the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, async ({ history, shuffled, cuts }) => {
      const crm = fakeCrm();
      await consume(fakeDeps(levelRules, crm), batches(shuffled, cuts));
      expect(crm.rows).toEqual(await reference(history));
    }),
    { numRuns: 2000 },
  );
});

test('any split of the same events between two streams, consumed at once, ends in the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, async ({ history, shuffled, cuts, streams }) => {
      const crm = fakeCrm();
      const deps = fakeDeps(levelRules, crm);
      const first = shuffled.filter((_, i) => streams[i] ?? false);
      const second = shuffled.filter((_, i) => !(streams[i] ?? false));
      await Promise.all([consume(deps, batches(first, cuts)), consume(deps, batches(second, cuts))]);
      expect(crm.rows).toEqual(await reference(history));
    }),
    { numRuns: 1000 },
  );
});

class Crash extends Error {}

/** Dies at the n-th call to the outside, before or after the call has had its effect. */
function dying<A extends unknown[], R>(
  call: (...args: A) => Promise<R>,
  fuse: { left: number; after: boolean },
) {
  return async (...args: A): Promise<R> => {
    fuse.left -= 1;
    if (fuse.left === 0 && !fuse.after) throw new Crash();
    const answer = await call(...args);
    if (fuse.left === 0) throw new Crash();
    return answer;
  };
}

test('a crash between any two steps loses nothing: the redelivered stream ends in the same rows', async () => {
  await fc.assert(
    fc.asyncProperty(
      historyAndShuffle,
      fc.array(fc.record({ left: fc.integer({ min: 1, max: 9 }), after: fc.boolean() }), {
        minLength: 1,
        maxLength: 4,
      }),
      async ({ history, shuffled, cuts }, crashes) => {
        const crm = fakeCrm();
        const deps = fakeDeps(levelRules, crm);
        for (const crash of crashes) {
          const fuse = { ...crash };
          const store: StateStore = {
            kind: 'memory',
            read: dying(deps.store.read, fuse),
            write: dying(deps.store.write, fuse),
          };
          const sales: Connector = { ...crm, send: dying(crm.send.bind(crm), fuse) };
          const mortal = { ...deps, store, connectors: new Map([['sales', sales]]) };
          await expect(
            consume(mortal, batches(shuffled, cuts)).catch(rethrowUnlessCrash),
          ).resolves.not.toThrow();
          deps.clock.advance(200_000);
        }
        await consume(deps, batches(shuffled, cuts));
        expect(crm.rows).toEqual(await reference(history));
      },
    ),
    { numRuns: 1000 },
  );
});

function rethrowUnlessCrash(error: unknown): void {
  if (!(error instanceof Crash)) throw error;
}
