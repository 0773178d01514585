import { afterEach, expect, test } from 'vitest';
import { type Desk, openDesk } from '../../local/console/play/desk.js';

/** A worker that answers at once, never, or dies, as the event says. */
const WORKER = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', ({ id, work }) => {
    if (work.event === 'for ever') for (;;);
    if (work.event === 'dies') throw new Error('dead');
    parentPort.postMessage({ id, view: { findings: [], records: [], more: work.event === 'more' } });
  });
`;

const desks = new Set<Desk>();
afterEach(async () => {
  for (const desk of desks) await desk.close();
  desks.clear();
});

function opened(): Desk {
  const desk = openDesk(new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`), {
    workMs: 300,
    startMs: 20_000,
  });
  desks.add(desk);
  return desk;
}

const work = (event: string) => ({
  event,
  rules: '',
  running: '',
  functions: undefined,
  known: new Map(),
  at: 0,
});

test('work is done in a thread, and one that takes for ever is ended; the next has a thread of its own', async () => {
  const desk = opened();
  expect(await desk.play(work('more'))).toMatchObject({ kind: 'done', view: { more: true } });
  expect(await desk.play(work('for ever'))).toEqual({ kind: 'too-long' });
  expect(await desk.play(work('again'))).toMatchObject({ kind: 'done', view: { more: false } });
});

test('of those who wait only the last is done', async () => {
  const desk = opened();
  const all = await Promise.all(['a', 'b', 'c'].map((event) => desk.play(work(event))));
  expect(all.map(({ kind }) => kind)).toEqual(['done', 'overtaken', 'done']);
});

test('a thread that dies is told of, and replaced', async () => {
  const desk = opened();
  expect(await desk.play(work('dies'))).toEqual({ kind: 'failed', text: 'dead' });
  expect(await desk.play(work('again'))).toMatchObject({ kind: 'done' });
});

test('who is waiting when it closes is told', async () => {
  const desk = opened();
  const waiting = [desk.play(work('a')), desk.play(work('b'))];
  await desk.close();
  expect((await Promise.all(waiting)).map(({ kind }) => kind)).toEqual(['overtaken', 'overtaken']);
});
