import { expect, test } from 'vitest';
import type { StateStore } from '../../../shared/core/ports.js';
import { reportName } from '../../../shared/files/intake/report.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { encodeWithin } from '../../../shared/stores/deps.js';
import { world } from '../support/intake-world.js';

const at = (n: number): number => Date.parse(`2026-09-0${n}T00:30:00Z`);
const fileOf = (n: number): string => `all_2026090${n}.csv`;

/** A store in which an item of a family of full exports has so much room. */
const roomy = (store: StateStore, bytes: () => number): StateStore => ({
  ...store,
  async write(entries) {
    try {
      for (const { id, state } of entries)
        if (id.startsWith(':files/family/')) encodeWithin(state, bytes(), 'an item');
    } catch (fault) {
      // What encodeWithin throws.
      return entries.map(() => ({ ok: false, reason: 'refused', fault: fault as never }));
    }
    return store.write(entries);
  },
});

test('an export that does not fit beside those that are not compared yet is refused with what to do, and can be read again', async () => {
  const w = world({ mostExits: 1, segmentLines: 1 });
  let room = 600;
  const work = createFileWork({ ...w.deps, store: roomy(w.deps.store, () => room) });
  const limits = () => ({ deadline: w.clock.now() + 3_600_000 });
  const run = async (n: number): Promise<void> => {
    for (const kind of ['rows', 'close'] as const) {
      await work({ work: kind, source: 'daily', name: fileOf(n) }, limits());
      w.clock.advance(1_000_000);
    }
  };
  const write = (n: number, count: number, time = at(n)): void =>
    w.place.write(fileOf(n), Array.from({ length: count }, (_, i) => `C-${i},,realized,1`).join('\n'), time);
  write(1, 10);
  await run(1);
  expect(w.report(fileOf(1))).toMatchObject({ result: 'done', rows: 10 });
  write(2, 200);
  await run(2);
  expect(w.report(fileOf(2))).toMatchObject({
    result: 'refused',
    settled: 0,
    why: {
      code: 'store.too-large',
      text: expect.stringMatching(/full exports of "daily" .*tributary files retry all_20260902\.csv/),
    },
  });
  expect(w.crm.rows.size).toBe(10);
  const report = JSON.parse(w.place.read(reportName(`${fileOf(2)}.export`)) ?? 'null');
  expect(report).toMatchObject({ result: 'waiting for you', why: { code: 'file.exits' } });
  room = 1_000_000;
  write(2, 200, at(2) + 1);
  await run(2);
  expect(w.report(fileOf(2))).toMatchObject({ result: 'done', rows: 200 });
});
