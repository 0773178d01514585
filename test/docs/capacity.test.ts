import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { batchSeconds, billsOf, costText, EXAMPLE } from '../../bench/cost.js';
import { AS_OF, VERIFIED } from '../../bench/prices.js';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/operations.md'), 'utf8');

/** Tables of Markdown may be padded. */
const plain = (text: string): string => text.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');

describe('docs/operations.md, capacity and cost', () => {
  test('shows the bill that the benchmark makes of its example', () => {
    const [, table = ''] = costText(EXAMPLE).split('\n\n');
    expect(plain(page)).toContain(plain(table.trim()));
  });

  test('says of when the prices are, and that nobody has verified them', () => {
    expect(page).toContain(AS_OF);
    expect(page.includes('not verified')).toBe(!VERIFIED);
  });

  test('says how long a batch takes, and how many events a second that makes', () => {
    for (const cloud of ['aws', 'azure'] as const) {
      const seconds = batchSeconds(EXAMPLE, cloud);
      expect(page).toContain(
        `${seconds.toFixed(2)} s, ${Math.round(EXAMPLE.batch / seconds)} events a second`,
      );
    }
  });
});

describe('the sums', () => {
  const total = (work: typeof EXAMPLE, cloud: 'aws' | 'azure'): number =>
    billsOf(work)[cloud].items.reduce((sum, { usd }) => sum + usd, 0);

  test('twice the events cost twice as much', () => {
    for (const cloud of ['aws', 'azure'] as const)
      expect(total({ ...EXAMPLE, events: 2_000_000 }, cloud)).toBeCloseTo(2 * total(EXAMPLE, cloud), 9);
  });

  test('a slower target costs time, larger states cost writes on AWS only', () => {
    for (const cloud of ['aws', 'azure'] as const)
      expect(total({ ...EXAMPLE, callMs: 2_000 }, cloud)).toBeGreaterThan(total(EXAMPLE, cloud));
    expect(total({ ...EXAMPLE, state: 11 }, 'aws')).toBeGreaterThan(total(EXAMPLE, 'aws'));
    expect(total({ ...EXAMPLE, state: 11 }, 'azure')).toBe(total(EXAMPLE, 'azure'));
  });

  test('Kinesis counts every record that is put as whole kilobytes', () => {
    const put = (kilobytes: number): number | undefined =>
      billsOf({ ...EXAMPLE, kilobytes }).aws.items.find(({ what }) => what === 'stream: in')?.amount;
    expect(put(2.1)).toBe(3);
    expect(put(3)).toBe(3);
  });

  test('writes are those of docs/stores.md: one for newer values, two for a change in the target', () => {
    const writes = (work: typeof EXAMPLE): number | undefined =>
      billsOf(work).azure.items.find(({ what }) => what === 'state: writes')?.amount;
    expect(writes({ ...EXAMPLE, changed: 0, newer: 1 })).toBe(1_000_000);
    expect(writes({ ...EXAMPLE, changed: 1, newer: 0 })).toBe(2_000_000);
  });
});
