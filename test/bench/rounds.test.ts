import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ratioText } from '../../bench/outcome.js';
import { spread } from '../../bench/rounds.js';

test('quartiles lie between rounds where no round is one', () => {
  expect(spread([4, 1, 3, 2])).toMatchObject({ median: 2.5, low: 1.75, high: 3.25, min: 1, max: 4 });
  expect(spread([5, 1, 4, 2, 3])).toMatchObject({ median: 3, low: 2, high: 4 });
});

test('of fewer than four rounds the range is all of them, and the text says so', () => {
  expect(spread([10, 50, 51])).toMatchObject({ median: 50, low: 10, high: 51 });
  expect(ratioText(spread([10, 50, 51]))).toBe('50.0 (10.0-51.0, all 3 rounds)');
  expect(ratioText(spread([2]))).toBe('2.00 (one round)');
  expect(ratioText(spread([1, 2, 3, 4]))).toBe('2.50 (1.75-3.25)');
});

test('of no rounds zeros, which JSON has', () => {
  const none = spread([]);
  expect(none).toEqual({ median: 0, min: 0, max: 0, low: 0, high: 0, rounds: [] });
  expect(JSON.parse(JSON.stringify(none))).toEqual(none);
});

test('least, quartiles and most are in order, whatever order the rounds came in; half of the rounds are within', () => {
  const values = fc.array(fc.double({ min: 0.01, max: 1e6, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(values, (rounds) => {
      const { min, low, median, high, max, ...rest } = spread(rounds);
      const order = [min, low, median, high, max];
      expect(order.toSorted((a, b) => a - b)).toEqual(order);
      expect(spread(rounds.toReversed())).toMatchObject({ min, low, median, high, max });
      expect(rest.rounds).toEqual(rounds);
      expect(rounds.filter((one) => low <= one && one <= high).length).toBeGreaterThanOrEqual(
        rounds.length / 2 - 1,
      );
    }),
  );
});
