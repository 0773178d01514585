import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/core/ports.js';
import type { CelCondition, Looking } from '../../shared/core/tools.js';
import { celCompiler } from '../../shared/tools/cel.js';

const ADA: Readonly<Record<string, Json>> = {
  'loyalty.points': 1200,
  loyalty: { tier: 'gold' },
  email: 'ada@example.com',
  vip: true,
  tags: ['a', 'b'],
  lines: [
    { sku: 'x', count: 1 },
    { sku: 'y', count: 2 },
  ],
  birthDate: '1990-01-31',
  '_acme.x:y': 5,
};

/** What an expression sees of a person with these values. */
const lookingAt = (values: Readonly<Record<string, Json>>): Looking => ({
  value: (path) => (Object.hasOwn(values, path) ? values[path] : undefined),
  identity: (namespace) => (namespace === 'Email' ? 'id@example.com' : undefined),
  member: (audience) => audience === 'hot',
  key: 'k-1',
  now: Date.parse('2026-02-01T00:00:00Z') * 1000,
});

function compiled(source: string): CelCondition {
  const made = celCompiler()(source);
  if (!made.ok) throw new Error(JSON.stringify(made.slips));
  return made.value;
}

/** The verdict, or why there is none. */
function verdict(source: string, values = ADA): boolean | string {
  const result = compiled(source).holds(lookingAt(values));
  return result.ok ? result.value : result.fault.message;
}

function faultsOf(source: string): string {
  const made = celCompiler()(source);
  return made.ok
    ? ''
    : made.slips.map(({ at, message }) => `at character ${at + 1}: ${message}`).join('; and ');
}

test.each([
  ['profile.loyalty.points >= 1000', true],
  ['profile.loyalty.points + 1 == 1201 && profile.loyalty.points * 2 / 3 > 799.5', true],
  ['1 + profile.loyalty.points % 7 - 0.5 < 10', true],
  ['profile["email"].endsWith("@example.com")', true],
  ['profile.email.matches("^a.+m$")', true],
  ['profile._acme["x:y"] == 5', true],
  ['profile.vip', true],
  ['!profile.vip', false],
  ['profile.vip ? profile.loyalty.points > 1 : false', true],
  ['"a" in profile.tags && !("c" in profile.tags)', true],
  ['profile.tags == ["a", "b"]', true],
  ['profile.lines.exists(line, line.sku == "y" && line.count > 1)', true],
  ['profile.lines.all(line, line.count > 1)', false],
  ['profile.lines.exists_one(line, line.count == 1)', true],
  ['profile.lines.filter(line, line.count > 1).size() == 1', true],
  ['profile.lines[0].sku == "x"', true],
  ['profile.tags.exists(t, profile.lines.exists(line, line.sku == "x" && t == "a"))', true],
  ['identity.Email == "id@example.com"', true],
  ['member.hot && !member["cold"]', true],
  ['key == "k-1"', true],
  ['now == timestamp("2026-02-01T00:00:00Z")', true],
  ['now - time(profile.birthDate) > duration("24h")', true],
  ['time(profile.birthDate).getFullYear() == 1990', true],
  ['type(profile.email) == string', true],
  ['string(5) + "a" == "5a"', true],
  ['has(profile.email) && !has(profile.phone) && has(identity.Email) && !has(identity.phone)', true],
])('%s: %s', (source, expected) => {
  expect(verdict(source)).toBe(expected);
});

describe('what an expression reads is known', () => {
  test.each([
    [
      'profile.a.b > 1 || has(profile.c) || profile["d"].e == profile.a.b',
      ['a.b', 'c', 'd.e'],
      [],
      [],
      false,
    ],
    ['profile.lines[0].sku == "x"', ['lines'], [], [], false],
    ['profile.lines.exists(l, l.profile.x == profile.y)', ['lines', 'y'], [], [], false],
    ['identity.Email == identity["crm"]', [], ['Email', 'crm'], [], false],
    ['member.hot || member["a b"]', [], [], ['hot', 'a b'], false],
    ['now > timestamp("2026-01-01T00:00:00Z")', [], [], [], true],
    ['key == "x"', [], [], [], false],
  ])('%s', (source, paths, identities, audiences, now) => {
    expect(compiled(source).reads).toEqual({ paths, identities, audiences, now });
  });

  test('each path has the newest value known for just that path', () => {
    expect(verdict('profile.loyalty.points > 1 && profile.loyalty.points < 5', ADA)).toBe(false);
    expect(verdict('has(profile.loyalty) && profile.loyalty.points == 1200')).toBe(true);
  });
});

