import { expect, test } from 'vitest';
import { defineMapping, defineRule, isDefined } from '../../shared/tools/define.js';

test('what a function asks for is bound to what it says it reads', () => {
  const rule = defineRule({
    reads: { paths: ['loyalty.points'], identities: ['email'], audiences: ['hot'], now: true },
    holds: ({ value, identity, member, now, key }) => {
      // @ts-expect-error: a slip of the pen
      value('loyalty.point');
      // @ts-expect-error: not among its identities
      identity('phone');
      // @ts-expect-error: not among its audiences
      member('cold');
      return value('loyalty.points') === 5 && identity('email') === key && member('hot') && now.getTime() > 0;
    },
  });
  expect(isDefined(rule)).toBe(true);
});

test('a function answers at once, with what it is for', () => {
  const made = [
    // @ts-expect-error: a promise is not true or false
    defineRule({ reads: {}, holds: async () => true }),
    // @ts-expect-error: nor is a text
    defineRule({ reads: {}, holds: () => 'yes' }),
    // @ts-expect-error: a date is no JSON
    defineMapping({ reads: {}, value: () => new Date(0) }),
    defineMapping({ reads: {}, value: () => ({ a: [1, 'b', null] }) }),
  ];
  expect(made.every(isDefined)).toBe(true);
});

test.each([[null], [undefined], [{}], [() => true], [{ kind: 'rule' }]])(
  '%j is no function of ours',
  (value) => {
    expect(isDefined(value)).toBe(false);
  },
);
