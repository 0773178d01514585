import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betterOf, judge, verdictText } from '../../bench/check.js';
import { spread } from '../../bench/rounds.js';

const calm = (median: number) => spread([median * 0.99, median, median, median, median * 1.01]);
const noisy = (median: number) => spread([median * 0.6, median * 0.8, median, median * 1.2, median * 1.4]);

const isWorse = (was: ReturnType<typeof calm>, is: ReturnType<typeof calm>): boolean | undefined =>
  judge({ one: was }, { one: is })[0]?.worse;

describe('a ratio beside the committed one', () => {
  test('is worse when it is lower than both runs waver', () => {
    expect(isWorse(calm(0.8), calm(0.7))).toBe(true);
    expect(isWorse(calm(0.8), calm(0.75))).toBe(false);
  });

  test('may be as much lower as the runs were noisy, and no more', () => {
    expect(isWorse(calm(10), noisy(8.5))).toBe(false);
    expect(isWorse(noisy(10), calm(8.5))).toBe(false);
    expect(isWorse(noisy(10), noisy(5.5))).toBe(true);
  });

  test('a run that says nothing does not pass for a good one', () => {
    expect(isWorse(calm(10), spread([0.1, 1, 4, 20, 40]))).toBe(true);
  });

  test('is worse when it is gone, or no number; a new one is not judged', () => {
    expect(judge({ one: calm(1) }, {})).toMatchObject([{ name: 'one', worse: true, is: undefined }]);
    expect(isWorse(calm(1), spread([Number.NaN]))).toBe(true);
    expect(judge({}, { one: calm(1) })).toEqual([]);
  });

  test('what is as it was, or better, is never worse', () => {
    const ratios = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(ratios, fc.double({ min: 1, max: 10, noNaN: true }), (values, times) => {
        const better = spread(values.map((value) => value * times));
        expect(isWorse(spread(values), better)).toBe(false);
      }),
    );
  });

  test('what lost half and more is always worse', () => {
    const ratios = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(ratios, (values) => {
        expect(isWorse(spread(values), spread(values.map((value) => value * 0.49)))).toBe(true);
      }),
    );
  });
});

test('of two runs the better one counts, ratio by ratio', () => {
  const both = betterOf({ a: calm(2), b: calm(1) }, { a: calm(1), b: calm(3), c: calm(4) });
  expect(Object.entries(both).map(([name, { median }]) => [name, median])).toEqual([
    ['a', 2],
    ['b', 3],
    ['c', 4],
  ]);
});

test('the text says which ones are worse, what they were and what they may be', () => {
  const text = verdictText(
    judge({ good: calm(2), bad: calm(2), gone: calm(1) }, { good: calm(2), bad: calm(1) }),
  );
  expect(text.split('\n')).toEqual([
    'ok     good: 2.00 (2.00-2.00), was 2.00 (2.00-2.00), may be 10 % lower',
    'WORSE  bad: 1.00 (1.00-1.00), was 2.00 (2.00-2.00), may be 10 % lower',
    'WORSE  gone: was 1.00 (1.00-1.00) and is not measured any more',
    '',
  ]);
});
