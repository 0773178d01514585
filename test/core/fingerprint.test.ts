import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base36, canonical, fingerprint } from '../../shared/core/fingerprint.js';
import type { Json } from '../../shared/core/ports.js';

/** JSON as it comes from JSON.parse: no -0, nothing that JSON cannot hold. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json); // text of a JSON value

/** The same value with the members of every object in another order. */
function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, turned(item)]),
  );
}

test('canonical text is JSON of the same value, whatever the order of members', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(JSON.parse(canonical(value))).toEqual(value);
      expect(canonical(turned(value))).toBe(canonical(value));
      expect(fingerprint(turned(value))).toBe(fingerprint(value));
    }),
    { numRuns: 2000 },
  );
});

test('different values have different texts and fingerprints', () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      const same = canonical(a) === canonical(b);
      expect(fingerprint(a) === fingerprint(b)).toBe(same);
      if (same) expect(a).toEqual(b);
    }),
    { numRuns: 2000 },
  );
});

test.each<[Json, Json]>([
  ['1', 1],
  ['true', true],
  ['null', null],
  ['', null],
  ['[]', []],
  [
    ['a', 'b'],
    ['b', 'a'],
  ],
  [
    [1, [2]],
    [[1], 2],
  ],
  [['a,b'], ['a', 'b']],
  [{ a: 1 }, [['a', 1]]],
  [{ a: { b: 1 } }, { a: '{"b":1}' }],
  [{ 'a":1,"b': 2 }, { a: 1, b: 2 }],
  ['é', 'e\u0301'],
  ['a', 'A'],
  ['a', 'a '],
])('%j and %j are not the same', (a, b) => {
  expect(fingerprint(a)).not.toBe(fingerprint(b));
});

test('a quarter of a million near texts and numbers share no fingerprint', () => {
  const seen = new Set<string>();
  let count = 0;
  const add = (value: Json): void => {
    seen.add(fingerprint(value));
    count += 1;
  };
  for (let i = 0; i < 60_000; i++) {
    add(i);
    add(`C-${i}`);
    add(`${i}@example.com`);
  }
  for (let i = 0; i < 256; i++)
    for (let j = 0; j < 256; j++) add(String.fromCharCode(0x4e00 + i, 0x4e00 + j));
  expect(seen.size).toBe(count);
});

test('a fingerprint is short and stays what it is: it is stored', () => {
  expect(fingerprint('VIP')).toBe(fingerprint('VIP'));
  expect([
    fingerprint('VIP'),
    fingerprint(true),
    fingerprint({ b: [1, null], a: 'x' }),
  ]).toMatchInlineSnapshot(`
    [
      "pfj9f26gr0.1esgdfmeze0",
      "1jjys1etay2.1t1kjnnxu7d",
      "u0onkaaoc.svakbcmyve",
    ]
  `);
  expect(fingerprint('x'.repeat(100_000)).length).toBeLessThanOrEqual(23);
});

test('the digits are those of toString(36), which stored fingerprints were made with', () => {
  for (const value of [0, 35, 36, 1295, 1296, 2 ** 32, 2 ** 52 + 1295, 2 ** 53 - 1])
    expect(base36(value)).toBe(value.toString(36));
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(base36(value)).toBe(value.toString(36));
    }),
    { numRuns: 5000 },
  );
});
