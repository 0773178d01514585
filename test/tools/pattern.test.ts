import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearPattern } from '../../shared/tools/pattern.js';

const tester = (source: string): ((text: string) => boolean) => {
  const made = linearPattern(source);
  if (!made.ok) throw made.fault;
  return made.value;
};

test.each([
  ['b+', 'abbc', true],
  ['^b+$', 'abbc', false],
  ['^b+$', 'bb', true],
  ['(?i)GOLD', 'old gold', true],
  ['\\d{3}', 'ab123', true],
  ['^\\p{Lu}', 'Éclair', true],
  ['', '', true],
])('%j is looked for anywhere in %j: %s', (pattern, text, expected) => {
  expect(tester(pattern)(text)).toBe(expected);
});

test('a tester keeps nothing between two texts', () => {
  const test = tester('a');
  expect([test('a'), test('b'), test('a'), test('a')]).toEqual([true, false, true, true]);
});

test.each(['(', '[a', 'a{2000}', '(?=a)', '(a)\\1', '*', '(?<!a)b', '\\'])('%j is no pattern', (source) => {
  const made = linearPattern(source);
  expect(made).toMatchObject({ ok: false, fault: { code: 'config.invalid' } });
  if (!made.ok) expect(made.fault.message).toMatch(/^pattern: .+; patterns are those of RE2/);
});

test.each([
  ['a'.repeat(1001), 'has 1001 characters'],
  ['(?:a?){500}a{500}', 'too large'],
])('a pattern is bounded', (source, message) => {
  const made = linearPattern(source);
  expect(made.ok ? '' : made.fault.message).toContain(message);
});

describe('patterns that bring backtracking engines to their knees', () => {
  const long = 'a'.repeat(10_000);

  test.each([
    ['(a+)+$', `${long.slice(1)}!`],
    ['(a|aa)+$', `${long.slice(1)}!`],
    ['(a|a?)+$', `${long.slice(1)}!`],
    ['(.*a){20}$', `${long.slice(1)}!`],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', long],
    ['(?:a?){300}a{300}$', `${long.slice(1)}!`],
    ['([a-zA-Z0-9]+)*@example\\.com', long],
  ])('%j ends soon', (source, text) => {
    const test = tester(source);
    const start = performance.now();
    test(text);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

test('any text is a pattern or a fault, and any pattern can be held against any text', () => {
  const pieces = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '*',
    '+',
    '?',
    '|',
    '\\',
    '^',
    '$',
    '.',
    'a',
    '9',
    ',',
    '-',
  );
  const sources = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(sources, fc.string({ unit: 'binary' }), (source, text) => {
      const made = linearPattern(source);
      if (made.ok) expect(typeof made.value(text)).toBe('boolean');
    }),
    { numRuns: 1_000 },
  );
});
