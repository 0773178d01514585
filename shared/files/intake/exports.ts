import { Fault } from '../../core/fault.js';
import type { FileEntry, FilePlace, Table } from '../ports.js';
import { type Closing, exitsFolder } from './closing.js';
import { goneFrom, type Lines, type Turnover } from './compare.js';
import type { IntakeDeps } from './deps.js';
import type { Family, Roll } from './family.js';
import { mergeLines } from './merge.js';
import { partOf } from './parts.js';
import { lineOf } from './presence.js';
import { readRun, type SortedRun, writeRun } from './run-pieces.js';
import type { FileSource } from './source.js';

/** The files that make up one full export: those with one stem, audience and time in their names. */
export async function partsOf(
  source: Pick<FileSource, 'namingOf' | 'roleOf'>,
  place: FilePlace,
  name: string,
): Promise<readonly FileEntry[]> {
  const isPart = partOf(source, name);
  const parts: FileEntry[] = [];
  for await (const entry of place.list()) if (isPart(entry.name)) parts.push(entry);
  return parts;
}

const runsOf = (rolls: readonly Roll[]): readonly SortedRun[] => rolls.flatMap(({ segments }) => segments);

/** Lines between two looks at the clock. */
const LINES_A_LOOK = 20_000;

/** The lines of files, in order; `tick` is called now and then. */
const linesOfRolls = (
  rolls: readonly Roll[],
  { objects }: Pick<IntakeDeps, 'objects'>,
  tick: () => Promise<void>,
): Lines =>
  async function* lines() {
    let count = 0;
    for await (const line of mergeLines(runsOf(rolls).map((run) => readRun(objects, run)))) {
      yield line;
      count += 1;
      if (count % LINES_A_LOOK === 0) await tick();
    }
  };

/** What a comparison found. */
export interface Compared {
  readonly exits: SortedRun;
  readonly turnover: ReadonlyMap<string, Turnover>;
}

/** What is compared: an export, with the files that come before it. */
export interface Comparison {
  readonly closing: Closing;
  readonly audience: string | undefined;
  readonly before: readonly Roll[];
  readonly now: readonly Roll[];
}

/** Writes down who was in the exports before and is not in this one. `tick` is called now and then while that takes its time. */
export async function compareRolls(
  { closing, audience, before, now }: Comparison,
  deps: Pick<IntakeDeps, 'objects' | 'newId'>,
  tick: () => Promise<void>,
): Promise<Compared> {
  const turnover = new Map<string, Turnover>();
  const gone = goneFrom(linesOfRolls(before, deps, tick), linesOfRolls(now, deps, tick), turnover);
  async function* lines(): AsyncGenerator<string> {
    for await (const one of gone) yield lineOf(one);
  }
  const at = `${exitsFolder(closing, audience)}/${deps.newId()}`;
  return { exits: await writeRun(deps.objects, at, lines()), turnover };
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`;

/** Why nobody may leave before somebody says so; undefined when they may. */
export function objectionTo(
  { stem, name }: Pick<Closing, 'stem' | 'name'>,
  now: readonly Roll[],
  turnover: ReadonlyMap<string, Turnover>,
  { mostExits }: { readonly mostExits: number },
): Fault | undefined {
  const then = `nobody is taken out before you say so: tributary files accept ${name}`;
  const bad = now.reduce((sum, { badRows }) => sum + badRows, 0);
  if (bad > 0)
    return new Fault(
      'file.exits',
      `${bad} rows of the full export ${stem} cannot be read; whoever they are about would count as missing; ${then}`,
    );
  for (const [audience, { was, gone }] of turnover) {
    if (gone <= was * mostExits) continue;
    const text = `${gone} of ${was} members of the audience ${audience} are missing in the full export ${stem}, ${percent(gone / was)} and so more than the ${percent(mostExits)} that "most exits" allows; ${then}`;
    return new Fault('file.exits', text);
  }
  return undefined;
}

/** Exits as rows of a table, so that they are worked like rows of a file. */
export function exitsTable(closing: Closing, { objects }: Pick<IntakeDeps, 'objects'>): Pick<Table, 'rows'> {
  return {
    async *rows(from = 1) {
      let number = 0;
      for await (const lines of readRun(objects, closing.exits)) {
        const rows = lines.map((line) => {
          number += 1;
          return { number, cells: { ok: true, value: { line } } as const };
        });
        yield rows.filter((row) => row.number >= from);
      }
    },
  };
}

/** The family once an export is complete: those it was compared with are needed no more. */
export const familyAfter = ({ rolls }: Family, { parts, before }: Closing): Family => ({
  rolls: rolls
    .filter(({ id }) => !before.includes(id))
    .map((roll) => (parts.includes(roll.id) ? { ...roll, complete: true } : roll)),
});
