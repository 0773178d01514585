import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { createLookout } from '../../../shared/files/intake/intake.js';
import { tooOld } from '../../../shared/files/intake/too-old.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { memoryStore } from '../../../shared/stores/memory.js';
import { fakeClock, fakeDeps, rulesOf } from '../../support/fakes.js';
import { RULES, world } from '../support/intake-world.js';

const NAME = 'all_20260901.csv';
const DAY = 86_400_000;
const TTL_DAYS = 10;

/** A world whose store forgets after ten days. */
function forgetful(mostExits?: number, isDown = () => false) {
  const w = world(mostExits === undefined ? {} : { mostExits });
  const store = memoryStore({ clock: w.clock, ttlDays: TTL_DAYS });
  const pipeline = createPipeline({ ...fakeDeps(rulesOf(RULES), w.crm), clock: w.clock, store });
  const run: typeof pipeline.run = async (...args) => {
    if (isDown()) throw new Fault('store.unavailable', 'it is down');
    return pipeline.run(...args);
  };
  const deps = { ...w.deps, store, pipeline: { ...pipeline, run }, keptMs: TTL_DAYS * DAY };
  const work = createFileWork(deps);
  const { poll } = createLookout(deps);
  return {
    ...w,
    poll,
    async work(name: string) {
      await work({ work: 'rows', source: 'daily', name }, { deadline: w.clock.now() + DAY });
      await work({ work: 'close', source: 'daily', name }, { deadline: w.clock.now() + DAY });
    },
  };
}

test('a file that nothing is remembered of any more is refused, and none of its rows acts again', async () => {
  const w = forgetful();
  w.place.write(NAME, 'C-1,,realized,1\nC-2,,realized,2', w.clock.now());
  await w.work(NAME);
  expect(w.crm.calls).toHaveLength(1);
  w.clock.advance(TTL_DAYS * DAY - 1);
  await w.work(NAME);
  expect(w.report(NAME)).toMatchObject({ result: 'done' });
  w.clock.advance(1);
  await w.poll();
  await w.work(NAME);
  expect(w.crm.calls).toHaveLength(1);
  // What became of its rows goes on being told.
  expect(w.report(NAME)).toMatchObject({ result: 'done', settled: 2 });
  expect(w.lines.filter(({ event }) => event === 'file').map(({ level }) => level)).toEqual(['info', 'warn']);
  for (const message of await w.queue.receive()) await w.queue.remove(message);
  await w.poll();
  expect(await w.queue.count()).toBe(0);
});

test('written anew it is worked', async () => {
  const w = forgetful();
  w.place.write(NAME, 'C-1,,realized,1', w.clock.now() - 2 * TTL_DAYS * DAY);
  await w.work(NAME);
  expect(w.crm.calls).toEqual([]);
  expect(w.report(NAME)).toMatchObject({ result: 'refused', why: { code: 'file.too-old' } });
  expect(w.report(NAME).why?.text).toMatch(/10 days \(TRIBUTARY_STATE_TTL_DAYS\).*have it written anew/);
  w.place.write(NAME, 'C-1,,realized,1', w.clock.now());
  await w.work(NAME);
  expect([w.crm.calls.length, w.report(NAME).result]).toEqual([1, 'done']);
});

test('a file that has been begun is no old one, however long it waits for its target', async () => {
  let isDown = true;
  const w = forgetful(undefined, () => isDown);
  w.place.write(NAME, 'C-1,,realized,1', w.clock.now());
  for (let day = 0; day < 3 * TTL_DAYS; day++) {
    await w.work(NAME);
    w.clock.advance(DAY);
  }
  expect(w.crm.rows.size).toBe(0);
  isDown = false;
  await w.work(NAME);
  expect(w.report(NAME)).toMatchObject({ result: 'done', settled: 1 });
});

test('a file counts as old an hour early, for the clock of its place may be ahead', () => {
  const now = 100 * DAY;
  const deps = { clock: { ...fakeClock(), now: () => now }, keptMs: TTL_DAYS * DAY };
  const HOUR = 3_600_000;
  const limit = now - TTL_DAYS * DAY + HOUR;
  expect(tooOld({ name: NAME, at: limit }, deps)?.code).toBe('file.too-old');
  expect(tooOld({ name: NAME, at: limit + 1 }, deps)).toBeUndefined();
});

test('full exports that come again after longer than anything is remembered take nobody out', async () => {
  const w = forgetful(1);
  w.place.write(NAME, 'C-1,,realized,1\nC-2,,realized,2', w.clock.now());
  await w.work(NAME);
  w.clock.advance((TTL_DAYS + 1) * DAY);
  const next = 'all_20260912.csv';
  w.place.write(next, 'C-1,,realized,1', w.clock.now());
  await w.work(next);
  expect(w.report(next)).toMatchObject({ result: 'done', rows: 1 });
  expect(w.crm.rows.get('Contact/C-2')).toMatchObject({ Hot: true });
  const calls = w.crm.calls.length;
  await w.work(NAME);
  expect(w.crm.calls).toHaveLength(calls);
  expect(w.report(NAME)).toMatchObject({ result: 'done' });
});