describe('a missing value decides nothing', () => {
  const missing = 'there is no value of phone';

  test.each([
    ['profile.phone == "1"', missing],
    ['profile.phone != "1"', missing],
    ['!(profile.phone == "1")', missing],
    ['profile.phone > 1', missing],
    ['profile.phone.startsWith("1")', missing],
    ['!(profile.phone in ["1"])', missing],
    ['profile.phone', missing],
    ['profile.vip && profile.phone == "1"', missing],
    ['profile.vip || profile.phone == "1"', true],
    ['profile.phone == "1" || profile.vip', true],
    ['!profile.vip && profile.phone == "1"', false],
    ['has(profile.phone) && profile.phone == "1"', false],
    ['!has(profile.phone) || profile.phone == "1"', true],
    ['identity.crm == "1"', 'there is no value of crm'],
    ['profile.lines.exists(line, line.price > 1)', 'there is no value of price'],
  ])('%s: %s', (source, expected) => {
    expect(verdict(source)).toBe(expected);
  });

  test('null is a missing value', () => {
    expect(verdict('profile.phone == null', { phone: null })).toBe(missing);
  });
});

describe('values of another type', () => {
  test.each<[string, Json, boolean | string]>([
    ['profile.x > 5', 'text', 'these types do not go together: dyn<string> > int'],
    ['profile.x.startsWith("a")', 5, 'there is no double.startsWith(string)'],
    ['profile.x == 5', 'text', false],
    ['profile.x', 'true', 'it gave something else than true or false'],
    ['profile.x ? true : false', 1, "Ternary condition must be bool, got 'double'"],
    ['time(profile.x) < now', 'soon', 'time() was given what is no time'],
    ['profile.x[5] == 1', [1], 'it failed (index_out_of_bounds)'],
    ['int(profile.x) > 1', 'ada@example.com', 'it failed (int_conversion_error)'],
  ])('%s of %j', (source, x, expected) => {
    expect(verdict(source, { x })).toBe(expected);
  });

  test("never put a person's value into words", () => {
    const secret = 'ada@example.com';
    for (const source of [
      'int(profile.x) > 1',
      'bool(profile.x)',
      'timestamp(profile.x) < now',
      'profile.y[profile.x]',
    ]) {
      expect(verdict(source, { x: secret, y: {} })).not.toContain('ada');
    }
  });
});

describe('what is wrong with an expression', () => {
  test.each([
    ['profile.a = 1', 'at character 11: Unexpected character: =; two values are compared with =='],
    ['', 'at character 1: Unexpected token: EOF'],
    ['(profile.a', 'at character 11: Expected RPAREN, got EOF'],
    ['1 + "a" == 2', 'at character 1: these types do not go together: int + string'],
    ['size(profile.a)', 'at character 1: its value is of type int; a condition must be true or false'],
    ['prfile.a == 1', 'at character 1: there is no "prfile"; did you mean "profile"?'],
    [
      'profile.a.startWith("x")',
      'at character 1: startWith() cannot be used here; did you mean "startsWith"?',
    ],
    ['now.getHours("Europe/Berlin") > 1', 'at character 1: getHours() takes no argument'],
    ['profile["a b"] == 1', 'at character 1: "a b" is no attribute path'],
    ['member.hot.x', 'at character 1: member.hot is true or false and has no members'],
    ['profile.a.matches("(")', 'at character 19: pattern: missing closing ): `(`; patterns are those of RE2'],
    ['profile.a.matches(profile.b)', 'at character 19: matches() takes a pattern that is written out'],
    ['[1].all(now, now > 0)', 'at character 9: now means something already; give the elements another name'],
    ['"a" > 1 || true', 'at character 1: these types do not go together: string > int'],
    [
      'true || foo == 1 || bar == 1',
      'there is no "foo"; there are profile, identity, member, key, now; and at character 21',
    ],
    [`key == "${'a'.repeat(4_000)}"`, 'the expression has 4009 characters; the limit is 4000'],
    [Array.from({ length: 600 }, () => 'true').join('||'), 'Exceeded max'],
    [`${'('.repeat(60)}true${')'.repeat(60)}`, 'Exceeded max'],
  ])('%s', (source, message) => {
    expect(faultsOf(source)).toContain(message);
  });
});
