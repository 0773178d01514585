import { expect, test } from 'vitest';
import { createManifests } from '../../../shared/files/intake/manifests.js';
import type { FileEntry } from '../../../shared/files/ports.js';
import { folder } from '../support/intake-world.js';

const DAY = 86_400_000;

/** A thousand runs, one a day, each with a manifest; and how often one of those is opened. */
function thousandRuns() {
  const place = folder();
  for (let i = 0; i < 1000; i++) {
    const listed = { exportResults: [{ name: `f_${i}.csv`, size: 1 }] };
    place.write(`manifest-d-${i}.json`, JSON.stringify(listed), i * DAY);
  }
  const counts = { opened: 0 };
  const bytes = (entry: FileEntry) => {
    counts.opened += 1;
    return place.bytes(entry);
  };
  const file = async (name: string, at: number): Promise<FileEntry> => {
    place.write(name, 'x', at);
    const entry = await place.stat(name);
    if (!entry) throw new Error('it has just been written');
    return entry;
  };
  return { place: { ...place, bytes }, counts, file };
}

test('the newest manifest is read first, and none behind the one that lists the file', async () => {
  const { place, counts, file } = thousandRuns();
  const entry = await file('f_990.csv', 990 * DAY - 1000);
  expect(await createManifests().completeness(entry, place)).toEqual({ whole: true });
  expect(counts.opened).toBe(10);
});

test('manifests of runs that were over a week before a file was written are not read for it', async () => {
  const { place, counts, file } = thousandRuns();
  const manifests = createManifests();
  const entry = await file('f_1000.csv', 999 * DAY);
  expect(await manifests.completeness(entry, place)).toMatchObject({
    whole: false,
    why: { message: 'no manifest lists f_1000.csv yet' },
  });
  expect(counts.opened).toBe(8);
  expect(await manifests.completeness(await file('f_992.csv', 999 * DAY), place)).toEqual({ whole: true });
  expect(await manifests.completeness(await file('f_991.csv', 999 * DAY), place)).toMatchObject({
    whole: false,
  });
  // Each of them once.
  expect(counts.opened).toBe(8);
});

test('the files of an export are those of the newest manifest that lists any of them, and no older one is read', async () => {
  const { place, counts } = thousandRuns();
  place.write(
    'manifest-d-again.json',
    JSON.stringify({ exportResults: [{ name: 'f_5.csv', size: 7 }] }),
    998.5 * DAY,
  );
  const looking = { since: 5 * DAY, isLate: () => false };
  const parts = await createManifests().expectedParts(
    'f_5.csv',
    (name) => name === 'f_5.csv',
    place,
    looking,
  );
  expect(parts).toEqual([{ name: 'f_5.csv', size: 7 }]);
  expect(counts.opened).toBe(2);
});

test('no further manifest is read once time is up, nor is the place looked through', async () => {
  const { place, counts, file } = thousandRuns();
  const entry = await file('f_990.csv', 990 * DAY);
  const answer = await createManifests().completeness(entry, place, () => counts.opened >= 3);
  expect(answer).toMatchObject({ whole: false, afterMs: 0, why: { code: 'file.incomplete' } });
  expect(counts.opened).toBe(3);
  let listed = 0;
  async function* list() {
    for await (const one of place.list()) {
      listed += 1;
      yield one;
    }
  }
  const late = await createManifests().completeness(entry, { ...place, list }, () => listed >= 5);
  expect([late, listed]).toEqual([answer, 5]);
});

test('of more manifests than are remembered the newest ones are read once', async () => {
  const place = folder();
  const opened: string[] = [];
  const bytes = (entry: FileEntry) => {
    opened.push(entry.name);
    return place.bytes(entry);
  };
  // Four of them are as much as is remembered.
  for (let i = 0; i < 6; i++) {
    const listed = { exportResults: [{ name: `f_${i}.csv`, size: 1 }], note: 'x'.repeat(4_000_000) };
    place.write(`manifest-d-${i}.json`, JSON.stringify(listed), i * 1000);
  }
  place.write('f.csv', 'x', 6000);
  const entry = await place.stat('f.csv');
  if (!entry) throw new Error('it has just been written');
  const manifests = createManifests();
  for (let look = 0; look < 2; look++) await manifests.completeness(entry, { ...place, bytes });
  expect(opened).toEqual([5, 4, 3, 2, 1, 0, 1, 0].map((i) => `manifest-d-${i}.json`));
});

test('of an export that no manifest lists, none is read that was there a week before it', async () => {
  const { place, counts } = thousandRuns();
  const looking = { since: 999 * DAY, isLate: () => false };
  expect(await createManifests().expectedParts('f.csv', (name) => name === 'f.csv', place, looking)).toEqual(
    [],
  );
  expect(counts.opened).toBe(8);
});

test('manifests of an export are read until time is up, and from there on by the next invocation', async () => {
  const { place, counts } = thousandRuns();
  const manifests = createManifests();
  const isPart = (name: string): boolean => name === 'f_990.csv';
  let most = 0;
  for (const reads of [4, 8]) {
    most += 4;
    const looking = { since: 0, isLate: () => counts.opened >= most };
    await expect(manifests.expectedParts('f_990.csv', isPart, place, looking)).rejects.toMatchObject({
      code: 'file.incomplete',
      message: expect.stringContaining('files of the export of f_990.csv'),
    });
    expect(counts.opened).toBe(reads);
  }
  const looking = { since: 0, isLate: () => counts.opened >= 12 };
  expect(await manifests.expectedParts('f_990.csv', isPart, place, looking)).toEqual([
    { name: 'f_990.csv', size: 1 },
  ]);
  expect(counts.opened).toBe(10);
});

/** A place with a manifest of so many files, and one of them. */
async function longRun(count: number, blanks = 0) {
  const place = folder();
  const names = Array.from(
    { length: count },
    (_, i) => `Acme_59bd2fbd-3c48-4b18-bf56-4f5c5e6967ae_20261103_010000_${i}.csv`,
  );
  const exportResults = names.map((name) => ({ sinkPath: '/aep/nightly/with/some/folders', name, size: 3 }));
  place.write('manifest-all-1.json', `${JSON.stringify({ exportResults })}${' '.repeat(blanks)}`, 1000);
  const name = names[5] ?? '';
  place.write(name, 'abc', 900);
  const entry = await place.stat(name);
  if (!entry) throw new Error('it has just been written');
  return { place, name, entry };
}

test('a manifest of thirty thousand files is read', async () => {
  const { place, entry } = await longRun(30_000);
  expect(await createManifests().completeness(entry, place)).toEqual({ whole: true });
});

test('what may be listed by a manifest that is too long waits for that, and not for a manifest', async () => {
  const { place, name, entry } = await longRun(10, 16 * 1024 * 1024);
  const manifests = createManifests();
  const why = expect.stringMatching(
    /^manifest-all-1\.json has \d+ bytes, and no manifest of more than 16777216 is read/,
  );
  expect(await manifests.completeness(entry, place)).toMatchObject({
    whole: false,
    why: { code: 'file.incomplete', message: why },
  });
  // Nobody knows how many parts an export has: nobody may be said to be missing in it.
  const looking = { since: 900, isLate: () => false };
  await expect(manifests.expectedParts(name, (one) => one === name, place, looking)).rejects.toMatchObject({
    code: 'file.incomplete',
    message: why,
  });
  const manifest = await place.stat('manifest-all-1.json');
  if (!manifest) throw new Error('it has just been written');
  await expect(manifests.namesIn(manifest, place)).rejects.toMatchObject({
    code: 'file.refused',
    message: why,
  });
});
