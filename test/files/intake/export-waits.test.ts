import { expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { accept, lookAt } from '../../../shared/files/intake/desk.js';
import { stateOf } from '../../../shared/files/intake/file-state.js';
import { reportName } from '../../../shared/files/intake/report.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

type World = ReturnType<typeof world>;

const at = (n: number): number => Date.parse(`2026-09-0${n}T00:30:00Z`);
const fileOf = (n: number, part = 1): string => `all_2026090${n}${part === 1 ? '' : `_${part}`}.csv`;
const people = (letter: string, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${letter}-${from + i},,realized,1`).join('\n');
const CUT_OFF = 'C-6,,realized,1\nCUT';

const long = (w: World) => ({ deadline: w.clock.now() + 3_600_000 });
const close = (n: number) => ({ work: 'close', source: 'daily', name: fileOf(n) }) as const;

async function take(w: World, n: number, text: string, part = 1): Promise<void> {
  w.place.write(fileOf(n, part), text, at(n) + part);
  await w.arrive(fileOf(n, part));
  await w.drain();
}

/** Its rows have acted, and nobody has come to the end of its export. */
async function readOnly(w: World, n: number, text: string): Promise<void> {
  w.place.write(fileOf(n), text, at(n));
  await w.work({ work: 'rows', source: 'daily', name: fileOf(n) }, long(w));
  for (const message of await w.queue.receive()) await w.queue.remove(message);
}

/** Removes a file as an operator would: it and its report. */
function remove(w: World, name: string): void {
  w.place.remove(name);
  w.place.remove(reportName(name));
}

async function look(w: World, n: number) {
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  const { files } = await lookAt(source, w.pages);
  const looked = files.find(({ name }) => name === fileOf(n));
  if (!looked) throw new Error('nothing is known of it');
  return looked;
}

const stateNow = async (w: World, n: number) => {
  const { progress, closing } = await look(w, n);
  return stateOf(progress, closing);
};

const agree = async (w: World, n: number): Promise<boolean> =>
  accept(await look(w, n), w.pages, { queue: w.queue });

const hot = (w: World): string[] =>
  [...w.crm.rows].filter(([, fields]) => fields['Hot'] === true).map(([key]) => key.replace('Contact/', ''));

/** Works on the end of an export until so many chunks of its exits have acted. */
async function someExits(w: World, n: number, chunks: number): Promise<void> {
  const stop = new AbortController();
  let runs = 0;
  const pipeline: World['deps']['pipeline'] = {
    ...w.deps.pipeline,
    async run(messages, options) {
      const settlements = await w.deps.pipeline.run(messages, options);
      runs += 1;
      if (runs === chunks) stop.abort();
      return settlements;
    },
  };
  await createFileWork({ ...w.deps, pipeline })(close(n), { ...long(w), stop: stop.signal });
}

test('exits that are compared anew after a part was refused act from their first on', async () => {
  const w = world({ mostExits: 1, chunkRows: 2 });
  await take(w, 1, people('C', 10, 30));
  await readOnly(w, 3, people('C', 50, 51));
  await someExits(w, 3, 5);
  expect(hot(w)).toHaveLength(11);
  // A further part is cut off: nobody is taken out any more.
  await take(w, 3, CUT_OFF, 2);
  expect(await stateNow(w, 3)).toMatchObject({ word: 'waiting for you' });
  // An older export comes late; whoever is in it comes before the others in the order of exits.
  await take(w, 2, people('A', 10, 18));
  remove(w, fileOf(3, 2));
  await w.work(close(3), long(w));
  await w.drain();
  expect(hot(w)).toEqual(['C-50']);
});

test('nobody can agree to a part that is refused, and once that is put right the exits are asked about', async () => {
  const w = world({ mostExits: 0.2 });
  await take(w, 1, people('C', 0, 10));
  await take(w, 2, people('C', 0, 5));
  await take(w, 2, CUT_OFF, 2);
  expect(await stateNow(w, 2)).toMatchObject({
    word: 'waiting for you',
    why: { text: expect.stringContaining('is refused') },
  });
  expect(await agree(w, 2)).toBe(false);
  remove(w, fileOf(2, 2));
  await w.work(close(2), long(w));
  await w.drain();
  expect(await stateNow(w, 2)).toMatchObject({
    word: 'waiting for you',
    why: { text: expect.stringContaining('5 of 10 members') },
  });
  expect(hot(w)).toHaveLength(10);
  expect(await agree(w, 2)).toBe(true);
  expect(await stateNow(w, 2)).toMatchObject({ word: 'accepted' });
  await w.drain();
  expect(hot(w)).toHaveLength(5);
});

test('an export that waits for a part that is refused says so, whatever has been agreed to before', async () => {
  const w = world({ mostExits: 0.2 });
  await take(w, 1, people('C', 0, 10));
  await take(w, 2, people('C', 0, 5));
  expect(await agree(w, 2)).toBe(true);
  for (const message of await w.queue.receive()) await w.queue.remove(message);
  await take(w, 2, CUT_OFF, 2);
  expect(await stateNow(w, 2)).toMatchObject({
    word: 'waiting for you',
    why: { text: expect.stringContaining('is refused') },
  });
  expect(hot(w)).toHaveLength(10);
});

/** A world in which somebody has agreed to the exits of the third export, and one of them has acted. */
async function begun() {
  const w = world({ mostExits: 0.2, chunkRows: 2 });
  await take(w, 1, people('C', 10, 20));
  await take(w, 3, people('C', 10, 15));
  expect(await agree(w, 3)).toBe(true);
  for (const message of await w.queue.receive()) await w.queue.remove(message);
  await someExits(w, 3, 1);
  return w;
}

test('who has agreed to some exits is asked again when more would leave', async () => {
  const w = await begun();
  // An older export comes late, of people who are in neither of the others.
  await readOnly(w, 2, people('A', 10, 40));
  await w.work(close(3), long(w));
  await w.drain();
  expect(await stateNow(w, 3)).toMatchObject({
    word: 'waiting for you',
    why: { text: expect.stringContaining('35 of 40 members') },
  });
  expect(hot(w).filter((key) => key.startsWith('A-'))).toHaveLength(30);
  expect(await agree(w, 3)).toBe(true);
  await w.drain();
  expect(hot(w)).toHaveLength(5);
});

test('what has been agreed to is not asked about again when it is compared anew and no more would leave', async () => {
  const w = await begun();
  await readOnly(w, 2, people('C', 10, 20));
  await w.work(close(3), long(w));
  await w.drain();
  expect(await stateNow(w, 3)).toMatchObject({ word: 'done' });
  expect(hot(w)).toHaveLength(5);
});

test('what exits have waited for is not told of any more once they act again', async () => {
  const w = world({ mostExits: 1, chunkRows: 2 });
  await take(w, 1, people('C', 10, 20));
  await readOnly(w, 2, people('C', 10, 11));
  const down = new Fault('remote.unavailable', 'the target is down');
  const run: World['deps']['pipeline']['run'] = async (messages) =>
    messages.map(({ id }) => ({ id, settled: false, endings: [{ name: 'held', fault: down }] }));
  await createFileWork({ ...w.deps, pipeline: { ...w.deps.pipeline, run } })(close(2), long(w));
  expect(await stateNow(w, 2)).toMatchObject({ word: 'waiting', why: { code: 'remote.unavailable' } });
  await someExits(w, 2, 2);
  expect(await stateNow(w, 2)).toEqual({ word: 'exits', why: undefined });
});
