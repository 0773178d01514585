import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../shared/core/fault.js';
import { closingId } from '../../../shared/files/intake/closing.js';
import { createLookout } from '../../../shared/files/intake/intake.js';
import type { FileSource } from '../../../shared/files/intake/source.js';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

type World = ReturnType<typeof world>;

const at = (n: number): number => Date.parse(`2026-09-0${n}T00:30:00Z`);
const fileOf = (n: number, part = 1): string => `all_2026090${n}${part === 1 ? '' : `_${part}`}.csv`;
const seq = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

const hot = (w: World): number[] =>
  [...w.crm.rows]
    .filter(([, fields]) => fields['Hot'] === true)
    .map(([key]) => Number(key.replace('Contact/C-', '')))
    .sort((a, b) => a - b);

async function take(w: World, n: number, people: readonly number[], part = 1): Promise<void> {
  w.place.write(fileOf(n, part), people.map((person) => `C-${person},,realized,1`).join('\n'), at(n));
  await w.arrive(fileOf(n, part));
}

async function manifest(w: World, n: number, parts: readonly number[]): Promise<void> {
  w.place.write(`run-${n}.manifest`, parts.map((part) => fileOf(n, part)).join('\n'), at(n));
  await w.arrive(`run-${n}.manifest`);
}

/** Works for some hours, whatever is still in the queue then. */
async function hours(w: World, count: number): Promise<void> {
  for (let i = 0; i < count * 12; i++) {
    await w.round(() => undefined, 60_000);
    w.clock.advance(300_000);
  }
}

const reasonOf = async (w: World, n: number): Promise<string | undefined> =>
  (await w.pages.closing.read(closingId('daily', fileOf(n), 'ups/hot-1'))).value?.reason?.text;

describe('nobody leaves while a part is missing', () => {
  test('that the manifest lists', async () => {
    const w = world({ mostExits: 1, manifest: true });
    await take(w, 1, seq(9));
    await take(w, 1, [10], 2);
    await manifest(w, 1, [1, 2]);
    await w.drain();
    expect(hot(w)).toEqual(seq(10));
    await take(w, 2, seq(8));
    await manifest(w, 2, [1, 2]);
    await hours(w, 5);
    expect(hot(w)).toEqual(seq(10));
    expect(await reasonOf(w, 2)).toContain(`lists ${fileOf(2, 2)}, which has not come`);
    await take(w, 2, [10], 2);
    await w.drain();
    expect(hot(w)).toEqual([...seq(8), 10]);
    expect(await reasonOf(w, 2)).toBeUndefined();
  });

  test.each([[[3], 2] as const, [[2], 1] as const])(
    'with a number before those of %j',
    async (parts, gap) => {
      const w = world({ mostExits: 1 });
      await take(w, 1, seq(10));
      await w.drain();
      for (const part of parts) await take(w, 2, [part], part);
      if (gap !== 1) await take(w, 2, [1]);
      await hours(w, 3);
      expect(hot(w)).toEqual(seq(10));
      expect(await reasonOf(w, 2)).toContain(`part ${gap} of the full export`);
      await take(w, 2, [7], gap);
      await w.drain();
      expect(hot(w)).toHaveLength(gap === 1 ? 2 : 3);
    },
  );

  test('and its order is found again by a poll', async () => {
    const w = world({ mostExits: 1, manifest: true });
    await take(w, 2, seq(8));
    await manifest(w, 2, [1, 2]);
    await hours(w, 1);
    w.clock.advance(600_000);
    for (const message of await w.queue.receive()) await w.queue.remove(message);
    w.clock.advance(3 * 3_600_000);
    await createLookout(w.deps).poll();
    expect(await w.queue.count()).toBe(1);
  });
});

test('who is in a part that comes late is a member again', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, seq(10));
  await w.drain();
  await take(w, 2, seq(8));
  await w.drain();
  expect(hot(w)).toEqual(seq(8));
  await take(w, 2, [9, 10, 11], 2);
  await w.drain();
  expect(hot(w)).toEqual(seq(11));
  // Whether the parts still lie there or not, the next export is compared with all of them.
  w.place.remove(fileOf(2));
  await take(w, 3, [1, 11]);
  await w.drain();
  expect(hot(w)).toEqual([1, 11]);
});

