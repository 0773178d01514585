import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

const NAME = 'all_20260901.csv';
const ORDER = { work: 'rows', source: 'daily', name: NAME } as const;
const AT = Date.parse('2026-09-01T00:30:00Z');

/** A file whose manifest does not come, looked at so often; gives how often the log has told of it after each look. */
async function lookedAt(w: ReturnType<typeof world>, looks: number): Promise<readonly number[]> {
  w.place.write(NAME, 'C-1,,realized,1', AT);
  const told: number[] = [];
  for (let look = 0; look < looks; look++) {
    await w.work(ORDER, { deadline: w.clock.now() + 600_000 });
    told.push(w.lines.filter(({ event }) => event === 'file.waits').length);
    w.clock.advance((w.queue.next() ?? 0) - w.clock.now());
    for (const message of await w.queue.receive()) await w.queue.remove(message);
  }
  return told;
}

test('a file that is not whole is told of from the fifth look on, and then each fourth time', async () => {
  const w = world({ manifest: true });
  expect(await lookedAt(w, 10)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
  const fields = { source: 'daily', file: NAME, code: 'file.incomplete', why: `no manifest lists ${NAME}` };
  expect(w.lines[0]).toEqual({ level: 'warn', event: 'file.waits', fields });
});

test('what keeps it waiting once it is whole is told at once, and it comes back as soon as any', async () => {
  const w = world({ manifest: true });
  await lookedAt(w, 6);
  w.place.write('run.manifest', NAME, AT);
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  const open: typeof source.open = async () => {
    throw new Fault('config.missing-secret', 'there is no secret pgp');
  };
  const work = createFileWork({ ...w.deps, sources: new Map([['daily', { ...source, open }]]) });
  const waits: number[] = [];
  for (let turn = 0; turn < 3; turn++) {
    await work(ORDER, { deadline: w.clock.now() + 600_000 });
    const next = w.queue.next() ?? 0;
    waits.push((next - w.clock.now()) / 1000);
    w.clock.advance(next - w.clock.now());
    for (const message of await w.queue.receive()) await w.queue.remove(message);
  }
  expect(waits).toEqual([30, 60, 120]);
  expect(w.lines.map(({ fields }) => fields['code'])).toEqual(['file.incomplete', 'config.missing-secret']);
});

test('while one invocation is too short to find out, it comes back later each time, and is told of at once', async () => {
  const w = world({});
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  const why = new Fault('file.incomplete', 'one invocation was not enough');
  let workMs = 585_000;
  const completeness: typeof source.completeness = async () => {
    w.clock.advance(workMs);
    return { whole: false, why, afterMs: 0 };
  };
  const work = createFileWork({ ...w.deps, sources: new Map([['daily', { ...source, completeness }]]) });
  w.place.write(NAME, 'C-1,,realized,1', AT);
  const waits: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    // The last one was begun when there was hardly any time left: that says nothing of the place.
    if (turn === 7) workMs = 1_000;
    await work(ORDER, { deadline: w.clock.now() + 600_000 });
    const next = w.queue.next() ?? 0;
    waits.push((next - w.clock.now()) / 1000);
    w.clock.advance(Math.max(0, next - w.clock.now()));
    for (const message of await w.queue.receive()) await w.queue.remove(message);
  }
  expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900, 0]);
  expect(w.lines.map(({ fields }) => fields['why'])).toEqual([why.message, why.message]);
});
