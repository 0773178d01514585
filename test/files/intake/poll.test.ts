import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { closingId } from '../../../shared/files/intake/closing.js';
import { createLookout } from '../../../shared/files/intake/intake.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

const AT = Date.parse('2026-09-01T00:30:00Z');
const NAME = 'all_20260901.csv';
const HOUR = 3_600_000;

test('a poll orders work on files nobody has been sent to, and on no other', async () => {
  const w = world({});
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1', AT);
  w.place.write(`${NAME}.tributary.json`, '{}', AT);
  await poll();
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  await poll();
  expect(await w.queue.count()).toBe(0);
  expect(w.crm.rows.size).toBe(1);
});

test('the log says how many files no entry takes', async () => {
  const w = world({});
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1', AT);
  w.place.write(`${NAME}.tributary.json`, '{}', AT);
  w.place.write('notes.txt', 'buy milk', AT);
  await poll();
  expect(w.lines).toMatchObject([{ event: 'file.poll', fields: { seen: 1, ordered: 1, unmatched: 1 } }]);
});

test('polls do not multiply orders of files that wait in the queue, nor of ends of exports', async () => {
  const w = world({ mostExits: 1 });
  const { poll } = createLookout(w.deps);
  const names = [1, 2, 3].map((n) => `all${n}_20260901.csv`);
  for (const [i, name] of names.entries()) w.place.write(name, `C-${i},,realized,1`, AT);
  for (let i = 0; i < 5; i++) {
    await poll();
    w.clock.advance(300_000);
  }
  expect(await w.queue.count()).toBe(3);
  await w.drain();
  expect(w.crm.rows.size).toBe(3);
});

test('a file whose worker has died is taken up by the poll as soon as the lease has run out', async () => {
  const w = world({});
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1', AT);
  await w.arrive(NAME);
  await w.round(() => ({ left: 4, after: true }), HOUR);
  // As with SQS, the message is out of sight for long.
  for (const message of await w.queue.receive()) await w.queue.remove(message);
  w.clock.advance(200_000);
  await poll();
  for (const message of await w.queue.receive()) await w.queue.remove(message);
  expect(w.crm.rows.size).toBe(0);
  w.clock.advance(101_000);
  const hidden = await w.queue.count();
  await poll();
  await poll();
  expect(await w.queue.count()).toBe(hidden + 1);
  await w.drain();
  expect(w.crm.rows.size).toBe(1);
});

test('a file whose order got lost is found again after an hour', async () => {
  const w = world({});
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1', AT);
  await poll();
  for (const message of await w.queue.receive()) await w.queue.remove(message);
  w.clock.advance(600_000);
  await poll();
  expect(await w.queue.count()).toBe(0);
  w.clock.advance(2 * HOUR);
  await poll();
  await w.drain();
  expect(w.crm.rows.size).toBe(1);
});

test('so is the end of a full export', async () => {
  const w = world({ mostExits: 1 });
  const { poll } = createLookout(w.deps);
  for (const [name, text] of [
    [NAME, 'C-1,,realized,1\nC-2,,realized,1'],
    ['all_20260902.csv', 'C-1,,realized,1'],
  ] as const) {
    w.place.write(name, text, AT);
    await w.arrive(name);
    await w.drain();
  }
  const id = closingId('daily', 'all_20260902.csv', 'ups/hot-1');
  const { value, version } = await w.pages.closing.read(id);
  if (!value) throw new Error('nothing is kept of the export');
  await w.pages.closing.write(id, { ...value, stage: 'comparing' }, version);
  await poll();
  expect(await w.queue.count()).toBe(0);
  w.clock.advance(2 * HOUR);
  await poll();
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  expect((await w.pages.closing.read(id)).value?.stage).toBe('done');
});

test('a place that does not answer is told of, and keeps nobody from the others', async () => {
  const w = world({});
  const [one] = w.deps.sources.values();
  if (!one) throw new Error('there is a source');
  const unreachable = new Fault('file.unavailable', 'the place does not answer');
  const broken = { ...one, name: 'broken', place: () => Promise.reject(unreachable) };
  const { poll } = createLookout({
    ...w.deps,
    sources: new Map([
      ['broken', broken],
      ['daily', one],
    ]),
  });
  w.place.write(NAME, 'C-1,,realized,1', AT);
  await poll();
  expect(w.lines.map(({ event }) => event)).toEqual(['file.poll-failed', 'file.poll']);
  expect(await w.queue.count()).toBe(1);
});

