import { describe, expect, test } from 'vitest';
import { findingsOf, rule, ruled } from './checked.js';

const contested = (text: string): Promise<readonly string[]> => findingsOf(text, /contested/);

describe('two rules that write one field of one row', () => {
  test('are told, the later one at its place with the line of the earlier', async () => {
    const text = ruled(
      rule('a', 'member: hot', 'T: { value: x }'),
      rule('b', 'member: cold', 'T: { value: y }'),
    );
    expect(await contested(text)).toEqual([
      '10:55 check.contested rules[1].do[0].set.T: is written by "a" too: where both rules match, this one wins because it is later (line 7)',
    ]);
  });

  test('one action after another in one rule as well', async () => {
    const twice = `name: a
when: { member: hot }
do:
  - { upsert: crm/C, match: { Id: $key }, set: { T: p.a } }
  - { upsert: crm/C, match: { Id: $key }, set: { T: p.b } }`;
    expect(await contested(ruled(twice))).toEqual([
      '9:54 check.contested rules[0].do[1].set.T: is written twice by this rule: the later action wins (line 8)',
    ]);
  });

  test.each([
    ['the same value', rule('b', 'member: cold', 'T: { value: x }')],
    ['another field', rule('b', 'member: cold', 'U: { value: y }')],
    ['another row', rule('b', 'member: cold', 'T: { value: y }').replace('Id: $key', 'Id: p.id')],
    ['another object', rule('b', 'member: cold', 'T: { value: y }').replace('crm/C', 'crm/D')],
    [
      'a list of that row',
      rule('b', 'member: cold', 'T: { value: y }').replace('upsert: crm/C', 'add to: crm/C, list: l'),
    ],
  ])('are nothing to tell when it is %s', async (_, other) => {
    expect(await contested(ruled(rule('a', 'member: hot', 'T: { value: x }'), other))).toEqual([]);
  });

  test.each([
    ['entered', 'left', 'hot', 'hot', 0],
    ['entered', 'stayed', 'hot', 'hot', 0],
    ['entered', 'left', 'hot', 'cold', 1],
    ['entered', 'member', 'hot', 'hot', 1],
    ['entered', 'entered', 'hot', 'hot', 1],
  ])('who %s and who %s can be told apart or not: %s, %s', async (first, second, a, b, count) => {
    const text = ruled(rule('a', `${first}: ${a}`, 'T: true'), rule('b', `${second}: ${b}`, 'T: false'));
    expect(await contested(text)).toHaveLength(count);
  });

  test.each([
    ['p.a = 1', 'p.a = 2', 0],
    ['p.a = 1', 'p.a != 1', 0],
    ['p.a >= 10', 'p.a < 10', 0],
    ['p.a >= 10', 'p.a <= 10', 1],
    ['p.a = 1', 'p.b = 2', 1],
  ])('so can conditions: %s, %s', async (a, b, count) => {
    const text = ruled(
      rule('a', 'member: hot', 'T: p.x', `if: ${a}`),
      rule('b', 'member: cold', 'T: p.y', `if: ${b}`),
    );
    expect(await contested(text)).toHaveLength(count);
  });

  test('never meet when the earlier one stops', async () => {
    const text = ruled(
      rule('a', 'member: hot', 'T: { value: x }', 'stop: true'),
      rule('b', 'member: cold', 'T: { value: y }'),
    );
    expect(await contested(text)).toEqual([]);
  });

  test('two messages are two messages', async () => {
    const send = (name: string, text: string): string =>
      `name: ${name}\nwhen: { entered: hot }\ndo: [{ send: crm/M, set: { text: { value: ${text} } } }]`;
    expect(await contested(ruled(send('a', 'x'), send('b', 'y')))).toEqual([]);
  });
});

describe('a constant that only a condition holds up', () => {
  const oneWay = (text: string): Promise<readonly string[]> => findingsOf(text, /no-way-back/);
  const marked = rule('a', 'member: hot', 'T: { value: x }, U: p.a', 'if: p.a > 1');

  test('is told', async () => {
    expect(await oneWay(ruled(marked))).toEqual([
      '8:55 check.no-way-back rules[0].do[0].set.T: stays as it is when the condition no longer holds, so the order of records decides; say in otherwise what holds then',
    ]);
  });

  test.each([
    [
      'an otherwise takes it back',
      `${marked}\notherwise: [{ upsert: crm/C, match: { Id: $key }, set: { T: null } }]`,
    ],
    ['there is no condition', marked.replace('if: p.a > 1\n', '')],
    ['the rule is about an edge', marked.replace('member: hot', 'entered: hot')],
  ])('is not when %s', async (_, text) => {
    expect(await oneWay(ruled(text))).toEqual([]);
  });

  test('is not when another rule writes the field as well', async () => {
    expect(await oneWay(ruled(marked, rule('b', 'member: cold', 'T: null')))).toEqual([]);
  });
});
