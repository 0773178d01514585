import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import { canonical } from '../../shared/core/fingerprint.js';
import type { Tools } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';
import { allTools, bodyOf, documentedRows, exampleFile, mapped, mapperOf } from './mapped.js';
import { deepFreeze } from './persons-records.js';

const ROWS = documentedRows();
const MAPPINGS = [...new Set(ROWS.map(({ mapping }) => mapping))];
let tools: Tools;
beforeAll(async () => {
  tools = await allTools();
});

describe('docs/rules-mappings.md', () => {
  test.each(ROWS.map((row) => [row.section, row.mapping, row.known, row.written, row] as const))(
    '%s: %s of %s is %s',
    (_section, mapping, _known, written, row) => {
      const expected: unknown = written === undefined ? undefined : JSON.parse(written);
      expect(mapped(mapping, tools, bodyOf(row))).toEqual(expected);
    },
  );

  test('tables every source and every step', () => {
    const words = MAPPINGS.flatMap((mapping) => Object.keys(Object(parse(mapping))));
    const sources = 'from value template concat identity member audiences since liquid function';
    const steps = 'join as lookup date zone phone decimals hash default by';
    for (const word of `${sources} ${steps}`.split(' ')) expect(words).toContain(word);
    expect(MAPPINGS).toEqual(expect.arrayContaining(['v', '$key', '$identity.email', '7', 'false', 'null']));
  });

  test.each([
    'Paths',
    'as',
    'decimals',
    'lookup',
    'date',
    'phone',
    'hash',
    'join',
    'template',
    'concat',
    'liquid',
    'function',
  ])(
    'tables what becomes of nothing, null, an empty text, a list, an object and another type: %s',
    (section) => {
      const known = ROWS.filter((row) => row.section === section).map((row) => row.known ?? 'nothing');
      const kinds = known.map((text) =>
        text === '""' ? 'empty' : /^(?:[-\d]|true|false)/.test(text) ? 'other' : text.slice(0, 1),
      );
      expect(kinds).toEqual(expect.arrayContaining(['n', 'empty', '[', '{']));
      expect(known).toEqual(expect.arrayContaining(['nothing', 'null']));
      if (section !== 'Paths') expect(kinds).toContain('other');
    },
  );

  test('begins with a file that is right', async () => {
    const text = exampleFile();
    const loaded = loadConfig(text, 'tributary.yaml', {}, await toolsFor(text));
    expect(loaded.ok ? [] : loaded.findings.map(formatFinding)).toEqual([]);
  });
});

describe('every mapping', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '2026-11-01',
      '9999-12-31T23:59:59Z',
      '0000-01-01T00:00:00+18:00',
      '+49 30 1234567',
      '1e400',
      '-0',
      'gold',
    ),
    fc.integer({ min: -1e15, max: 1e17 }).map(String),
  );
  const value = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: -1e15, max: 1e17 }),
      fc.constantFrom(null, true, false),
      fc.array(tie('json'), { maxLength: 4 }),
      fc.dictionary(
        fc.constantFrom(
          'a',
          'b',
          'first',
          'last',
          'type',
          'sku',
          'city',
          'size',
          'length',
          'constructor',
          'toString',
        ),
        tie('json'),
        { maxKeys: 4 },
      ),
    ),
  })).json;
  const body = value.map((v) => ({
    ...bodyOf({ kind: 'identities', known: '{"Email": "ada@example.com"}' }),
    v,
  }));

  test('gives JSON or nothing for any profile, changes nothing, and says the same again', () => {
    const { view, read } = mapperOf(
      MAPPINGS.map((mapping) => parse(mapping)),
      tools,
    );
    fc.assert(
      fc.property(body, (profile) => {
        const known = deepFreeze(view(profile));
        const values = read(known);
        for (const given of values) {
          if (given !== undefined) expect(JSON.parse(JSON.stringify(given))).toEqual(given === 0 ? 0 : given);
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
      fc.property(body, (profile) => {
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
