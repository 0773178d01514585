import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Message } from '../../shared/core/ports.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { batches } from '../support/histories.js';
import {
  type Carried,
  dealt,
  HUMANS,
  humanHistory,
  humanRules,
  messageOf,
  type Says,
  saysOf,
} from '../support/humans.js';
import { humansAfter, statesIn } from '../support/humans-after.js';
import { consume, consumeDying, type Fuse } from '../support/streams.js';

interface World {
  readonly crm: ReturnType<typeof fakeCrm>;
  readonly deps: ReturnType<typeof fakeDeps>;
}

function world(): World {
  const crm = fakeCrm();
  return { crm, deps: fakeDeps(humanRules, crm) };
}

const endOf = ({ crm, deps }: World) => humansAfter(deps.store, crm);

async function reference(messages: readonly Message[]) {
  const one = world();
  await consume(one.deps, batches(messages, [1]));
  return endOf(one);
}

/** Whether nothing that happens once has happened twice. */
function expectNothingTwice({ crm }: World): void {
  const once = crm.calls.flat().flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  expect(new Set(once).size).toBe(once.length);
}

const RUNS = { numRuns: 600 };

test('any order, repetition and batching of the same records ends in the same persons, states and rows', async () => {
  await fc.assert(
    fc.asyncProperty(humanHistory, async ({ messages, deal: { shuffled, cuts } }) => {
      const one = world();
      await consume(one.deps, batches(shuffled, cuts));
      expect(await endOf(one)).toEqual(await reference(messages));
      expectNothingTwice(one);
    }),
    RUNS,
  );
});

test('so does any split between two consumers at once', async () => {
  await fc.assert(
    fc.asyncProperty(humanHistory, async ({ messages, deal: { shuffled, cuts, streams } }) => {
      const one = world();
      const part = (which: boolean) => shuffled.filter((_, i) => (streams[i] ?? false) === which);
      await Promise.all([
        consume(one.deps, batches(part(true), cuts)),
        consume(one.deps, batches(part(false), cuts)),
      ]);
      expect(await endOf(one)).toEqual(await reference(messages));
      expectNothingTwice(one);
    }),
    RUNS,
  );
});

const fuses: fc.Arbitrary<Fuse[]> = fc.array(
  fc.record({ calls: fc.integer({ min: 1, max: 14 }), done: fc.integer({ min: 0, max: 3 }) }),
  { minLength: 1, maxLength: 4 },
);

test('so do crashes between any two steps, and among the writes of one step', async () => {
  await fc.assert(
    fc.asyncProperty(humanHistory, fuses, async ({ messages, deal: { shuffled, cuts } }, crashes) => {
      const one = world();
      await consumeDying(one.deps, batches(shuffled, cuts), crashes);
      expect(await endOf(one)).toEqual(await reference(messages));
    }),
    RUNS,
  );
});

/**
 * Two humans with one e-mail address and one browser. Names say of which CRM id a record is, points come under the
 * address alone, notes under the browser alone.
 */
const sharing = fc
  .array(saysOf(HUMANS, fc.constantFrom<Carried>('c', 'e', 'x', 'ce', 'cx', 'cex')), {
    minLength: 2,
    maxLength: 8,
  })
  .chain((says) => {
    const tagged = says.map(({ carries, ...one }): Says => {
      const said = { ...one, carries, name: undefined, points: undefined };
      if (carries === 'e') return { ...said, points: one.at };
      if (carries === 'x') return { ...said, note: `${one.at}` };
      return { ...said, name: `C-${one.human}`, memberships: [['hot-1', 'realized', 12]] };
    });
    const messages = tagged.map((one, i) => messageOf(one, i, () => 1));
    return fc.record({ deal: dealt(messages), crashes: fuses });
  });

test('two persons who share identities are never merged, and what came under these goes to one of them at most', async () => {
  await fc.assert(
    fc.asyncProperty(sharing, async ({ deal: { shuffled, cuts, streams }, crashes }) => {
      const one = world();
      const part = (which: boolean) => shuffled.filter((_, i) => (streams[i] ?? false) === which);
      await Promise.all([
        consumeDying(one.deps, batches(part(true), cuts), crashes),
        consume(one.deps, batches(part(false), cuts)),
      ]);
      const states = await statesIn(one.deps.store);
      const [first, second] = [1, 2].map((human) => states.get(`crmid:C-${human}`));
      for (const [state, name] of [
        [first, 'C-1'],
        [second, 'C-2'],
      ] as const) {
        expect([undefined, name]).toContain(state?.values.get('name')?.value);
        expect(state?.claimants ?? []).toEqual([]);
      }
      for (const path of ['points', 'note'])
        expect(first?.values.has(path) && second?.values.has(path)).not.toBe(true);
      for (const human of [1, 2])
        expect([undefined, `C-${human}`]).toContain(one.crm.rows.get(`Contact/C-${human}`)?.['Name']);
    }),
    RUNS,
  );
});
