import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IncomingEvent } from '../../../local/emulators/event-hubs/event.js';
import { PartitionLog, type StoredEvent } from '../../../local/emulators/event-hubs/log.js';

const NONE = Buffer.alloc(0);
const event = (bytes: number): IncomingEvent => ({
  header: NONE,
  annotations: [],
  rest: Buffer.alloc(bytes),
  partitionKey: undefined,
});

/** Batches of (size, clock reading), where the clock may well run backwards. */
const batches = fc.array(
  fc.record({
    sizes: fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 5 }),
    at: fc.integer({ min: 0, max: 100 }),
  }),
  { maxLength: 40 },
);

function filled(input: { sizes: number[]; at: number }[], retain = Number.MAX_SAFE_INTEGER): PartitionLog {
  const log = new PartitionLog();
  for (const { sizes, at } of input) log.append(sizes.map(event), at, retain);
  return log;
}

const pairs = (events: readonly StoredEvent[]): [StoredEvent, StoredEvent][] =>
  events.slice(1).flatMap((next, i) => (events[i] ? [[events[i], next]] : []));

test('sequence numbers have no gaps, offsets grow, times never go back', () => {
  fc.assert(
    fc.property(batches, (input) => {
      const events = filled(input).retained();
      expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(events.map((_, i) => i));
      for (const [before, after] of pairs(events)) {
        expect(after.offset).toBeGreaterThan(before.offset);
        expect(after.enqueuedAt).toBeGreaterThanOrEqual(before.enqueuedAt);
      }
    }),
  );
});

test('retention keeps exactly the newest, and changes nothing about them', () => {
  fc.assert(
    fc.property(batches, fc.integer({ min: 1, max: 20 }), (input, retain) => {
      const kept = filled(input, retain);
      const all = filled(input).retained();
      expect(kept.retained()).toEqual(all.slice(-retain));
      expect(kept.end).toBe(all.length);
      expect(kept.first).toBe(Math.max(0, all.length - retain));
      expect(kept.at(kept.first - 1)).toBeUndefined();
    }),
  );
});

test('a position is found as a scan would find it', () => {
  const fields = fc.constantFrom('sequenceNumber' as const, 'offset' as const, 'enqueuedAt' as const);
  fc.assert(
    fc.property(
      batches,
      fields,
      fc.integer({ min: -1, max: 120 }),
      fc.boolean(),
      (input, field, value, inclusive) => {
        const log = filled(input, 30);
        const scan = log
          .retained()
          .find((each) => each[field] > value || (inclusive && each[field] === value));
        expect(log.find(field, value, inclusive)).toBe(scan?.sequenceNumber ?? log.end);
      },
    ),
  );
});

test('a long life keeps memory bounded and positions right', () => {
  const log = new PartitionLog();
  for (let i = 0; i < 20_000; i++) log.append([event(1)], i, 100);
  expect(log.retained()).toHaveLength(100);
  expect(log.first).toBe(19_900);
  expect(log.at(19_950)).toMatchObject({ sequenceNumber: 19_950, enqueuedAt: 19_950 });
  expect(log.find('enqueuedAt', 5, false)).toBe(19_900);
});
