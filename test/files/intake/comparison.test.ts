import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Comparison, freshComparison, goOn } from '../../../shared/files/intake/comparison.js';
import { linesOf, pairIn } from '../../../shared/files/intake/presence.js';
import { readRun, type SortedRun, writeRun } from '../../../shared/files/intake/run-pieces.js';
import { memoryObjects } from '../../../shared/stores/memory-objects.js';
import { fakeClock } from '../../support/fakes.js';

const AUDIENCE = '["ups","hot"]';
const FOLDER = 'files/0';

/** Somebody by the numbers of their ids, the best first. */
type Person = readonly number[];

const rowsOf = (people: readonly Person[]): readonly (readonly string[])[] =>
  people.map((ids) =>
    linesOf({ ids: ids.map((id) => `id-${id}`), body: {}, memberOf: [AUDIENCE], told: [AUDIENCE] }),
  );

/** Who has left, thought of simply: nothing of theirs is there now; who comes twice is who sorts first. */
function leavers(before: readonly Person[], now: readonly Person[]): readonly string[] {
  const there = new Set(rowsOf(now).flat().map(pairIn));
  const members = new Map<string, readonly string[]>();
  const known = rowsOf(before).filter((lines) => lines.length > 0);
  known.sort(([one = ''], [other = '']) => (one < other ? 1 : -1));
  for (const lines of known) members.set(pairIn(lines[0] ?? ''), lines.map(pairIn));
  return [...members].flatMap(([own, pairs]) => (pairs.some((pair) => there.has(pair)) ? [] : [own])).sort();
}

test('whatever dies, and however little time there is, those who left are found once each', async () => {
  const people = fc.array(fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 3 }), { maxLength: 25 });
  const turns = fc.infiniteStream(fc.record({ dies: fc.boolean(), puts: fc.nat(3), time: fc.nat(2) }));
  await fc.assert(
    fc.asyncProperty(
      people,
      people,
      turns,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 2, max: 9 }),
      async (before, now, chance, some, mostRuns) => {
        const clock = fakeClock();
        const objects = memoryObjects('rolls', clock);
        let ids = 0;
        const newId = () => `run-${++ids}`;
        const written = async (rows: readonly (readonly string[])[]): Promise<SortedRun[]> => {
          const runs: SortedRun[] = [];
          for (let at = 0; at < rows.length; at += some)
            runs.push(
              await writeRun(
                objects,
                `files/1/${newId()}`,
                rows
                  .slice(at, at + some)
                  .flat()
                  .sort(),
              ),
            );
          return runs;
        };
        const runs = {
          before: await written(rowsOf(before)),
          now: await written(rowsOf(now)),
          folder: FOLDER,
        };
        let kept: Comparison = freshComparison(runs);
        for (let turn = 0; kept.step !== 'done'; turn++) {
          if (turn > 500) throw new Error('it does not come to its end');
          const { dies, puts, time } =
            turn < 60
              ? (chance.next().value ?? { dies: false, puts: 0, time: 0 })
              : { dies: false, puts: 0, time: 2 };
          let left = dies ? puts : Number.POSITIVE_INFINITY;
          const mortal = {
            ...objects,
            async put(name: string, bytes: Uint8Array) {
              if (left-- <= 0) throw new Error('the process dies');
              await objects.put(name, bytes);
            },
          };
          const deadline = clock.now() + (time === 2 ? 3_600_000 : 0);
          const save = async (state: Comparison) => {
            kept = state;
          };
          await goOn(
            kept,
            runs,
            save,
            { objects: mortal, clock, newId, segmentLines: some, mostRuns },
            { deadline },
          ).catch((error: Error) => expect(error.message).toBe('the process dies'));
        }
        const found: string[] = [];
        for (const run of kept.exits)
          for await (const lines of readRun(objects, run)) found.push(...lines.map(pairIn));
        expect(found).toEqual(leavers(before, now));
        const was = new Set(rowsOf(before).map(([own = '']) => pairIn(own))).size;
        expect(kept.turnover).toEqual(was > 0 ? { [AUDIENCE]: { was, gone: found.length } } : {});
      },
    ),
    { numRuns: 300 },
  );
});

test('what is found is written down before it grows long, not only before it is many lines', async () => {
  const clock = fakeClock();
  const objects = memoryObjects('rolls', clock);
  let ids = 0;
  const newId = () => `run-${++ids}`;
  const people = Array.from({ length: 20 }, (_, i) => rowsOf([[10 + i]]).flat()).flat();
  const before = [await writeRun(objects, 'files/1/before', people.sort())];
  const runs = { before, now: [], folder: FOLDER };
  const done = await goOn(
    freshComparison(runs),
    runs,
    async () => undefined,
    { objects, clock, newId, segmentCharacters: 4 * (people[0]?.length ?? 0) },
    { deadline: clock.now() + 3_600_000 },
  );
  expect(done.step).toBe('done');
  expect(done.exits).toHaveLength(5);
});

