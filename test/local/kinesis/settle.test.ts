import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DiscardedBatch } from '../../../local/event-source-mapping/on-failure.js';
import type { MappingSettings } from '../../../local/event-source-mapping/settings.js';
import { type SettleDeps, settle } from '../../../local/event-source-mapping/settle.js';
import type { Invocation } from '../../../local/lambda-invoker.js';
import { held, heldMany, sequence } from './held-records.js';
import { type HurriedClock, hurriedClock } from './hurried-clock.js';
import { failedAt, readEvent, SETTINGS } from './mapping-fixture.js';

const NOW = 1_700_000_000_000;

interface Bench extends SettleDeps {
  readonly clock: HurriedClock;
  readonly sends: string[][];
  readonly discarded: DiscardedBatch[];
  readonly errors: unknown[];
  readonly stop: AbortController;
}

/** A settling with a clock that only sleeping moves, and a function that answers for the ids it is given. */
function bench(
  settings: Partial<MappingSettings>,
  answer: (ids: string[], call: number) => Omit<Invocation, 'requestId'>,
): Bench {
  const stop = new AbortController();
  const sends: string[][] = [];
  const discarded: DiscardedBatch[] = [];
  const errors: unknown[] = [];
  return {
    settings: { ...SETTINGS, ...settings },
    invoke: async (event) => {
      const ids = readEvent(event).map(({ id }) => id);
      sends.push(ids);
      return { requestId: `request-${sends.length}`, ...answer(ids, sends.length) };
    },
    discard: async (batch) => {
      discarded.push(batch);
    },
    clock: hurriedClock(NOW),
    signal: stop.signal,
    counters: { invocations: 0, read: 0, done: 0, discarded: 0 },
    onError: (error) => errors.push(error),
    sends,
    discarded,
    errors,
    stop,
  };
}

const FAILS = { functionError: 'Unhandled' };

test('a moved checkpoint makes a new batch, which has all its retries again', async () => {
  const answers = [
    failedAt(sequence(0)),
    failedAt(sequence(1)),
    failedAt(sequence(1)),
    failedAt(sequence(1)),
    {},
  ];
  const deps = bench({ maximumRetryAttempts: 2 }, (_, call) => ({ payload: answers[call - 1] }));
  await settle(heldMany(3), deps);
  expect(deps.sends.map((ids) => ids.length)).toEqual([3, 3, 2, 2, 2]);
  expect(deps.discarded).toEqual([]);
  expect(deps.counters).toMatchObject({ invocations: 5, done: 3 });
});

test('the pause between failed rounds doubles up to a second, and progress starts it anew', async () => {
  const answers = Array.from({ length: 9 }, (_, round) => failedAt(sequence(round < 7 ? 0 : 1)));
  const deps = bench({}, (_, call) => ({ payload: answers[call - 1] }));
  await settle(heldMany(2), deps);
  expect(deps.clock.slept).toEqual([20, 40, 80, 160, 320, 640, 1_000, 20, 40]);
});

test('records that are too old are discarded before anything is sent, the rest goes out', async () => {
  const old = [held(0, { at: NOW - 61_000 }), held(1, { at: NOW - 60_001 })];
  const deps = bench({ maximumRecordAgeInSeconds: 60 }, () => ({}));
  await settle([...old, held(2, { at: NOW - 60_000 })], deps);
  expect(deps.discarded).toEqual([
    { records: old, condition: 'RecordAgeExceeded', sends: 0, last: undefined },
  ]);
  expect(deps.sends).toEqual([[sequence(2)]]);
  expect(deps.counters).toMatchObject({ done: 1, discarded: 2 });
});

test('a batch that is retried for ever still ends when it grows too old', async () => {
  const deps = bench({ maximumRecordAgeInSeconds: 60 }, () => FAILS);
  await settle(heldMany(2, { at: NOW }), deps);
  expect(deps.discarded.map(({ condition, records, sends }) => [condition, records.length, sends])).toEqual([
    ['RecordAgeExceeded', 2, deps.sends.length],
  ]);
  expect(deps.clock.now() - NOW).toBeGreaterThan(60_000);
});

test('a function that cannot be called costs no retry and is never split or given up', async () => {
  let refusals = 0;
  const deps = bench({ maximumRetryAttempts: 0, bisectBatchOnFunctionError: true }, () => {
    if (refusals++ < 4) throw new Error('TooManyRequestsException');
    return {};
  });
  await settle(heldMany(2), deps);
  expect(deps.sends.map((ids) => ids.length)).toEqual([2, 2, 2, 2, 2]);
  expect(deps.counters).toMatchObject({ invocations: 1, done: 2, discarded: 0 });
  expect(deps.errors).toHaveLength(4);
});

test('a mapping that stops leaves its batch unsettled: no retry is used up, nothing is discarded', async () => {
  const deps = bench({ maximumRetryAttempts: 0, bisectBatchOnFunctionError: true }, () => {
    deps.stop.abort();
    return FAILS;
  });
  await settle(heldMany(4), deps);
  expect(deps.sends).toHaveLength(1);
  expect(deps.discarded).toEqual([]);
  expect(deps.counters).toMatchObject({ done: 0, discarded: 0 });
});

test('with bisect, exactly the records that throw are discarded, whichever they are, and the others are done once', async () => {
  const poison = fc.uniqueArray(fc.nat(29), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 30 }),
      poison,
      fc.integer({ min: 0, max: 2 }),
      async (count, bad, retries) => {
        const poisoned = new Set(bad.map(sequence));
        const done: string[] = [];
        const deps = bench({ maximumRetryAttempts: retries, bisectBatchOnFunctionError: true }, (ids) => {
          if (ids.some((id) => poisoned.has(id))) return FAILS;
          done.push(...ids);
          return {};
        });
        await settle(heldMany(count), deps);
        const all = heldMany(count).map(({ sequenceNumber }) => sequenceNumber);
        expect(done).toEqual(all.filter((id) => !poisoned.has(id)));
        expect(
          deps.discarded.flatMap(({ records }) => records.map(({ sequenceNumber }) => sequenceNumber)),
        ).toEqual(all.filter((id) => poisoned.has(id)));
        expect(deps.discarded.every(({ sends }) => sends === retries + 1)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('whatever the answers are, endless retries lose nothing and every send begins at the first undone record', async () => {
  const answers = fc.infiniteStream(fc.oneof(fc.constant('throw'), fc.nat(12)));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      answers,
      async (count, bisect, stream) => {
        const given = stream[Symbol.iterator]();
        let done = 0;
        const deps = bench({ bisectBatchOnFunctionError: bisect }, (ids) => {
          const answer = given.next().value;
          expect(ids[0]).toBe(sequence(done));
          if (typeof answer === 'string') return FAILS;
          done += Math.min(answer, ids.length);
          return { payload: answer < ids.length ? failedAt(ids[answer] ?? '') : null };
        });
        await settle(heldMany(count), deps);
        expect(done).toBe(count);
        expect(deps.counters).toMatchObject({ done: count, discarded: 0, invocations: deps.sends.length });
      },
    ),
    { numRuns: 60 },
  );
});
