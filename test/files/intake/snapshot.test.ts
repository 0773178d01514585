import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closingId } from '../../../shared/files/intake/closing.js';
import { goneIn } from '../../../shared/files/intake/exports.js';
import { progressId } from '../../../shared/files/intake/progress.js';
import { type Doom, world } from '../support/intake-world.js';

const day = (n: number): string => `2026090${n}`;
const at = (n: number): number => Date.parse(`2026-09-0${n}T00:30:00Z`);
const fileOf = (n: number, part = 1): string => `all_${day(n)}${part === 1 ? '' : `_${part}`}.csv`;
const row = (person: number | string, status = 'realized'): string => `C-${person},,${status},1`;

const hot = (w: ReturnType<typeof world>): string[] =>
  [...w.crm.rows]
    .filter(([, fields]) => fields['Hot'] === true)
    .map(([key]) => key.replace('Contact/C-', ''))
    .sort();

const exportReport = (w: ReturnType<typeof world>, n: number) =>
  JSON.parse(w.place.read(`all_${day(n)}.csv.export.tributary.json`) ?? 'null');

async function take(w: ReturnType<typeof world>, n: number, people: readonly number[], part = 1) {
  w.place.write(fileOf(n, part), people.map((person) => row(person)).join('\n'), at(n));
  await w.arrive(fileOf(n, part));
}

test('who is missing in the next full export has left', async () => {
  const w = world({ mostExits: 1, chunkRows: 3, segmentLines: 4 });
  await take(w, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await w.drain();
  await take(w, 2, [2, 4, 6, 8, 10]);
  await w.drain();
  expect(hot(w)).toEqual(['10', '2', '4', '6', '8']);
  expect(w.crm.rows.get('Contact/C-1')).toEqual({ Hot: false, Points: 1 });
  expect(exportReport(w, 2)).toMatchObject({
    result: 'done',
    membersBefore: 9,
    exits: 5,
    settled: 5,
    endings: { delivered: 5 },
  });
});

test('too many missing: nobody leaves before somebody agrees', async () => {
  const w = world({ mostExits: 0.2, chunkRows: 3 });
  await take(w, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await w.drain();
  await take(w, 2, [1, 2, 3, 4, 5, 6, 7]);
  await w.drain();
  expect(hot(w)).toHaveLength(10);
  const report = exportReport(w, 2);
  expect(report).toMatchObject({ result: 'waiting for you', exits: 3, why: { code: 'file.exits' } });
  expect(report.why.text).toContain('3 of 10 members');
  // Somebody has to hear of it who does not look at reports.
  expect(w.lines.findLast(({ event }) => event === 'file.export')).toMatchObject({
    level: 'warn',
    fields: { result: 'waiting for you', why: report.why },
  });
  // Announced again it waits all the same.
  await w.arrive(fileOf(2));
  await w.drain();
  expect(hot(w)).toHaveLength(10);
  // Accepted, as the command line does it.
  const id = closingId('daily', fileOf(2), 'ups/hot-1');
  const { value, version } = await w.pages.closing.read(id);
  if (!value) throw new Error('nothing is kept of the export');
  await w.pages.closing.write(
    id,
    { ...value, accepted: value.parts, agreed: goneIn(value.comparison?.turnover) },
    version,
  );
  await w.arrive(fileOf(2));
  await w.drain();
  expect(hot(w)).toHaveLength(7);
  expect(exportReport(w, 2)).toMatchObject({ result: 'done', exits: 3 });
});

test('rows that cannot be read count as missing for nobody', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, [1, 2, 3]);
  await w.drain();
  w.place.write(fileOf(2), [row(1), 'BAD', row(3)].join('\n'), at(2));
  await w.arrive(fileOf(2));
  await w.drain();
  expect(hot(w)).toEqual(['1', '2', '3']);
  expect(exportReport(w, 2).why.text).toContain('1 row of the full export');
});

test('a row whose status nobody knows is one of those', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, [1, 2, 3]);
  await w.drain();
  w.place.write(fileOf(2), [row(1), row(2, 'undecided'), row(3)].join('\n'), at(2));
  await w.arrive(fileOf(2));
  await w.drain();
  expect(hot(w)).toEqual(['1', '2', '3']);
  expect(w.report(fileOf(2))).toMatchObject({ badRows: 1, bad: [{ row: 2 }], endings: { malformed: 1 } });
});

test('a full export in parts is compared once all of them are done', async () => {
  const w = world({ mostExits: 1, chunkRows: 2 });
  await take(w, 1, [1, 2, 3, 4, 5]);
  await w.drain();
  w.place.write(fileOf(2, 2), [row(4), row(5)].join('\n'), at(2));
  await take(w, 2, [1, 2]);
  await w.drain();
  // The second part is there but nobody has read it yet.
  expect(hot(w)).toEqual(['1', '2', '3', '4', '5']);
  await w.arrive(fileOf(2, 2));
  await w.drain();
  expect(hot(w)).toEqual(['1', '2', '4', '5']);
});

