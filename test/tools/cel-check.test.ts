import { describe, expect, test } from 'vitest';
import { celChecker, type ProfileTypes } from '../../shared/tools/cel-check.js';

const TYPES: ProfileTypes = new Map([
  ['loyalty.points', 'number'],
  ['loyalty.tier', 'string'],
  ['email', 'string'],
  ['vip', 'boolean'],
  ['tags', 'array'],
  ['anything', 'object'],
  ['birthDate', 'string'],
]);

const check = celChecker(TYPES);

test.each([
  'profile.loyalty.points > 5 && profile.loyalty.points == 5 && profile.loyalty.points != 5.5',
  '5 == profile.loyalty.points || profile.loyalty.points in [1, 2]',
  'profile.loyalty.points + 1 > 5',
  'profile.email.startsWith("a") && profile.loyalty.tier in ["gold"]',
  'profile.email.matches("^a")',
  'profile.vip',
  'profile.tags.exists(t, t == "x") && profile.tags[0] == 5',
  'profile.anything.there.is == 5',
  'has(profile.loyalty) && has(profile.email)',
  'time(profile.birthDate) < now',
  'identity.email == key && member.hot',
])('nothing is wrong with %s', (source) => {
  expect(check(source)).toEqual([]);
});

describe('members that the profile does not have', () => {
  test('are told all at once, each with its place and what was meant', () => {
    expect(check('profile.loyalty.point > 5 && profile.emial == "x"')).toEqual([
      {
        at: 0,
        isUnknown: true,
        message: expect.stringContaining('the profile has no "loyalty.point"; did you mean "loyalty.points"'),
      },
      { at: 29, isUnknown: true, message: 'the profile has no "emial"; did you mean "email"?' },
    ]);
  });

  test.each([
    'profile.email.domain == "x"',
    'has(profile.phone)',
    'profile["loyalty"]["tyr"] == "x"',
    'profile.vip.x',
  ])('%s', (source) => {
    expect(check(source)).toMatchObject([{ message: expect.stringContaining('the profile has no ') }]);
  });
});

test.each([
  ['profile.loyalty.points == "5"', 'these types do not go together: double == string'],
  ['profile.email > 5', 'these types do not go together: string > int'],
  ['profile.vip == "true"', 'these types do not go together: bool == string'],
  ['profile.loyalty.points.startsWith("a")', 'there is no double.startsWith(string)'],
  ['profile.loyalty.points in ["a"]', 'these types do not go together: double in list<string>'],
  ['profile.birthDate < now', 'string < google.protobuf.Timestamp; time(…) makes a time of a text'],
  ['profile.email == null', 'string == null; has(…) asks whether there is a value'],
  ['profile.email', 'its value is of type string; a condition must be true or false'],
  ['profile.vip && (profile.email + 1 == "x")', 'these types do not go together: string + int'],
  ['profile.email = "x"', 'two values are compared with =='],
])('%s is a fault', (source, message) => {
  expect(check(source)).toMatchObject([{ message: expect.stringContaining(message) }]);
});

test('a fault of types has its place', () => {
  expect(check('profile.vip && profile.email > 5')[0]?.at).toBe(15);
});
