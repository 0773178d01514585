import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALL_NEWS, expectedRows, journeys, USUAL } from '../../bench/journey-events.js';
import {
  DAILY_CALLS,
  type JourneyResult,
  journeyMissed,
  limited,
  NAMES,
} from '../../bench/journey-report.js';
import { spread } from '../../bench/rounds.js';

const shares = (people: number, count: number, mix: typeof USUAL) => {
  const { first, then } = journeys(people, count, mix);
  const last = new Map(first.map((one) => [one.key, one]));
  let [changed, newer] = [0, 0];
  for (const one of then) {
    const before = last.get(one.key);
    if (before?.row['Loyalty_Points__c'] !== one.row['Loyalty_Points__c']) changed += 1;
    else if (before?.body.compare(one.body) !== 0) newer += 1;
    last.set(one.key, one);
  }
  return { changed: changed / count, newer: newer / count };
};

test('the events are mixed as is said', () => {
  const usual = shares(100, 1_000, USUAL);
  expect(usual.changed).toBeCloseTo(USUAL.changed, 6);
  expect(usual.newer).toBeCloseTo(USUAL.newer, 6);
  expect(shares(100, 300, ALL_NEWS)).toEqual({ changed: 1, newer: 0 });
});

test('the row that is expected is the one of the last event', () => {
  const { first, then } = journeys(3, 9, ALL_NEWS);
  const rows = expectedRows([...first, ...then]);
  expect([...rows.values()].map((row) => row['Loyalty_Points__c'])).toEqual([103, 103, 103]);
});

test('within the limit nobody is faster than in the run, nor makes more calls than a day allows', () => {
  const numbers = fc.record({ rate: fc.double({ min: 1, max: 1e5, noNaN: true }), calls: fc.nat(10_000) });
  fc.assert(
    fc.property(numbers, (run) => {
      const rate = limited(run, 10_000);
      expect(rate).toBeLessThanOrEqual(run.rate);
      expect((rate * run.calls * 86_400) / 10_000).toBeLessThanOrEqual(DAILY_CALLS * (1 + 1e-9));
    }),
  );
});

const result = (name: string, callsPer10k: number, atLimit: number): JourneyResult => ({
  ...{ name, callsPer10k, rowsPer10k: 1, most: 1, cpuMicros: 1, p50: 1, p99: 1 },
  ...{ rate: spread([1]), ratio: spread([1]), atLimit: spread([atLimit]), atMany: spread([atLimit]) },
});

test('a target that is missed is told: the ratio within the limit, the calls, and who was not there', () => {
  const ours = result(NAMES.ours, 20, 1);
  const judged = (...others: JourneyResult[]) =>
    journeyMissed({ usual: [ours, ...others], news: [], missing: undefined });
  expect(judged(result(NAMES.perBatch, 60, 2.1), result(NAMES.inOrder, 10_000, 21))).toEqual([]);
  expect(judged(result(NAMES.perBatch, 60, 1.9))).toHaveLength(1);
  expect(judged(result(NAMES.inOrder, 10_000, 19))).toHaveLength(1);
  expect(judged(result(NAMES.perBatch, 20, 2.1))).toEqual([expect.stringContaining('no fewer calls')]);
  expect(journeyMissed({ usual: [ours], news: [], missing: 'offline' })).toEqual([
    expect.stringContaining('offline'),
  ]);
});
