import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { canonical } from '../../shared/core/fingerprint.js';
import { FieldSource } from '../../shared/core/source.js';
import type { Tools } from '../../shared/core/tools.js';
import { anyMapping, anyProfile } from './any-mapping.js';
import { allTools, documentedRows, findingsOf, mapperOf } from './mapped.js';
import { deepFreeze } from './persons-records.js';

const MAPPINGS = [...new Set(documentedRows().map(({ mapping }) => mapping))];
const isJsonOrNothing = (value: unknown): boolean => value === undefined || z.json().safeParse(value).success;
let tools: Tools;
beforeAll(async () => {
  tools = await allTools();
});

test('a mapping that has no findings gives JSON or nothing, for any profile', () => {
  let right = 0;
  fc.assert(
    fc.property(anyMapping(), anyProfile(), (mapping, profile) => {
      if (!FieldSource.safeParse(mapping).success || findingsOf(mapping, tools).length > 0) return;
      right += 1;
      const { view, read } = mapperOf([mapping], tools);
      const [given] = read(view(profile));
      expect(isJsonOrNothing(given)).toBe(true);
    }),
    { numRuns: 1500 },
  );
  // Enough of them are right for the law to say something.
  expect(right).toBeGreaterThan(200);
});

describe('every mapping of the page', () => {
  test('gives JSON or nothing for any profile, changes nothing, and says the same again', () => {
    const { view, read } = mapperOf(
      MAPPINGS.map((mapping) => parse(mapping)),
      tools,
    );
    fc.assert(
      fc.property(anyProfile(), (profile) => {
        const known = deepFreeze(view(profile));
        const values = read(known);
        for (const given of values) {
          expect(isJsonOrNothing(given)).toBe(true);
        }
        expect(read(known)).toEqual(values);
      }),
      { numRuns: 300 },
    );
  });

  test('does not depend on the order of members: of two equal records either may have come first', () => {
    const { view, read } = mapperOf(
      MAPPINGS.map((mapping) => parse(mapping)),
      tools,
    );
    const reversed = (json: unknown): unknown => {
      if (typeof json !== 'object' || json === null) return json;
      if (Array.isArray(json)) return json.map(reversed);
      return Object.fromEntries(
        Object.entries(json)
          .reverse()
          .map(([name, member]) => [name, reversed(member)]),
      );
    };
    fc.assert(
      fc.property(anyProfile(), (profile) => {
        const other = view({ ...profile, v: reversed(profile.v) });
        expect(canonical(read(other).map((given) => given ?? null))).toBe(
          canonical(read(view(profile)).map((given) => given ?? null)),
        );
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['{ template: "{a.b} {$key} {$identity.Email} {c[0].d}" }', ['$identity.email', 'a.b', 'c[0].d']],
    ['{ concat: [a.b, { from: v, as: trim }, { value: x }] }', ['a.b', 'v']],
    [
      '{ liquid: "{{ profile.a.b }} {{ profile.c[0].d }} {{ identity.Email }}" }',
      ['$identity.email', 'a.b', 'c'],
    ],
    ['{ function: initials }', ['v']],
    ['{ since: hot }', []],
  ])('remembers just what it reads: %s', (mapping, paths) => {
    const everything = {
      a: { b: 1, x: 2 },
      c: [{ d: 3, e: 4 }],
      v: 5,
      identityMap: { Email: [{ id: 'ada@example.com' }] },
    };
    expect(
      [
        ...mapperOf([parse(mapping)], tools)
          .view(everything)
          .values.keys(),
      ].sort(),
    ).toEqual(paths);
  });
});
