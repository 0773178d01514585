import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLane, EVENT_LIMIT, laneOf, nextBatch } from '../../../local/event-source-mapping/lane.js';
import { toEvent } from '../../../local/event-source-mapping/record.js';
import type { SettleDeps } from '../../../local/event-source-mapping/settle.js';
import { held, heldMany } from './held-records.js';
import { hurriedClock } from './hurried-clock.js';
import { failedAt, readEvent, SETTINGS } from './mapping-fixture.js';

describe('a batch closes', () => {
  const bounds = { batchSize: 3, windowMs: 1_000, now: 999, closed: false };
  const waiting = (count: number, bytes = 1) => heldMany(count, { readAt: 0, bytes });

  test('at its size', () => {
    expect(nextBatch(waiting(7), bounds)).toBe(3);
    expect(nextBatch(waiting(2), bounds)).toBe(0);
  });
  test('at the end of the window since its first record was read', () => {
    expect(nextBatch(waiting(2), { ...bounds, now: 1_000 })).toBe(2);
    expect(nextBatch([], { ...bounds, now: 1_000 })).toBe(0);
    expect(nextBatch(waiting(1), { ...bounds, windowMs: 0, now: 0 })).toBe(1);
  });
  test('when its shard ends', () => {
    expect(nextBatch(waiting(2), { ...bounds, closed: true })).toBe(2);
  });
  test('at 6 MB of event, but never below one record', () => {
    const big = waiting(8, 1_000_000);
    const count = nextBatch(big, { ...bounds, batchSize: 100 });
    expect(count).toBe(4); // base64 adds a third
    expect(Buffer.byteLength(JSON.stringify(toEvent(big.slice(0, count))))).toBeLessThanOrEqual(EVENT_LIMIT);
    expect(Buffer.byteLength(JSON.stringify(toEvent(big.slice(0, count + 1))))).toBeGreaterThan(EVENT_LIMIT);
    expect(nextBatch(waiting(2, 9_000_000), { ...bounds, batchSize: 100 })).toBe(1);
  });
  test('the size that is counted is the size of the event', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.nat(40)), { minLength: 1 }), (given) => {
        const records = given.map(([key, bytes], index) => held(index, { key, bytes }));
        const counted = records.reduce((sum, { size }) => sum + size, 14);
        // The last record has no comma behind it.
        expect(Buffer.byteLength(JSON.stringify(toEvent(records)))).toBe(counted - 1);
      }),
    );
  });
});

test('a partition key has one lane, and keys spread over all of them', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 10 }), (key, lanes) => {
      expect(laneOf(key, lanes)).toBe(laneOf(key, lanes));
      expect(laneOf(key, lanes)).toBeLessThan(lanes);
    }),
  );
  const used = Array.from({ length: 1_000 }, (_, index) => laneOf(`person-${index}`, 10));
  for (let lane = 0; lane < 10; lane++) expect(used.filter((one) => one === lane).length).toBeGreaterThan(50);
});

/** Lanes over a function whose answers come in an order that fast-check chooses. */
function lanesOver(scheduler: fc.Scheduler, factor: number, batchSize: number, failing: ReadonlySet<number>) {
  const done: { key: string; id: string }[] = [];
  const open = new Set<string>();
  let most = 0;
  let calls = 0;
  let running = 0;
  const deps: SettleDeps = {
    settings: { ...SETTINGS, batchSize, parallelizationFactor: factor },
    invoke: async (event) => {
      const seen = readEvent(event);
      const keys = new Set(seen.map(({ key }) => key));
      for (const key of keys) expect(open).not.toContain(key);
      for (const key of keys) open.add(key);
      expect(seen.length).toBeLessThanOrEqual(batchSize);
      most = Math.max(most, ++running);
      await scheduler.schedule(Promise.resolve(), 'answer');
      running -= 1;
      for (const key of keys) open.delete(key);
      const [first] = seen;
      if (first && failing.has(calls++)) return { requestId: 'r', payload: failedAt(first.id) };
      done.push(...seen);
      return { requestId: 'r', payload: null };
    },
    discard: async () => {},
    clock: hurriedClock(),
    signal: new AbortController().signal,
    counters: { invocations: 0, read: 0, done: 0, discarded: 0 },
    onError: (error) => {
      throw error;
    },
  };
  const lanes = Array.from({ length: factor }, () => createLane(deps));
  return { lanes, done, most: () => most };
}

test('N lanes: at most N batches at once, one per key, and order per key holds through failures', async () => {
  const records = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1, maxLength: 40 });
  const factors = fc.integer({ min: 1, max: 10 });
  const failing = fc.uniqueArray(fc.nat(15));
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), records, factors, failing, async (scheduler, keys, factor, failed) => {
      const { lanes, done, most } = lanesOver(scheduler, factor, 4, new Set(failed));
      const all = keys.map((key, index) => held(index, { key }));
      for (const record of all) lanes[laneOf(record.event.kinesis.partitionKey, factor)]?.push(record);
      for (const lane of lanes) lane.tick(true);
      const ended = Promise.all(lanes.map((lane) => lane.ended()));
      await scheduler.waitFor(ended);
      expect(most()).toBeLessThanOrEqual(factor);
      expect(done).toHaveLength(all.length);
      for (const key of new Set(keys)) {
        const inOrder = all.filter((record) => record.event.kinesis.partitionKey === key);
        expect(done.filter((one) => one.key === key).map(({ id }) => id)).toEqual(
          inOrder.map(({ sequenceNumber }) => sequenceNumber),
        );
      }
    }),
    { numRuns: 60 },
  );
});