test('however many runs there are, no more than some are read at once, and their merging survives its end', async () => {
  const clock = fakeClock();
  const objects = memoryObjects('rolls', clock);
  let ids = 0;
  const newId = () => `run-${++ids}`;
  // Long enough that three lines are three pieces: one is read, the next is on its way, the last is not asked for.
  const lineOf = (id: number): string => {
    const [line = ''] = linesOf({
      ids: [`id-${String(id).padStart(5, '0')}`],
      body: { note: 'x'.repeat(140_000) },
      memberOf: [AUDIENCE],
      told: [AUDIENCE],
    });
    return line;
  };
  const written = (count: number, skipped: number): Promise<SortedRun[]> =>
    Promise.all(
      Array.from({ length: count }, (_, run) => {
        const people = [0, 1, 2].map((i) => run + i * count).filter((id) => id !== skipped);
        return writeRun(objects, `files/1/${newId()}`, people.map(lineOf));
      }),
    );
  const runs = { before: await written(90, -1), now: await written(90, 100), folder: FOLDER };
  const left = new Map<string, number>();
  let most = 0;
  const watched = {
    ...objects,
    get(name: string) {
      const run = name.slice(0, name.lastIndexOf('/'));
      const known = left.get(run) ?? objects.names().filter((one) => one.startsWith(`${run}/`)).length;
      left.set(run, known - 1);
      most = Math.max(most, [...left.values()].filter((pieces) => pieces > 0).length);
      return objects.get(name);
    },
  };
  let kept: Comparison = freshComparison(runs);
  let turns = 0;
  while (kept.step !== 'done') {
    // Time enough for a few merges, not for all.
    const deadline = clock.now() + 75_000;
    const slow = {
      ...watched,
      async put(name: string, bytes: Uint8Array) {
        clock.advance(1_000);
        await objects.put(name, bytes);
      },
    };
    const deps = { objects: slow, clock, newId, mostRuns: 8 };
    left.clear();
    kept = await goOn(kept, runs, async () => undefined, deps, { deadline });
    turns += 1;
    if (turns > 50) throw new Error('it does not come to its end');
  }
  expect([turns > 2, most <= 16, most > 4]).toEqual([true, true, true]);
  expect(kept.turnover).toEqual({ [AUDIENCE]: { was: 270, gone: 1 } });
  expect(kept.exits.map(({ lines }) => lines)).toEqual([1]);
});

test('what has been looked at is not read again', async () => {
  const clock = fakeClock();
  const objects = memoryObjects('rolls', clock);
  const people = Array.from({ length: 30_000 }, (_, i): Person => [i]);
  const run = await writeRun(objects, 'files/1/run', rowsOf(people).flat().sort());
  expect(run.pieces).toBeGreaterThan(4);
  const last = pairIn(rowsOf([[9_999]])[0]?.[0] ?? '');
  let reads = 0;
  const counted = {
    ...objects,
    get(name: string) {
      reads += 1;
      return objects.get(name);
    },
  };
  const lines: string[] = [];
  for await (const some of readRun(counted, run, last)) lines.push(...some);
  expect(lines.at(-1)).toBe(rowsOf([[9_999]])[0]?.[0]);
  expect(reads).toBeLessThanOrEqual(Math.ceil(Math.log2(run.pieces)) + 1);
});

test('a long run of those who are new takes as many invocations as it takes, however little each has time for', async () => {
  const clock = fakeClock();
  const objects = memoryObjects('rolls', clock);
  const line = (id: string): string =>
    linesOf({ ids: [id], body: {}, memberOf: [AUDIENCE], told: [AUDIENCE] })[0] ?? '';
  // Before them stands one who stays, behind them one who leaves and one who stays.
  const fresh = Array.from({ length: 80_000 }, (_, i) => line(`b-${String(i).padStart(6, '0')}`));
  const runs = {
    before: [await writeRun(objects, 'files/1/before', ['a', 'c', 'd'].map(line))],
    now: [await writeRun(objects, 'files/1/now', [line('a'), ...fresh, line('d')])],
    folder: FOLDER,
  };
  // What is read takes its time: an invocation is over long before the next of those before.
  const slow = {
    ...objects,
    get(name: string) {
      clock.advance(3_000);
      return objects.get(name);
    },
  };
  let kept: Comparison = freshComparison(runs);
  let [saves, ids, longest] = [0, 0, 0];
  const save = async () => {
    saves += 1;
  };
  const newId = () => `run-${++ids}`;
  for (let turn = 0; kept.step !== 'done'; turn++) {
    if (turn > 200) throw new Error('it does not come to its end');
    const began = clock.now();
    kept = await goOn(kept, runs, save, { objects: slow, clock, newId }, { deadline: began + 40_000 });
    longest = Math.max(longest, clock.now() - began);
  }
  expect(runs.now[0]?.pieces).toBeGreaterThan(10);
  expect(longest).toBeLessThan(40_000);
  expect(saves).toBeGreaterThan(3);
  expect(kept.turnover).toEqual({ [AUDIENCE]: { was: 3, gone: 1 } });
});