test('parts may be moved away before a late one comes', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, seq(10));
  await w.drain();
  await take(w, 2, seq(8));
  await take(w, 2, [9], 2);
  await w.drain();
  for (const part of [1, 2]) w.place.remove(fileOf(2, part));
  await take(w, 2, [10], 3);
  await w.drain();
  expect(hot(w)).toEqual(seq(10));
});

test('members are the union of the parts of the newest export, however late each of them comes', async () => {
  const people = fc.uniqueArray(fc.nat(14), { maxLength: 6 });
  const parts = fc.array(people, { minLength: 1, maxLength: 3 });
  const days = fc.array(parts, { minLength: 2, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(
      days,
      fc.boolean(),
      fc.infiniteStream(fc.nat(99)),
      async (exports, manifests, chance) => {
        const w = world({ mostExits: 1, chunkRows: 3, segmentLines: 5, manifest: manifests });
        const draw = (most: number): number => (chance.next().value ?? 0) % most;
        for (const [i, files] of exports.entries()) {
          const order = files.map((_, p) => p + 1).sort(() => draw(3) - 1);
          if (manifests) await manifest(w, i + 1, order);
          for (const part of order) {
            await take(w, i + 1, files[part - 1] ?? [], part);
            for (let rounds = draw(5); rounds > 0; rounds--) {
              await w.round(() => undefined, 60_000);
              w.clock.advance(60_000);
            }
          }
        }
        await w.drain();
        const last = new Set(exports.at(-1)?.flat());
        expect(hot(w)).toEqual([...last].sort((a, b) => a - b));
      },
    ),
    { numRuns: 100 },
  );
});

test('an invocation that has no time left to read manifests leaves the end of the export to the next one', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, [1, 2]);
  await w.drain();
  await take(w, 2, [1]);
  const source = w.deps.sources.get('daily');
  if (!source) throw new Error('there is a source');
  let looks = 0;
  const expectedParts: FileSource['expectedParts'] = async (_name, _place, { since, isLate }) => {
    looks += 1;
    expect(since).toBeLessThanOrEqual(at(2));
    // The first one takes all the time there is.
    if (looks === 1) w.clock.advance(3_600_000 - 20_000);
    expect(isLate()).toBe(false);
    if (looks === 1) w.clock.advance(5_000);
    if (isLate()) throw new Fault('file.incomplete', 'no time is left');
    return [];
  };
  const work = createFileWork({ ...w.deps, sources: new Map([['daily', { ...source, expectedParts }]]) });
  const order = { source: 'daily', name: fileOf(2) };
  await work({ ...order, work: 'rows' }, { deadline: w.clock.now() + 3_600_000 });
  const close = () => work({ ...order, work: 'close' }, { deadline: w.clock.now() + 3_600_000 });
  await close();
  expect(await w.pages.closing.read(closingId('daily', fileOf(2), 'ups/hot-1'))).toMatchObject({
    value: { stage: 'comparing', reason: { code: 'file.incomplete' }, lease: undefined },
  });
  await close();
  expect(hot(w)).toEqual([1]);
});

test('a manifest orders each file that is there once, and nothing else', async () => {
  const w = world({});
  await w.drain();
  w.place.write(fileOf(1), 'C-1,,realized,1', at(1));
  const listed = ['m.manifest', fileOf(1), 'm.manifest', fileOf(1), fileOf(2), 'notes.txt', ''];
  w.place.write('m.manifest', listed.join('\n'), at(1));
  await w.arrive('m.manifest');
  await w.round(() => undefined, 60_000);
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  expect(hot(w)).toEqual([1]);
});

test('a full export of next year is refused and silences nobody', async () => {
  const w = world({ mostExits: 1 });
  const far = 'all_20990101.csv';
  w.place.write(far, 'C-1,,realized,1', at(1));
  await w.arrive(far);
  await w.drain();
  expect(w.report(far)).toMatchObject({ result: 'refused', why: { code: 'file.refused' } });
  expect(w.report(far).why?.text).toContain('more than a day ahead');
  await take(w, 2, [1, 2]);
  await w.drain();
  expect(hot(w)).toEqual([1, 2]);
});

test('a full export that is overtaken is a warning in the log', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 3, [1]);
  await w.drain();
  await take(w, 2, [1, 2]);
  await w.drain();
  expect(w.lines.filter(({ fields }) => fields['result'] === 'overtaken').map(({ level }) => level)).toEqual([
    'warn',
  ]);
});
