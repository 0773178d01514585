import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/core/ports.js';
import type { Looking } from '../../shared/core/tools.js';
import { celCompiler } from '../../shared/tools/cel.js';

const lookingAt = (value: Json): Looking => ({
  value: () => value,
  identity: () => 'id@example.com',
  member: () => true,
  key: 'k-1',
  now: 0,
});

const compile = celCompiler();

/** Compiles, and decides about a person whose every path has this value; gives the milliseconds it took. */
function run(source: string, value: Json): { said: boolean | string; took: number } {
  const start = performance.now();
  const made = compile(source);
  const result = made.ok ? made.value.holds(lookingAt(value)) : undefined;
  const said = result?.ok ? result.value : (result?.fault.message ?? JSON.stringify(made));
  return { said, took: performance.now() - start };
}

describe('nothing outside can be reached', () => {
  test.each([
    '"".constructor',
    '"".constructor("return process")()',
    'key.constructor == key',
    'now.constructor == now',
    'profile.x.exists.constructor("a")',
    'globalThis.process',
    'process.exit()',
    'require("fs")',
    'import("node:fs")',
    'this.x',
    'cel.bind(x, 1, x == 1)',
    'google.protobuf == key',
    'type(key).constructor == key',
    '__proto__.x == 1',
    'profile.__proto__ == 1',
    'b"a".json() == {}',
    '{"a": 1}.constructor == 1',
    '[].constructor == 1',
    '[].__proto__ == 1',
    '{"__proto__": {"x": true}}.x',
    'profile.x.filter(constructor, constructor.prototype)',
  ])('%s', (source) => {
    for (const value of ['text', 5, {}, [{}], null]) expect(run(source, value).said).not.toBe(true);
  });

  test.each<[string, Json]>([
    ['profile.x[0].constructor == 1', [{}]],
    ['profile.x[0].toString == 1', ['a']],
    ['profile.x[0]["__proto__"] == profile.x[0]', [{}]],
    ['has(profile.x.y) && profile.x[0].a == 1', [{ constructor: null, a: 1 }]],
    ['profile.x[0].a == 1', [{ constructor: 'Map', a: 1 }]],
    ['profile.x == profile.y', { constructor: { name: 'x' } }],
    ['size(profile.x) == profile.x[0]', { size: 1, length: 5, 0: 9 }],
  ])('members of values are only their own: %s of %j', (source, value) => {
    expect(run(source, value).said).not.toBe(true);
  });
});

describe('every expression ends soon', () => {
  const many: Json = Array.from({ length: 50_000 }, (_, i) => ({ i, text: 'a'.repeat(i % 50) }));
  const long = 'a'.repeat(1_000_000);

  test.each<[string, Json]>([
    ['profile.x.all(a, profile.x.all(b, a.i + b.i >= 0))', many],
    ['profile.x.all(a, profile.x.all(b, profile.x.all(c, a.i + b.i + c.i >= 0)))', many],
    ['profile.x.filter(a, profile.x == profile.y).size() > 0', many],
    ['profile.x.all(a, a in profile.y)', many],
    ['profile.x.exists(a, profile.x.filter(b, b != a).exists(c, c == 1))', many],
    ['(profile.x + profile.x + profile.x).all(a, a.i >= 0)', many],
    ['profile.x.all(a, profile.y.contains("aab"))', many],
    ['profile.x.matches("(a+)+$")', `${long}!`],
    ['profile.x.matches("(a|aa)+$")', `${long.slice(0, 9_999)}!`],
    ['profile.x + profile.x + profile.x + profile.x == profile.x', long],
    ['profile.x.contains(profile.x + "b")', long],
    ['timestamp(profile.x) < now', long],
    ['int(profile.x) > 1', '1'.repeat(1_000_000)],
    ['double(profile.x) > 1.0', '1'.repeat(1_000_000)],
    ['duration(profile.x) > duration("1h")', '1'.repeat(1_000_000)],
    [`duration("${'1'.repeat(3_900)}") > duration("1h")`, 1],
    ['profile.x.trim().upperAscii() == "A"', ' '.repeat(1_000_000)],
  ])('%s', (source, value) => {
    expect(run(source, value).took).toBeLessThan(2_000);
  });

  test('loops over lists as they occur are gone through', () => {
    const lines: Json = Array.from({ length: 300 }, (_, i) => ({ sku: `s${i}` }));
    expect(run('profile.x.exists(a, a.sku == "s299")', lines).said).toBe(true);
    expect(run('profile.x.all(a, profile.x.exists(b, b.sku == a.sku))', lines.slice(0, 60)).said).toBe(true);
  });

  test('and those that are too long are not', () => {
    expect(run('profile.x.all(a, profile.x.all(b, a != b))', many).said).toContain('too long');
  });
});

/** Expressions put together at random, most of them well formed. */
const expressions: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constantFrom(
      '1',
      '2.5',
      '"a"',
      'true',
      'null',
      'profile.x',
      'profile["y"].z',
      'identity.e',
      'member.m',
      'key',
      'now',
      'a',
      '[]',
      '{}',
    ),
    fc
      .tuple(
        tie('any'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'),
        tie('any'),
      )
      .map((parts) => `(${parts.join(' ')})`),
    fc
      .tuple(
        fc.constantFrom('size', 'time', 'int', 'double', 'string', 'bool', 'type', 'has', '!', '-'),
        tie('any'),
      )
      .map(([f, x]) => `${f}(${x})`),
    fc
      .tuple(tie('any'), fc.constantFrom('exists', 'all', 'filter', 'exists_one'), tie('any'))
      .map(([x, f, y]) => `(${x}).${f}(a, ${y})`),
    fc
      .tuple(
        tie('any'),
        fc.constantFrom('contains', 'startsWith', 'indexOf', 'substring', 'matches'),
        tie('any'),
      )
      .map(([x, f, y]) => `(${x}).${f}(${y})`),
    fc.tuple(tie('any'), tie('any')).map(([x, y]) => `(${x})[${y}]`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([x, y, z]) => `(${x} ? ${y} : ${z})`),
    fc.array(tie('any'), { maxLength: 3 }).map((all) => `[${all.join(', ')}]`),
  ),
})).any;

const values = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as Json); // made of JSON alone

test('whatever the expression and the value, there is a verdict or a reason', () => {
  fc.assert(
    fc.property(expressions, values, (source, value) => {
      const { said, took } = run(source, value);
      expect(['boolean', 'string']).toContain(typeof said);
      expect(took).toBeLessThan(2_000);
    }),
    { numRuns: 3_000 },
  );
});

test('any text is an expression or a fault', () => {
  const pieces = fc.constantFrom(
    'profile',
    '.',
    'x',
    '(',
    ')',
    '[',
    ']',
    '"',
    "'",
    '\\',
    '==',
    '!',
    '-',
    '&&',
    '?',
    ':',
    ',',
    'r"',
    "b'",
    '0x',
    '1e',
    '9',
    '{',
    '}',
    '//',
    '\n',
    ' ',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, (source) => {
      expect(['boolean', 'string']).toContain(typeof run(source, 'a').said);
    }),
    { numRuns: 3_000 },
  );
});

test.each(['!', '-', '(', '[', '{', 'a.', 'a?', 'a+', 'a(', 'profile.x.all(a, '])(
  'thousands of %j one after another are a fault',
  (piece) => {
    const source = piece.repeat(Math.floor(3_990 / piece.length));
    expect(run(`${source}a`, 1).said).not.toBe(true);
  },
);
