import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { formatFinding, loadConfig } from '../../shared/config/load.js';
import type { Tools } from '../../shared/core/tools.js';
import { toolsFor } from '../../shared/tools/load.js';
import { addressed, allTools, bodyOf, documentedRows, exampleFile, mapped } from './mapped.js';

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

test.each([
  ['$key', 'C-1'],
  ['$identity.email', 'Ada@Example.com'],
  ['{ identity: email, as: lowercase }', 'ada@example.com'],
  ['{ from: v, phone: DE }', '+49301234567'],
  ['{ template: "{$key}-{w}" }', 'C-1-7'],
  ['{ template: "{$key}-{x}" }', undefined],
  ['{ identity: ecid }', undefined],
])('match: { Id: %s } addresses the row %s', (match, address) => {
  const body = { identityMap: { Email: [{ id: 'Ada@Example.com' }] }, v: '030 1234567', w: 7 };
  expect(addressed(match, tools, body)).toBe(address);
});
