import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../shared/config/load.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { configOf, faultsOf, fileOf, ref } from './rule-file.js';

/** Processor time of a call, milliseconds: what a busy machine cannot falsify. */
function busy(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The most a file may have. */
const LIMIT = 524_288;

function grown(head: string, line: (i: number) => string, length = LIMIT): string {
  const lines = [head];
  for (let i = 0, size = head.length; size + line(i).length + 1 < length; i++) {
    lines.push(line(i));
    size += line(i).length + 1;
  }
  return lines.join('\n');
}

const rule = (i: number): string =>
  `  - { name: r${i}, when: { member: hot }, do: [{ upsert: sales/C, match: { I: $key }, set: { F: p.a${i} } }] }`;
const bad = (i: number): string =>
  `  - { name: r${i}, when: { member: no${i} }, do: [{ upsert: no/C, match: { I: $key }, set: { F: p.a } }] }`;
const conditions = (leaf: string, count: number): string =>
  `${fileOf().trimEnd()}\n    if: { any: [${Array(count).fill(leaf).join(',')}] }`;
const audiences = (count: number): string =>
  ['audiences:', ...Array.from({ length: count }, (_, i) => `  a${i}: x${i}`)].join('\n');
const unruly = (text: string): string => text.repeat(Math.ceil(LIMIT / text.length)).slice(0, LIMIT);

describe('a file of the greatest size', () => {
  test('is read within two seconds', () => {
    const text = grown(fileOf({ rules: 'rules:' }).trimEnd(), rule);
    expect(busy(() => configOf(text))).toBeLessThan(4000);
  });

  test.each([
    ['thousands of audiences', `${audiences(30_000)}\nperson: { key: [c] }\nconnections: {}\nrules: []`, 0],
    [
      'thousands of fields in a row',
      grown(`${fileOf().trimEnd().replace('{ F: p.a }', '')}`, (i) => `          F${i}: p.a`),
      1,
    ],
    [
      'thousands of names that lead nowhere',
      grown(fileOf({ audiences: audiences(10_000), rules: 'rules:' }).trimEnd(), bad),
      101,
    ],
    ['thousands of conditions that are none', conditions('7', 99_000), 101],
    ['thousands of conditions that are empty', conditions('{}', 99_000), 101],
    ['thousands of conditions that nobody can read', conditions('a', 99_000), 101],
    ['thousands of conditions', conditions('a=1', 99_000), 0],
    [
      'thousands of wrong fields in thousands of rules',
      grown(fileOf({ rules: 'rules:' }).trimEnd(), (i) =>
        rule(i).replace(/\{ F: .* \}/, '{ F: [], G: { form: x } }'),
      ),
      101,
    ],
    [
      'thousands of wrong fields in a row',
      grown(`${fileOf().trimEnd().replace('{ F: p.a }', '')}`, (i) => `          F${i}: []`, 40_000),
      101,
    ],
    ['thousands of keys twice', grown('a: 1', () => 'a: 1'), 20],
    [
      'thousands of settings that are missing',
      fileOf({ connections: `connections: { s: { type: http, url: "${ref('A').repeat(100_000)}" } }` }),
      2,
    ],
    ['line breaks', unruly('\n'), 20],
    ['brackets', unruly('['), 20],
    ['braces', unruly('{a: '), 20],
    ['dashes', unruly('- '), 20],
    ['colons', unruly(': '), 20],
    ['tags', unruly('!a '), 20],
    ['quotes', unruly('"'), 20],
    ['anchors', unruly('&a '), 20],
    ['directives', unruly('%a\n'), 20],
    ['rubbish', unruly('a: [b, {c: d}, "e'), 20],
    ['texts after texts', unruly("'x' "), 20],
    ['aliases', unruly('*a '), 20],
    ['lists in lists', unruly('- - '), 20],
    ['keys in question', unruly('? '), 20],
  ])('ends soon, whatever is in it, and is not told of at length: %s', (_, text, most) => {
    let found: readonly string[] = [];
    const time = busy(() => {
      found = faultsOf(text);
    });
    expect(found.length).toBeLessThanOrEqual(most);
    expect(found.length > 0).toBe(most > 0);
    expect(time).toBeLessThan(3000);
  });
});

test('one that is larger is refused unread', () => {
  const text = grown(fileOf({ rules: 'rules:' }).trimEnd(), rule, 2_000_000);
  expect(busy(() => faultsOf(text))).toBeLessThan(100);
  expect(faultsOf(text)).toEqual([
    `f.yaml:1:1 config.syntax the file has ${text.length} characters; the limit is 524288`,
  ]);
});

describe('bombs', () => {
  const letters = [...'abcdefghij'];
  const laughs = (leaf: string): string =>
    letters
      .map(
        (name, i) =>
          `${name}: &${name} [${Array(9)
            .fill(i === 0 ? leaf : `*${letters[i - 1]}`)
            .join(', ')}]`,
      )
      .join('\n');

  test('a billion laughs', () => {
    expect(busy(() => faultsOf(laughs('ha')))).toBeLessThan(500);
    expect(faultsOf(laughs('ha'))).toEqual([
      'f.yaml:1:1 config.syntax the file has more than 100000 values, aliases counted for what they stand for; repeat less',
    ]);
  });

  test('a long list, often', () => {
    const text = `a: &a [${Array(5000).fill('x').join(',')}]\nb: [${Array(5000).fill('*a').join(',')}]`;
    expect(faultsOf(text)[0]).toMatch(/the file has more than 100000 values/);
  });

  test.each([
    ['lists', (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}`],
    ['maps', (depth: number) => `${'{a: '.repeat(depth)}1${'}'.repeat(depth)}`],
    [
      'aliases',
      (depth: number) =>
        Array.from({ length: depth }, (_, i) => `a${i}: &a${i} [${i === 0 ? 'x' : `*a${i - 1}`}]`).join('\n'),
    ],
  ])('what is nested deeper than 100 levels: %s', (_, text) => {
    expect(faultsOf(text(90)).some((fault) => fault.includes('nested'))).toBe(false);
    expect(faultsOf(text(110))[0]).toMatch(/config\.syntax nested deeper than 100 levels/);
    expect(faultsOf(text(5000))[0]).toMatch(/config\.syntax nested deeper than 100 levels/);
  });

  test('in a connection, whose members the schema of the file does not look at', () => {
    const nest = '{a: '.repeat(60);
    const text = fileOf({
      connections: `connections:\n  a: &a ${nest}1${'}'.repeat(60)}\n  sales: { type: http, url: x, headers: { a: [${'['.repeat(60)}*a${']'.repeat(60)}] } }`,
    });
    expect(faultsOf(text)[0]).toMatch(/nested deeper than 100 levels/);
  });
});

test('of many findings the first hundred are told, and how many more there are', () => {
  const text = grown(fileOf({ rules: 'rules:' }).trimEnd(), bad, 20_000);
  const count = text.split('no/C').length - 1;
  const found = faultsOf(text);
  expect(count).toBeGreaterThan(100);
  expect(found).toHaveLength(101);
  expect(found[0]).toContain('f.yaml:5:');
  expect(found.at(-1)).toMatch(
    new RegExp(`config\\.invalid and ${count * 2 - 100} more faults; mend these first$`),
  );
});

/** Bits of the language and of rule files, put together at random; some of it is YAML. */
const bit = fc.constantFrom(
  ...[
    'audiences',
    'person',
    'connections',
    'rules',
    'key',
    'when',
    'member',
    'do',
    'upsert',
    'match',
    'set',
    'hot',
    'sales/C',
  ],
  ...[
    ': ',
    ':\n',
    '- ',
    '\n',
    '\n  ',
    '\n    ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|\n',
    '>-\n',
    '? ',
    '#',
    '%',
    '---\n',
    '...\n',
  ],
  ...[
    '&a ',
    '*a',
    '!!map ',
    '!!binary ',
    '!!set ',
    '!!omap ',
    '!x ',
    '<<: ',
    '__proto__',
    '~',
    'null',
    'true',
    '.nan',
    '0x1F',
    '1e999',
  ],
  ...[
    '2026-01-01',
    ref('A'),
    '$key',
    '\t',
    '\r\n',
    '\uFEFF',
    '\0',
    '\ud800',
    '😀',
    '%YAML 1.1\n---\n',
    '\\x41',
    '@',
    '`',
  ],
);
const scrawl = fc.oneof(
  fc.array(bit, { maxLength: 40 }).map((bits) => bits.join('')),
  fc.string({ maxLength: 60, unit: 'binary' }),
  fc.jsonValue().map((value) => JSON.stringify(value)),
);
/** A right file with a piece cut out and something else put in. */
const damaged = fc
  .tuple(fc.nat({ max: 300 }), fc.nat({ max: 30 }), scrawl)
  .map(([at, length, text]) => fileOf().slice(0, at) + text + fileOf().slice(at + length));

test('no text makes it throw; what is wrong has a place inside the text', () => {
  let right = 0;
  fc.assert(
    fc.property(fc.oneof(scrawl, damaged), (text) => {
      const loaded = loadConfig(text, 'f.yaml', { A: 'a' }, NO_TOOLS);
      if (loaded.ok) {
        right += 1;
        return;
      }
      const lines = text.split('\n');
      expect(loaded.findings.length).toBeGreaterThan(0);
      for (const { line, column, message } of loaded.findings) {
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
        expect(message).not.toMatch(/call stack|undefined$/);
      }
    }),
    { numRuns: 5000 },
  );
  expect(right).toBeGreaterThan(0);
});
