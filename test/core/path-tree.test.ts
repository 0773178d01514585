import fc from 'fast-check';
import { expect, test } from 'vitest';
import { split, valueAt } from '../../shared/core/path.js';
import { treeOf, walk } from '../../shared/core/path-tree.js';

/** The last two every object has, but not as its own. */
const name = fc.constantFrom('a', 'b', 'c', 'length', '0', 'constructor', 'toString');
const path = fc
  .tuple(
    fc.constantFrom('a', 'b', 'c'),
    fc.array(
      fc.oneof(
        name.map((text) => `.${text}`),
        fc.constantFrom('[0]', '[1]', '[a=1]'),
      ),
      { maxLength: 3 },
    ),
  )
  .map(([first, rest]) => first + rest.join(''));
const { body } = fc.letrec<{ body: Record<string, unknown>; value: unknown }>((tie) => ({
  body: fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<unknown>(1, '1', null, true),
    tie('body'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}));

test('a walk over the tree finds what each path finds by itself', () => {
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 30 }), body, (texts, value) => {
      const paths = texts.map(split);
      const found = new Map<string, unknown>();
      walk(treeOf(paths), value, ({ text }, seen) => found.set(text, seen));
      const alone = paths
        .map((one) => [one.text, valueAt(value, one)] as const)
        .filter(([, seen]) => seen !== undefined);
      expect(new Map([...found].filter(([, seen]) => seen !== undefined))).toEqual(new Map(alone));
    }),
    { numRuns: 1_000 },
  );
});

test('the same with more names than are asked for one by one', () => {
  const paths = Array.from({ length: 40 }, (_, i) => split(`a.n${i}.v`));
  const found: unknown[] = [];
  walk(treeOf(paths), { a: { n3: { v: 3 }, n39: { v: 39 }, other: 1 } }, (_, seen) => found.push(seen));
  expect(found).toEqual([3, 39]);
});
