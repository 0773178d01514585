import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createJournal } from '../../local/console/journal.js';
import { bars, ceiling } from '../../local/console/page/bars.js';
import { clipped, span, visible } from '../../local/console/page/format.js';
import { listOf } from '../../local/console/page/list.js';
import { createRows } from '../../local/console/page/rows.js';
import { scrollTo, sightOf } from '../../local/console/page/window.js';
import type { Row } from '../../local/console/told.js';
import { ENDINGS } from '../../shared/core/ports.js';

const row = (n: number, more: Partial<Row> = {}): Row => ({
  n,
  id: `m-${n}`,
  record: 0,
  source: 'stream',
  at: 0,
  ended: 0,
  ending: 'delivered',
  tries: 1,
  edges: [],
  rules: [],
  actions: 0,
  ...more,
});
const all = { endings: new Set<never>(), text: '' };

test('whatever order rows come in, the latest are kept, each as it was told last', () => {
  const numbers = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 })));
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 20 }), (told, capacity) => {
      const rows = createRows(capacity);
      const last = new Map<number, number>();
      let newest = 0;
      for (const [n, tries] of told) {
        rows.apply([row(n, { tries })]);
        newest = Math.max(newest, n);
        last.set(n, tries);
      }
      for (let n = 1; n <= 60; n++) {
        const isKept = n > newest - capacity && last.has(n);
        // One that was told before newer ones pushed its slot out stays gone.
        if (rows.at(n)) expect(isKept && rows.at(n)?.tries === last.get(n)).toBe(true);
      }
      if (newest > 0) expect(rows.at(newest)?.tries).toBe(last.get(newest));
    }),
  );
});

test('the newest is first; a filter leaves out what is not like it', () => {
  const rows = createRows(100);
  rows.apply([
    row(1, { person: 'crmid:Ada' }),
    row(2, { ending: 'held' }),
    row(3, { edges: ['entered vip'] }),
  ]);
  const numbers = (list: ReturnType<typeof listOf>) =>
    Array.from({ length: list.length }, (_, index) => list.at(index));
  expect(numbers(listOf(rows, all, 3))).toEqual([3, 2, 1]);
  expect(numbers(listOf(rows, all, 2))).toEqual([2, 1]);
  expect(numbers(listOf(rows, { endings: new Set(['held']), text: '' }, 3))).toEqual([2]);
  expect(numbers(listOf(rows, { ...all, text: 'ada' }, 3))).toEqual([1]);
  expect(numbers(listOf(rows, { ...all, text: ' VIP ' }, 3))).toEqual([3]);
  expect(listOf(rows, { ...all, text: 'ada' }, 3).indexOf(1)).toBe(0);
  expect(listOf(rows, all, 3).indexOf(9)).toBe(-1);
});

test('every row that is in sight is drawn, and never many more', () => {
  const heights = fc.record({
    count: fc.nat(60_000),
    rowHeight: fc.integer({ min: 20, max: 60 }),
    top: fc.nat(2_000_000),
    height: fc.integer({ min: 100, max: 2_000 }),
  });
  fc.assert(
    fc.property(heights, ({ count, rowHeight, top, height }) => {
      const scrollTop = Math.min(top, Math.max(0, count * rowHeight - height));
      const { from, to } = sightOf(count, rowHeight, scrollTop, height);
      expect(from * rowHeight).toBeLessThanOrEqual(scrollTop);
      expect(to * rowHeight).toBeGreaterThanOrEqual(Math.min(scrollTop + height, count * rowHeight));
      expect(to - from).toBeLessThanOrEqual(height / rowHeight + 14);
    }),
  );
  expect(scrollTo(10, 30, 0, 300)).toBe(30);
  expect(scrollTo(0, 30, 90, 300)).toBe(0);
  expect(scrollTo(5, 30, 0, 300)).toBeUndefined();
});

test('the journal gives each change once since any point it remembers', () => {
  const journal = createJournal(3);
  for (const n of [1, 2, 2, 3, 1]) journal.note(n);
  expect([...(journal.since(2) ?? [])]).toEqual([2, 3, 1]);
  expect([...(journal.since(5) ?? [])]).toEqual([]);
  journal.note(4);
  expect(journal.since(0)).toBeUndefined();
  expect([...(journal.since(4) ?? [])]).toEqual([1, 4]);
});

test('what would act on the text around is shown instead', () => {
  expect(visible('a\u202eb\u0007c\u2066d')).toBe('a\\u{202e}b\\u{7}c\\u{2066}d');
  expect(visible('سلام\nשלום\t<b>')).toBe('سلام\nשלום\t<b>');
  expect(visible('\ud800x')).toBe('\\u{d800}x');
  expect(clipped('x'.repeat(10), 4)).toEqual({ text: 'xxxx', more: 6 });
  expect([span(12), span(1_500), span(120_000), span(7_200_000)]).toEqual(['12 ms', '1.5 s', '2 min', '2 h']);
});

test('bars stand upon each other and reach the top at the greatest sum', () => {
  const endings = ENDINGS.map((_, i) => (i < 2 ? 50 : 0));
  const paths = bars([{ t: 10, endings, calls: 0, rows: 0, lagMs: 0 }], { from: 9, top: 100, height: 100 });
  expect(paths[0]).toBe('M1.1 50.00h0.8v50.00h-0.8z');
  expect(paths[1]).toBe('M1.1 0.00h0.8v50.00h-0.8z');
  expect(paths[2]).toBe('');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (most) => {
      expect(ceiling(most)).toBeGreaterThanOrEqual(most);
      expect(ceiling(most) % 2).toBe(0);
    }),
  );
});
