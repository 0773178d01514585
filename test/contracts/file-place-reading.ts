import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { all, entryAt, faultOf, noise, read } from './file-place-steps.js';
import type { PlaceStage } from './file-place-subject.js';

const CHANGED = { name: 'Fault', code: 'file.changed' };
const SIZE = 300_000;

/** What is found at a place, and how it is read. */
export function placeReading(staged: () => PlaceStage): void {
  const at = (name: string): string => `${staged().prefix}${name}`;

  test('a new place has no files', async () => {
    const place = await staged().open();
    expect(await all(place.list())).toEqual([]);
    expect(await place.stat(at('nothing.csv'))).toBeUndefined();
    await place.close();
  });

  test('everything below the place is listed, page after page, and nothing beside it', async () => {
    const names = Array.from({ length: 7 }, (_, i) => at(`in/${i % 3}/part-${i}.csv`));
    for (const name of [...names, at('top.csv')]) await staged().write(name, noise(10, name));
    await staged().write(`beside/${staged().prefix}other.csv`, noise(10));
    const place = await staged().open({ pageSize: 3 });
    const found = await all(place.list());
    expect(found.map(({ name }) => name).sort()).toEqual([...names, at('top.csv')].sort());
    for (const entry of found) expect(await place.stat(entry.name)).toEqual(entry);
    for (const entry of found) expect(await read(place, entry)).toEqual(noise(10, entry.name));
    await place.close();
  });

  test('an entry tells size, time and version', async () => {
    const before = Date.now() - 2_000;
    await staged().write(at('a.csv'), noise(1234));
    const place = await staged().open();
    const entry = await entryAt(place, at('a.csv'));
    expect(entry).toMatchObject({ name: at('a.csv'), size: 1234 });
    expect(entry.version).not.toBe('');
    expect(entry.at).toBeGreaterThan(before);
    expect(entry.at).toBeLessThan(Date.now() + 2_000);
    expect(await entryAt(place, at('a.csv'))).toEqual(entry);
    await place.close();
  });

  test('a folder is no file', async () => {
    await staged().write(at('folder/a.csv'), noise(10));
    const place = await staged().open();
    expect(await place.stat(at('folder'))).toBeUndefined();
    expect(await place.stat(at('folder/'))).toBeUndefined();
    await place.close();
  });

  test('any range of a file is what a slice of it is', async () => {
    const bytes = noise(SIZE);
    await staged().write(at('a.bin'), bytes);
    const place = await staged().open();
    const entry = await entryAt(place, at('a.bin'));
    expect((await read(place, entry)).equals(bytes)).toBe(true);
    const offset = fc.integer({ min: 0, max: SIZE + 10 });
    const ranges = fc.asyncProperty(offset, offset, async (from, to) => {
      const wanted = bytes.subarray(from, Math.max(from, to));
      expect((await read(place, entry, from, to)).equals(wanted)).toBe(true);
    });
    await fc.assert(ranges, {
      numRuns: 12,
      examples: [
        [0, 0],
        [SIZE, SIZE],
        [SIZE - 1, SIZE],
        [0, 1],
      ],
    });
    await place.close();
  });

  test('a file without bytes reads as none', async () => {
    await staged().write(at('empty.csv'), new Uint8Array());
    const place = await staged().open();
    const entry = await entryAt(place, at('empty.csv'));
    expect(entry.size).toBe(0);
    expect(await read(place, entry)).toEqual(Buffer.alloc(0));
    await staged().write(at('empty.csv'), noise(5));
    expect(await faultOf(read(place, entry))).toMatchObject(CHANGED);
    await place.close();
  });

  test('a file that got another content, or is gone, is not read any more', async () => {
    await staged().write(at('a.csv'), noise(SIZE));
    const place = await staged().open();
    const old = await entryAt(place, at('a.csv'));
    await staged().write(at('a.csv'), noise(SIZE + 1, 'new'));
    expect(await faultOf(read(place, old, 1000))).toMatchObject(CHANGED);
    const now = await entryAt(place, at('a.csv'));
    expect(now.version).not.toBe(old.version);
    expect((await read(place, now)).equals(noise(SIZE + 1, 'new'))).toBe(true);
    await staged().remove(at('a.csv'));
    expect(await faultOf(read(place, now))).toMatchObject(CHANGED);
    expect(await faultOf(read(place, now, 5, 5))).toMatchObject(CHANGED);
    expect(await place.stat(at('a.csv'))).toBeUndefined();
    await place.close();
  });

  test('what is put can be read, and putting again replaces it', async () => {
    const place = await staged().open();
    for (const bytes of [noise(5000, 'one'), noise(4000, 'two'), Buffer.alloc(0)]) {
      await place.put(at('reports/a.csv.tributary.json'), bytes);
      const entry = await entryAt(place, at('reports/a.csv.tributary.json'));
      expect(await read(place, entry)).toEqual(bytes);
    }
    expect((await all(place.list())).length).toBe(1);
    await place.close();
  });

  test('a closed place answers nothing any more', async () => {
    await staged().write(at('a.csv'), noise(SIZE));
    const place = await staged().open();
    const entry = await entryAt(place, at('a.csv'));
    const pieces = place.bytes(entry).open()[Symbol.asyncIterator]();
    await pieces.next();
    await place.close();
    await turn();
    const UNAVAILABLE = { name: 'Fault', code: 'file.unavailable' };
    expect(await faultOf(all({ [Symbol.asyncIterator]: () => pieces }))).toMatchObject(UNAVAILABLE);
    expect(await faultOf(place.stat(at('a.csv')))).toMatchObject(UNAVAILABLE);
    expect(await faultOf(all(place.list()))).toMatchObject(UNAVAILABLE);
    expect(await faultOf(place.put(at('b.csv'), noise(1)))).toMatchObject(UNAVAILABLE);
    await place.close();
  });
}
