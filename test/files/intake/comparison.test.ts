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
      async (before, now, chance, some) => {
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
              : { dies: false, puts: 0, time: 0 };
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
            { objects: mortal, clock, newId, segmentLines: some },
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
