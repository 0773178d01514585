import { expect, test } from 'vitest';
import { billsOf, EXAMPLE } from '../../bench/cost.js';
import { totalsOf, totalsText } from '../../bench/cost-naive.js';

const CPU = new Map([
  ['Powertools, a call a record, order lost', 600],
  ['zod, 200 rows a call', 100],
]);

const named = (name: string, work = EXAMPLE) => {
  const found = totalsOf(work, CPU).find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

test('ours is the bill of the operations page', () => {
  const sum = billsOf(EXAMPLE).aws.items.reduce((all, { usd }) => all + usd, 0);
  expect(named('tributary').aws).toBeCloseTo(sum, 9);
  expect(named('tributary').calls).toBe(2_000);
});

test('a call a record is a call a record; two hundred rows a call round up for each batch', () => {
  expect(named('Powertools, a call a record, in order').calls).toBe(1_000_000);
  expect(named('zod, 200 rows a call').calls).toBe(6_000);
});

test('a slower target costs those the most who wait for it again and again', () => {
  const slow = { ...EXAMPLE, callMs: 2 * EXAMPLE.callMs };
  const growth = (name: string): number => named(name, slow).aws - named(name).aws;
  expect(growth('Powertools, a call a record, in order')).toBeGreaterThan(100 * growth('tributary'));
});

test('a state costs: whoever has none pays for no reads and writes', () => {
  expect(named('zod, 200 rows a call').aws).toBeLessThan(named('tributary').aws);
  expect(totalsText(totalsOf(EXAMPLE, CPU))).toContain('| zod, 200 rows a call | 6,000 |');
});

test('who was not measured is not in it', () => {
  expect(totalsOf(EXAMPLE, new Map()).map(({ name }) => name)).toEqual(['tributary']);
});
