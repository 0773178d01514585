import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExpression } from '../../shared/core/expression-reader.js';
import { expressions, meaning, written } from './expressions.js';

/** What a text was read as; the fault with its character where it was none. */
function read(source: string): unknown {
  const found = readExpression(source);
  return found.ok ? meaning(found.expression) : `${found.at + 1}: ${found.message}`;
}

test('what is written is read as what was meant', () => {
  fc.assert(
    fc.property(expressions, (expression) => {
      expect(read(written(expression))).toEqual(meaning(expression));
    }),
    { numRuns: 1_000 },
  );
});

test('blanks between words mean nothing', () => {
  fc.assert(
    fc.property(expressions, fc.constantFrom('\n', '\t', '   '), (expression, blank) => {
      const source = written(expression);
      // Texts in quotes are left alone.
      const spread = source.replace(/"(?:[^"\\]|\\["\\]|\\)*"|[^"]+/g, (part) =>
        part.startsWith('"') ? part : part.replaceAll(' ', blank),
      );
      expect(read(`${blank}${spread}${blank}`)).toEqual(meaning(expression));
    }),
  );
});

test('every clause knows how it was written, and where', () => {
  fc.assert(
    fc.property(expressions, (expression) => {
      const source = written(expression);
      const found = readExpression(source);
      if (!found.ok) throw new Error(found.message);
      const left = [found.expression];
      for (let item = left.pop(); item; item = left.pop()) {
        if (item.kind === 'not') left.push(item.item);
        else if (item.kind !== 'test') left.push(...item.items);
        else expect(source.slice(item.test.at, item.test.at + item.test.text.length)).toBe(item.test.text);
      }
    }),
  );
});

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    ...['a', 'a.b', '$key', '$identity.e', 'and', 'or', 'not', 'exists', 'in', 'contains', 'starts', 'with'],
    ...[
      'matches',
      'within',
      'last',
      '7',
      'days',
      '=',
      '!=',
      '<',
      '==',
      '&&',
      '(',
      ')',
      '[',
      ']',
      ',',
      '"x"',
      "'",
      '"',
    ],
    ...[
      '\\',
      '2026-01-31',
      '2026-13-01',
      '-5',
      '1e5',
      'true',
      '[0]',
      '[x=y]',
      '.',
      '$',
      'é',
      '\u0000',
      '\ud800',
      '“x”',
    ],
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join(' ')),
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
  );

  test('is a condition, or a fault at one of its characters', () => {
    fc.assert(
      fc.property(texts, (source) => {
        const found = readExpression(source);
        if (found.ok) return;
        expect(found.message).not.toBe('');
        expect(found.at).toBeGreaterThanOrEqual(0);
        expect(found.at).toBeLessThanOrEqual(source.length);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    '(',
    'not ',
    'a = 1 and ',
    'a in [',
    '"',
    '\\',
    '[',
    'a[',
    '-',
    '9',
    '2026-01-',
    'a.',
    '$',
    '=',
    ' ',
    'a[x=y]',
    '“',
  ])('thousands of %j one after another end soon', (piece) => {
    const source = piece.repeat(Math.floor(4_000 / piece.length));
    const start = performance.now();
    readExpression(source);
    readExpression(`${source.slice(5)}a = 1`);
    expect(performance.now() - start).toBeLessThan(500);
  });

  test('is read up to a length and a depth', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}a = 1${')'.repeat(depth)}`;
    expect(readExpression(nested(49)).ok).toBe(true);
    expect(read(nested(50))).toBe('51: the condition is nested deeper than 50 levels');
    expect(readExpression(`a = "${'x'.repeat(3_994)}"`).ok).toBe(true);
    expect(read(`a = "${'x'.repeat(3_995)}"`)).toContain('the condition has 4001 characters, more than 4000');
    expect(readExpression(Array.from({ length: 300 }, () => '(a = 1)').join(' and ')).ok).toBe(true);
  });
});

describe('not, and, or', () => {
  const same = (one: string, other: string): void => {
    expect(read(one)).toEqual(read(other));
    expect(readExpression(one).ok).toBe(true);
  };

  test.each([
    ['a exists or b exists and c exists', 'a exists or (b exists and c exists)'],
    ['not a exists and b exists', '(not a exists) and b exists'],
    ['not not a exists', 'a exists'],
    ['a within 7 days', 'a within last 7 days'],
    ['a within 1 week', 'a within 7 days'],
    ['a within 2 hours', 'a within 120 minutes'],
    ['a within 0.5 days', 'a within 12 hours'],
    ['a in ("x", "y")', 'a in ["x", "y"]'],
    ['a = 2026-01-31', 'a = 2026-01-31T02:00:00+02:00'],
  ])('%s is %s', same);
});

test.each([
  ["'it\\'s'", "it's"],
  ['"it\\\'s"', "it\\'s"],
  ['"say \\"x\\""', 'say "x"'],
  ['"^\\d+\\.$"', '^\\d+\\.$'],
  ['"a\\\\b"', 'a\\b'],
  ['"a\nb"', 'a\nb'],
])('the text %s is read as %j', (literal, value) => {
  expect(read(`a = ${literal}`)).toMatchObject({ asked: { value: { type: 'text', value } } });
});

test.each([
  ['tier == "gold"', '6: "==" means nothing here; did you mean =?'],
  ['tier = "gold" && a exists', '15: "&&" means nothing here; did you mean and?'],
  ['tier = "gold" AND a exists', '15: expected and, or, or the end, found "AND"; did you mean and?'],
  ['a conatins "x"', 'found "conatins"; did you mean contains?'],
  ['a includes "x"', 'found "includes"; did you mean contains?'],
  ['a startsWith "x"', 'found "startsWith"; did you mean starts with?'],
  ['a starts "x"', '10: expected with, as in: name starts with "A", found "x"'],
  ['a = gold', '5: expected a "text" in quotes, a number, a date, true or false, found "gold"'],
  ['a = Ture', 'did you mean true?'],
  ['a = null', '5: expected a "text" in quotes'],
  ['a within 7', '11: expected minutes, hours, days or weeks, but the condition ends here'],
  ['a within -7 days', '10: expected a number above 0, as in: within 7 days, found "-7"'],
  ['a within 7 months', '12: expected minutes, hours, days or weeks, found "months"'],
  ['a contains 2026-01-31', '12: contains looks for a text, a number, true or false; put a date in quotes'],
  ['a > "5"', '5: > compares numbers and dates, not a text; write 1000 or 2026-01-31, without quotes'],
  ['a = 2026-02-30', '5: 2026-02-30 is no date of the calendar'],
  ['a = 9007199254740993', '5: 9007199254740993 is too large to be exact; if it is an id, put it in quotes'],
  ['a = "x', '5: the text that begins here has no closing "'],
  ['a.b. = 1', '1: "a.b." is no attribute path such as loyalty.points'],
  ['a[0 = 1', '2: expected exists'],
  ['$idenity.email exists', '1: "$idenity.email" is neither $key nor $identity with a namespace'],
  ['$identity exists', '1: "$identity" is neither $key nor $identity with a namespace'],
  ['in = 1', '1: expected an attribute path such as loyalty.points, found "in"'],
  ['a not = 1', '7: expected exists, in, contains, starts with, matches, within, found "="'],
  ['a in []', '7: expected a "text" in quotes'],
  ['a in ["x" "y"]', '11: expected a comma or a closing ], found "y"'],
  ['a = 1)', '6: expected and, or, or the end, found ")"'],
  ['', '1: expected an attribute path such as loyalty.points, but the condition ends here'],
])('%j is a fault: %s', (source, fault) => {
  expect(read(source)).toContain(fault);
});
