import { describe, expect, test } from 'vitest';
import { findingsOf, rule, ruled } from './checked.js';

describe('a rule after one that stops', () => {
  const unreachable = (first: string, second: string): Promise<readonly string[]> =>
    findingsOf(ruled(`${first}\nstop: true`, second), /unreachable/);

  test('is told with the line of the stop', async () => {
    const found = await unreachable(rule('a', 'entered: hot', 'T: p.a'), rule('b', 'entered: hot', 'U: p.a'));
    expect(found).toEqual([
      '9:5 check.unreachable rules[1]: is never reached: whenever it matches, "a" has matched before and stops (line 8)',
    ]);
  });

  test('its otherwise is still reached', async () => {
    const second = `${rule('b', 'member: hot', 'U: p.a')}\notherwise: [{ upsert: crm/C, match: { Id: $key } }]`;
    const [found] = await unreachable(rule('a', 'member: hot', 'T: p.a'), second);
    expect(found).toContain('its do is never reached');
  });

  test.each([
    ['the same', 'entered: hot', '', 'entered: hot', '', 1],
    ['the same, with the same condition', 'entered: hot', 'p.a > 1', 'entered: hot', 'p.a > 1', 1],
    ['one with a condition more', 'entered: hot', '', 'entered: hot', 'p.a > 1', 1],
    ['one with a condition less', 'entered: hot', 'p.a > 1', 'entered: hot', '', 0],
    ['one with another condition', 'entered: hot', 'p.a > 1', 'entered: hot', 'p.a > 2', 0],
    ['one of several', 'entered: { any: [hot, cold] }', '', 'entered: cold', '', 1],
    ['all of several', 'left: { any: [hot, cold] }', '', 'left: { all: [cold, hot] }', '', 1],
    ['a namespace that holds it', 'entered: { any: { namespace: upload } }', '', 'entered: up', '', 1],
    ['more than those', 'entered: { any: [hot, cold] }', '', 'entered: { any: [hot, up] }', '', 0],
    ['any of what the other wants all of', 'entered: { all: [hot, cold] }', '', 'entered: hot', '', 0],
    ['in none of them', 'member: { any: [hot, cold] }', '', 'member: { none: [hot] }', '', 0],
    ['another trigger', 'entered: hot', '', 'left: hot', '', 0],
    ['the same change', 'changed: p.a', '', 'changed: p.a', '', 1],
    ['another change', 'changed: p.a', '', 'changed: p.b', '', 0],
  ])('is about %s', async (_, when, condition, otherWhen, otherCondition, count) => {
    const some = (name: string, about: string, text: string): string =>
      rule(name, about, 'T: p.a', text === '' ? '' : `if: ${text}`);
    expect(await unreachable(some('a', when, condition), some('b', otherWhen, otherCondition))).toHaveLength(
      count,
    );
  });

  test('without stop every rule is reached', async () => {
    const same = (name: string): string => rule(name, 'entered: hot', 'T: p.a');
    expect(await findingsOf(ruled(same('a'), same('b')), /unreachable/)).toEqual([]);
  });
});

describe('a condition that shuts itself out', () => {
  const never = (condition: string): Promise<readonly string[]> =>
    findingsOf(ruled(rule('a', 'entered: hot', 'T: p.a', `if: ${condition}`)), /never-holds/);

  test('is told with both parts', async () => {
    expect(await never('p.a = 1 and p.b exists and p.a != 1')).toEqual([
      '7:5 check.never-holds rules[0].if: never holds: "p.a = 1" and "p.a != 1" shut each other out',
    ]);
    expect(await never('p.a = 1 and p.a = 2')).toEqual([
      '7:5 check.never-holds rules[0].if: can hold only if the value is a list: "p.a = 1" and "p.a = 2" shut each other out',
    ]);
  });

  test.each([
    'p.a > 5 and p.a < 3',
    'p.a >= 5 and p.a < 5',
    'p.a = "x" and p.a > 5',
    'p.a = true and p.a = "true"',
    'p.a in ["x", "y"] and p.a = "z"',
    'p.a starts with "ab" and p.a starts with "b"',
    'p.a starts with "ab" and p.a = "b"',
    'p.a exists and not p.a exists',
    'p.a > 5 and not p.a exists',
    'p.a > 5 and not (p.a > 5 or p.b = 1)',
    '{ all: [p.a = 1, { all: [p.a = 2] }] }',
    'p.a > 2026-02-01 and p.a < 2026-01-01',
    '$identity.ecid = "a" and $identity.ecid = "b"',
  ])('%s', async (condition) => {
    expect(await never(condition.startsWith('{') ? condition : `'${condition}'`)).toHaveLength(1);
  });

  test.each([
    'p.a = 1 or p.a = 2',
    'p.a > 5 and p.b < 3',
    'p.a >= 5 and p.a <= 5',
    'p.a in ["x", "y"] and p.a in ["y", "z"]',
    'p.a != "x" and not p.a exists',
    'p.a = "" and not p.a exists',
    'p.a starts with "ab" and p.a starts with "abc"',
    'p.a contains "x" and p.a contains "y"',
    'p.a within 7 days and p.a starts with "2026"',
    'not (p.a = 1 and p.a = 2)',
    '{ any: [p.a = 1, p.a = 2] }',
  ])('may hold: %s', async (condition) => {
    expect(await never(condition.startsWith('{') ? condition : `'${condition}'`)).toEqual([]);
  });
});