test('a full export with a part that was refused takes nobody out', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 1, [1, 2, 3]);
  await w.drain();
  w.place.write(fileOf(2, 2), 'CUT', at(2));
  await w.arrive(fileOf(2, 2));
  await take(w, 2, [1]);
  await w.drain();
  expect(hot(w)).toEqual(['1', '2', '3']);
  expect(exportReport(w, 2)).toMatchObject({ result: 'waiting for you' });
});

test('an export that is older than a complete one has nothing to say', async () => {
  const w = world({ mostExits: 1 });
  await take(w, 3, [1, 2]);
  await w.drain();
  await take(w, 2, [1, 9]);
  await w.drain();
  expect(hot(w)).toEqual(['1', '2']);
  expect(w.report(fileOf(2))).toMatchObject({ result: 'overtaken', why: { code: 'file.overtaken' } });
});

test('a person who is there under another id is not missing', async () => {
  const w = world({ mostExits: 1 });
  w.place.write(fileOf(1), 'C-1,one@example.com,realized,1\nC-2,two@example.com,realized,1', at(1));
  await w.arrive(fileOf(1));
  await w.drain();
  w.place.write(fileOf(2), ',one@example.com,realized,1', at(2));
  await w.arrive(fileOf(2));
  await w.drain();
  expect(exportReport(w, 2)).toMatchObject({ membersBefore: 2, exits: 1 });
  expect(hot(w)).toEqual(['1']);
});

test('a row that says exited is no member, and not missing later', async () => {
  const w = world({ mostExits: 1 });
  w.place.write(fileOf(1), [row(1), row(2, 'exited')].join('\n'), at(1));
  await w.arrive(fileOf(1));
  await w.drain();
  await take(w, 2, [1]);
  await w.drain();
  expect(exportReport(w, 2)).toMatchObject({ membersBefore: 1, exits: 0 });
});

test('members are those of the newest export, whatever dies, in which order parts come, and who overtakes whom', async () => {
  const people = fc.uniqueArray(fc.nat(14), { maxLength: 12 });
  const days = fc.array(people, { minLength: 2, maxLength: 4 });
  const dooms = fc.array(fc.record({ left: fc.nat(60), after: fc.boolean() }), { maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(days, dooms, fc.infiniteStream(fc.nat(99)), async (exports, deaths, chance) => {
      const w = world({ mostExits: 1, chunkRows: 3, segmentLines: 5 });
      const left: Doom[] = deaths.map((doom) => ({ ...doom }));
      const draw = (most: number): number => (chance.next().value ?? 0) % most;
      for (const [i, members] of exports.entries()) {
        const half = draw(members.length + 1);
        const parts = [members.slice(0, half), members.slice(half)];
        // Both parts lie there before either is announced, in any order; what is under way may be interrupted by the next.
        for (const [p, some] of parts.entries())
          w.place.write(fileOf(i + 1, p + 1), some.map((person) => row(person)).join('\n'), at(i + 1));
        for (const p of draw(2) === 0 ? [1, 2] : [2, 1]) await w.arrive(fileOf(i + 1, p));
        for (let rounds = draw(4); rounds > 0; rounds--) await w.round(() => left.shift(), 60_000);
        w.clock.advance(1_000);
      }
      await w.drain(() => left.shift());
      const last = exports.at(-1) ?? [];
      expect(hot(w)).toEqual(last.map(String).sort());
    }),
    { numRuns: 150 },
  );
});

/** The folders of what is kept, each file's and each comparison's. */
const kept = (w: ReturnType<typeof world>): string[] => [
  ...new Set(w.objects.names().map((name) => name.split('/')[1] ?? '')),
];

test('what is kept of exports that are needed no more is removed', async () => {
  const w = world({ mostExits: 1, segmentLines: 4 });
  for (const n of [1, 2, 3, 4]) {
    await take(w, n, [n, n + 1, n + 2, n + 3, n + 4, n + 5]);
    await w.drain();
  }
  const entry = await w.place.stat(fileOf(4));
  expect(kept(w)).toEqual([entry && progressId('daily', entry).split('/').at(-1)]);
});

test('so is what was found in files that are overtaken, refused or changed', async () => {
  const w = world({ mostExits: 1, segmentLines: 4 });
  await take(w, 3, [1, 2, 3, 4]);
  await w.drain();
  const names = w.objects.names();
  await take(w, 2, [1, 2, 3, 4, 5]);
  await w.drain();
  expect(w.report(fileOf(2)).result).toBe('overtaken');
  const rows = [1, 2, 3, 4, 5, 6, 7, 8].map((person) => row(person));
  w.place.write(fileOf(4), [...rows, 'CUT'].join('\n'), at(4));
  await w.arrive(fileOf(4));
  await w.drain();
  expect(w.report(fileOf(4)).result).toBe('refused');
  expect(w.objects.names()).toEqual(names);
});

test('so is who would have left by an export that a newer one made moot', async () => {
  const w = world({ mostExits: 0.2 });
  await take(w, 1, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  await w.drain();
  await take(w, 2, [1, 2]);
  await w.drain();
  expect(exportReport(w, 2)).toMatchObject({ result: 'waiting for you', exits: 8 });
  await take(w, 3, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await w.drain();
  expect(kept(w)).toHaveLength(1);
  await w.arrive(fileOf(2));
  await w.drain();
  expect(exportReport(w, 2)).toMatchObject({ result: 'overtaken' });
});
