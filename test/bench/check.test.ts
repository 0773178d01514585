import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judge, LEAST, MOST, pooled, verdictText } from '../../bench/check.js';
import { type Spread, spread } from '../../bench/rounds.js';

/** Nine rounds, a third of them at each of three places. */
const rounds = (median: number, share: number): Spread =>
  spread([1 - share, 1, 1 + share].flatMap((at) => [median * at, median * at, median * at]));

const calm = (median: number) => rounds(median, 0.01);
const isWorse = (was: Spread, is: Spread): boolean | undefined => judge({ one: was }, { one: is })[0]?.worse;

/** Numbers of a seed, evenly between 0 and 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const normal = (next: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());

/** Rounds as they come: about a median, normally distributed, and one in ten of them disturbed and far too low. */
function drawn(next: () => number, median: number, sigma: number, count = 15): Spread {
  return spread(
    Array.from({ length: count }, () => median * (1 + sigma * normal(next)) * (next() < 0.1 ? 0.7 : 1)),
  );
}

/** As the command does it: what looks worse is measured once more and the rounds of both are judged. */
function isFound(committed: Spread, measure: () => Spread): boolean {
  const first = { one: measure() };
  if (judge({ one: committed }, first)[0]?.worse === false) return false;
  return judge({ one: committed }, pooled(first, { one: measure() }))[0]?.worse === true;
}

/**
 * In how many of a hundred seeded cases something is found when the true ratio is so much of what it was, the rounds of a process waver
 * by a share, and processes by another.
 */
function found(left: number, sigma: number, between = 0): number {
  const cases = Array.from({ length: 100 }, (_, seed) => {
    const next = numbers(seed + 1);
    const run = (median: number) => drawn(next, median * (1 + between * normal(next)), sigma);
    return isFound(run(4), () => run(4 * left));
  });
  return cases.filter(Boolean).length;
}

describe('of a hundred checks with made-up rounds', () => {
  test.each([0.01, 0.03, 0.06, 0.1])(
    'of the same code at most one finds anything, rounds wavering by %d',
    (sigma) => {
      expect(found(1, sigma)).toBeLessThanOrEqual(1);
    },
  );

  test('of the same code in processes that differ by 2.5 %, as they do, at most one finds anything', () => {
    expect(found(1, 0.02, 0.025)).toBeLessThanOrEqual(1);
    expect(found(0.8, 0.02, 0.025)).toBeGreaterThanOrEqual(95);
  });

  test.each([
    [0.15, 0.01],
    [0.15, 0.03],
    [0.2, 0.03],
    [0.2, 0.06],
  ])('a loss of %d is found by nearly all, rounds wavering by %d', (loss, sigma) => {
    expect(found(1 - loss, sigma)).toBeGreaterThanOrEqual(95);
  });

  test('a loss of a tenth is found by most where rounds are calm', () => {
    expect(found(0.9, 0.01)).toBeGreaterThanOrEqual(80);
  });
});

describe('a ratio beside the committed one', () => {
  test('may be lower by what processes of the same code differ by, and no more when rounds are calm', () => {
    expect(isWorse(calm(1), calm(1 - LEAST + 0.001))).toBe(false);
    expect(isWorse(calm(1), calm(1 - LEAST - 0.001))).toBe(true);
  });

  test('more rounds of the same noise allow less', () => {
    const nine = rounds(1, 0.08);
    const allowed = [1, 2, 4].map((times) => {
      const one = spread(Array.from({ length: times }, () => nine.rounds).flat());
      return judge({ one }, { one })[0]?.allowed;
    });
    const [first = 0] = allowed;
    expect(first).toBeLessThan(MOST);
    expect(allowed[1]).toBeCloseTo(first / Math.SQRT2, 6);
    expect(allowed[2]).toBeCloseTo(first / 2, 6);
  });

  test('a run that says nothing does not pass for a good one', () => {
    expect(isWorse(calm(10), spread([0.1, 1, 4, 20, 40]))).toBe(true);
    expect(isWorse(calm(10), spread([10 * (1 - MOST) - 0.01]))).toBe(true);
  });

  test('is worse when it is gone, or no number; a new one is named and not judged', () => {
    expect(judge({ one: calm(1) }, {})).toMatchObject([{ name: 'one', worse: true, is: undefined }]);
    expect(isWorse(calm(1), spread([Number.NaN]))).toBe(true);
    expect(judge({}, { one: calm(1) })).toMatchObject([{ name: 'one', worse: false, was: undefined }]);
  });

  const ratios = fc.array(fc.double({ min: 0.01, max: 1000, noNaN: true }), { minLength: 1 });

  test('what is as it was, or better, is never worse', () => {
    fc.assert(
      fc.property(ratios, fc.double({ min: 1, max: 10, noNaN: true }), (values, times) => {
        expect(isWorse(spread(values), spread(values.map((value) => value * times)))).toBe(false);
      }),
    );
  });

  test('what lost more than the most that is allowed is always worse', () => {
    fc.assert(
      fc.property(ratios, (values) => {
        const lost = spread(values.map((value) => value * (1 - MOST - 0.01)));
        expect(isWorse(spread(values), lost)).toBe(true);
      }),
    );
  });
});

test('the rounds of two runs are judged together, where there are two', () => {
  const both = pooled({ a: spread([1, 2]), b: spread([3]) }, { a: spread([9]) });
  expect(both).toEqual({ a: spread([1, 2, 9]), b: spread([3]) });
});

test('the text says which ones are worse, what they were and what they may be, and which are new', () => {
  const text = verdictText(
    judge({ good: calm(2), bad: calm(2), gone: calm(1) }, { good: calm(2), bad: calm(1), new: calm(3) }),
  );
  expect(text.split('\n')).toEqual([
    'ok     good: 2.00 (1.98-2.02), was 2.00 (1.98-2.02), may be 8 % lower',
    'WORSE  bad: 1.00 (0.99-1.01), was 2.00 (1.98-2.02), may be 8 % lower',
    'WORSE  gone: was 1.00 (0.99-1.01) and is not measured any more',
    'new    new: 3.00 (2.97-3.03), nothing is committed to hold it against',
    '',
  ]);
});