test('files that wait in a queue for days are ordered a few times, not each hour', async () => {
  const w = world({});
  const { poll } = createLookout(w.deps);
  for (let i = 0; i < 10; i++) w.place.write(`all${i}_20260901.csv`, `C-${i},,realized,1`, AT);
  for (let half = 0; half < 2 * 72; half++) {
    await poll();
    w.clock.advance(HOUR / 2);
  }
  expect(await w.queue.count()).toBeGreaterThanOrEqual(10 * 4);
  expect(await w.queue.count()).toBeLessThanOrEqual(10 * 9);
  await w.drain();
  expect(w.crm.rows.size).toBe(10);
});

const PART = 'all_20260901_2.csv';

/** A process that works on the rows of a file, and dies before its order for the end of the export is sent. */
async function dieAfterRows(w: ReturnType<typeof world>, name: string): Promise<void> {
  const queue = { maxDelayMs: 900_000, send: () => Promise.reject(new Error('the process dies')) };
  const work = createFileWork({ ...w.deps, queue });
  const limits = { deadline: w.clock.now() + HOUR };
  await expect(work({ work: 'rows', source: 'daily', name }, limits)).rejects.toThrow('the process dies');
  expect(w.report(name)).toMatchObject({ result: 'done' });
}

test('the end of a full export whose first order got lost is found within ten minutes', async () => {
  const w = world({ mostExits: 1 });
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1\nC-2,,realized,1', AT);
  await w.arrive(NAME);
  await w.drain();
  const next = 'all_20260902.csv';
  w.place.write(next, 'C-1,,realized,1', AT);
  await dieAfterRows(w, next);
  await poll();
  expect(await w.queue.count()).toBe(0);
  w.clock.advance(300_000);
  await poll();
  w.clock.advance(300_000);
  await poll();
  await poll();
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  expect(w.crm.rows.get('Contact/C-2')).toMatchObject({ Hot: false });
  w.clock.advance(48 * HOUR);
  await poll();
  expect(await w.queue.count()).toBe(0);
});

test('so is that of a part that came after its export had come to its end', async () => {
  const w = world({ mostExits: 1 });
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1', AT);
  await w.arrive(NAME);
  await w.drain();
  w.clock.advance(2 * HOUR);
  w.place.write(PART, 'C-2,,realized,1', AT);
  await dieAfterRows(w, PART);
  w.clock.advance(600_000);
  await poll();
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  const id = closingId('daily', NAME, 'ups/hot-1');
  const { value } = await w.pages.closing.read(id);
  expect([value?.stage, value?.parts.length]).toEqual(['done', 2]);
});

test('ends of full exports that wait in a queue for days are ordered a few times, not each hour', async () => {
  const w = world({ mostExits: 1 });
  const { poll } = createLookout(w.deps);
  w.place.write(NAME, 'C-1,,realized,1', AT);
  await dieAfterRows(w, NAME);
  for (let half = 0; half < 2 * 72; half++) {
    w.clock.advance(HOUR / 2);
    await poll();
  }
  expect(await w.queue.count()).toBeGreaterThanOrEqual(4);
  expect(await w.queue.count()).toBeLessThanOrEqual(9);
});

test('nobody is sent again to exports that were read before their entry had `snapshot`', async () => {
  const w = world({});
  w.place.write(NAME, 'C-1,,realized,1', AT);
  await w.arrive(NAME);
  await w.drain();
  const [one] = w.deps.sources.values();
  if (!one) throw new Error('there is a source');
  const deps = { ...w.deps, sources: new Map([['daily', { ...one, snapshot: { mostExits: 1 } }]]) };
  const [{ poll }, work] = [createLookout(deps), createFileWork(deps)];
  const ordered: number[] = [];
  for (let day = 0; day < 5; day++) {
    w.clock.advance(24 * HOUR);
    await poll();
    const messages = await w.queue.receive();
    ordered.push(messages.length);
    for (const message of messages) {
      await work({ work: 'close', source: 'daily', name: NAME }, { deadline: w.clock.now() + HOUR });
      await w.queue.remove(message);
    }
  }
  expect(ordered).toEqual([1, 0, 0, 0, 0]);
  expect(w.place.read(`${NAME}.export.tributary.json`)).toBeUndefined();
});
