import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declared, distance, nearest, proposal } from '../../shared/core/names.js';

/** The definition, without any of the shortcuts: optimal string alignment. */
function plainDistance(a: string, b: string): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) =>
    Array.from({ length: b.length + 1 }, (_, j) => (i === 0 ? j : j === 0 ? i : 0)),
  );
  const at = (i: number, j: number): number => table[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const row = table[i] ?? [];
      row[j] = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
        swapped ? at(i - 2, j - 2) + 1 : Infinity,
      );
    }
  return at(a.length, b.length);
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 9 });

describe('distance', () => {
  test('is what the definition says, up to the limit', () => {
    fc.assert(
      fc.property(word, word, fc.nat({ max: 5 }), (a, b, limit) => {
        expect(distance(a, b, limit)).toBe(Math.min(plainDistance(a, b), limit + 1));
      }),
      { numRuns: 3000 },
    );
  });

  test('of two neighbours that changed places is one', () => {
    expect(distance('from', 'form', 3)).toBe(1);
  });
});

describe('nearest', () => {
  test.each([
    ['a letter missing', 'namespce', ['namespace', 'name'], ['namespace']],
    ['another case before anything else', 'VIP', ['vop', 'vip'], ['vip', 'vop']],
    ['nothing that is simply another name', 'cold', ['hot', 'warm'], []],
    ['nothing for a name of two letters but its case', 'up', ['ip', 'UP'], ['UP']],
    ['nothing for a name that is declared as it stands', 'aab', ['aab'], []],
    ['three at the most', 'list-1', ['list-2', 'list-3', 'list-4', 'list-5'], ['list-2', 'list-3', 'list-4']],
    ['names whose small letters are longer', 'İİİİ', ['iiii', 'İİİİx'], ['İİİİx']],
  ])('gives %s', (_, name, known, expected) => {
    expect(nearest(name, known)).toEqual(expected);
  });

  test('agrees with the definition, whatever was compared before', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 3, maxLength: 12 }),
        fc.array(word),
        (name, known) => {
          const limit = Math.min(4, Math.floor(name.length / 3));
          // Whoever declared the very name has not slipped: it is never proposed for itself.
          const near = known.filter((other) => other !== name && plainDistance(name, other) <= limit);
          expect(nearest(name, known)).toHaveLength(Math.min(3, near.length));
          for (const other of nearest(name, known)) expect(near).toContain(other);
        },
      ),
      { examples: [['aab', ['aab']]] },
    );
  });

  test('of thousands of long names takes no time', () => {
    const known = Array.from({ length: 10_000 }, (_, i) => `the audience of campaign number ${i * 7919}`);
    const before = process.cpuUsage();
    for (let i = 0; i < 10; i++) nearest(`the audience of campaing numbr ${i}`, known);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(2000);
  });
});

test.each([
  ['nothing', [], 'none is declared'],
  ['one', ['sales'], 'declared is "sales"'],
  ['a few, none like it', ['hot', 'warm'], 'declared are "hot", "warm"'],
  ['a few, one like it', ['hot', 'VIPS'], 'did you mean "VIPS"? declared are "hot", "VIPS"'],
  [
    'many, none like it',
    [...'abcdefghijkl'],
    `declared are ${[...'abcdefghij'].map((name) => `"${name}"`).join(', ')} and 2 more`,
  ],
  ['many, one like it', [...'abcdefghijk', 'vip'], 'did you mean "vip"? 12 are declared'],
])('what is said of the names there are: %s', (_, known, expected) => {
  expect(declared('vips', known)).toBe(expected);
});

test('no proposal where none is near', () => {
  expect(proposal('cold', ['hot'])).toBeUndefined();
});
