import { expect, test } from 'vitest';
import type { Pipeline } from '../../../shared/core/ports.js';
import { closingId } from '../../../shared/files/intake/closing.js';
import { retry } from '../../../shared/files/intake/desk.js';
import { progressId } from '../../../shared/files/intake/progress.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { Crash, world } from '../support/intake-world.js';

type World = ReturnType<typeof world>;

const at = (n: number): number => Date.parse(`2026-09-0${n}T00:30:00Z`);
const fileOf = (n: number): string => `all_2026090${n}.csv`;
const seq = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
const order = (n: number) => ({ work: 'rows', source: 'daily', name: fileOf(n) }) as const;

function write(w: World, n: number, people: readonly number[]): void {
  w.place.write(fileOf(n), people.map((person) => `C-${person},,realized,1`).join('\n'), at(n));
}

async function take(w: World, n: number, people: readonly number[]): Promise<void> {
  write(w, n, people);
  await w.arrive(fileOf(n));
}

const hot = (w: World): string[] =>
  [...w.crm.rows]
    .filter(([, fields]) => fields['Hot'] === true)
    .map(([key]) => key.replace('Contact/C-', ''));

/** A promise, and what fulfils it. */
function signal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

async function again(w: World, n: number): Promise<void> {
  const source = w.deps.sources.get('daily');
  if (!source) throw new Error('there is a source');
  const looked = { source, name: fileOf(n), progress: undefined, closing: undefined };
  expect(await retry(looked, w.pages, w.deps)).toBe(true);
}

test('a file that is read again in other pieces before its export is compared takes nobody out', async () => {
  const w = world({ mostExits: 0.9 });
  await take(w, 1, seq(40));
  await w.drain();
  await take(w, 2, seq(40));
  await w.round(() => undefined, 3_600_000);
  await again(w, 2);
  // Time is up after its first rows.
  await w.work(order(2), { deadline: w.clock.now() });
  await w.drain();
  expect(hot(w)).toHaveLength(40);
});

test('so does a file of a complete export, and who leaves afterwards leaves', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, seq(40));
  await w.drain();
  await again(w, 1);
  await w.round(() => undefined, 0);
  await w.drain();
  const entry = await w.place.stat(fileOf(1));
  expect(entry && (await w.pages.progress.read(progressId('daily', entry))).value?.stage).toBe('done');
  await take(w, 2, [1]);
  await w.drain();
  expect(hot(w)).toEqual(['1']);
});

test('two full exports that end at once both come to their end', async () => {
  const w = world({ mostExits: 1, segmentLines: 2 });
  for (const [n, count] of [
    [1, 40],
    [2, 38],
    [3, 36],
  ] as const) {
    write(w, n, seq(count));
    await w.work(order(n), { deadline: w.clock.now() + 3_600_000 });
    if (n === 1) await w.drain();
  }
  const close = (n: number, objects = w.deps.objects) =>
    createFileWork({ ...w.deps, objects })(
      { ...order(n), work: 'close' },
      { deadline: w.clock.now() + 3_600_000 },
    );
  const { objects } = w.deps;
  let reads = 0;
  await close(3, {
    place: objects.place,
    put: (name, bytes) => objects.put(name, bytes),
    remove: (name) => objects.remove(name),
    list: (prefix) => objects.list(prefix),
    async get(name) {
      reads += 1;
      // The one before ends, and removes what only it was compared with.
      if (reads === 3) await close(2);
      return objects.get(name);
    },
  });
  expect(await w.pages.closing.read(closingId('daily', fileOf(3), 'ups/hot-1'))).toMatchObject({
    value: { stage: 'comparing', reason: { code: 'store.contended' } },
  });
  await w.drain();
  expect(hot(w)).toHaveLength(36);
});

test('who slept through the lease spoils nothing that the next one has written', async () => {
  const w = world({ mostExits: 0.9, segmentLines: 1000 });
  await take(w, 1, seq(40));
  await w.drain();
  write(w, 2, seq(40));
  const { objects } = w.deps;
  const [sleeps, wakes] = [signal(), signal()];
  const sleepy = createFileWork({
    ...w.deps,
    objects: {
      place: objects.place,
      get: (name) => objects.get(name),
      list: (prefix) => objects.list(prefix),
      remove: (name) => objects.remove(name),
      async put(name, bytes) {
        sleeps.resolve();
        await wakes.promise;
        await objects.put(name, bytes);
      },
    },
  });
  // Its own time is up after some rows, and it sleeps over keeping what it has.
  const slept = sleepy(order(2), { deadline: w.clock.now() });
  await sleeps.promise;
  w.clock.advance(301_000);
  await w.work(order(2), { deadline: w.clock.now() + 3_600_000 });
  wakes.resolve();
  await slept;
  await w.drain();
  expect(hot(w)).toHaveLength(40);
});

test('what is left of a full export whose end somebody died over is tidied up by the next order', async () => {
  const w = world({ mostExits: 1, segmentLines: 10 });
  await take(w, 1, seq(40));
  await w.drain();
  const segments = w.objects.names();
  await take(w, 2, seq(39));
  const { objects } = w.deps;
  const dying = {
    ...objects,
    async remove() {
      throw new Crash('the process dies');
    },
  };
  await w.work(order(2), { deadline: w.clock.now() + 3_600_000 });
  const close = { ...order(2), work: 'close' } as const;
  const limits = { deadline: w.clock.now() + 3_600_000 };
  await expect(createFileWork({ ...w.deps, objects: dying })(close, limits)).rejects.toThrow(Crash);
  expect(w.objects.names()).toEqual(expect.arrayContaining([...segments]));
  await w.drain();
  const left = w.objects.names();
  expect(segments.filter((name) => left.includes(name))).toEqual([]);
  expect(left.some((name) => name.includes('/exits'))).toBe(false);
  expect(hot(w)).toHaveLength(39);
});

test('a comparison whose time is up goes on where it was with the next order', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, seq(40));
  await w.drain();
  write(w, 2, seq(39));
  await w.work(order(2), { deadline: w.clock.now() + 3_600_000 });
  await w.work({ ...order(2), work: 'close' }, { deadline: w.clock.now() });
  const { value } = await w.pages.closing.read(closingId('daily', fileOf(2), 'ups/hot-1'));
  expect(value).toMatchObject({ stage: 'comparing', comparison: { step: 'missing' }, lease: undefined });
  expect(value?.comparison?.after).toContain('C-1');
  await w.drain();
  expect(hot(w)).toHaveLength(39);
});

test('an older export that begins while exits of a newer one act keeps nobody in', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, [1, 2]);
  await w.drain();
  write(w, 2, [2, 3]);
  write(w, 3, [2]);
  const limits = { deadline: w.clock.now() + 3_600_000 };
  await w.work(order(3), limits);
  let late = 1;
  const run: Pipeline['run'] = async (messages, options) => {
    // Somebody else reads the older one to its end, and its rows act, between the comparison and its end.
    if (late-- > 0) await w.work(order(2), limits);
    return w.deps.pipeline.run(messages, options);
  };
  await createFileWork({ ...w.deps, pipeline: { run } })({ ...order(3), work: 'close' }, limits);
  expect(w.report(fileOf(2))).toMatchObject({ result: 'done', rows: 2 });
  await w.drain();
  expect(hot(w)).toEqual(['2']);
  const closing = await w.pages.closing.read(closingId('daily', fileOf(3), 'ups/hot-1'));
  // Both of those who are missing, though one of them has been told of already.
  expect(closing.value).toMatchObject({ stage: 'done', members: 3, next: 3 });
});
