import { Fault } from '../../core/fault.js';
import { plural } from '../../core/plural.js';
import type { FileEntry, FilePlace, Table } from '../ports.js';
import type { Closing } from './closing.js';
import type { Turnover } from './compare.js';
import type { IntakeDeps } from './deps.js';
import type { Family, Roll } from './family.js';
import { partOf } from './parts.js';
import { readRun, type SortedRun } from './run-pieces.js';
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

/** The segments of files of full exports. */
export const runsOf = (rolls: readonly Roll[]): readonly SortedRun[] =>
  rolls.flatMap(({ segments }) => segments);

const percent = (share: number): string => `${Math.round(share * 1000) / 10}%`;

/** How many leave, by audience: what somebody agrees to who lets them. */
export const goneIn = (turnover: Readonly<Record<string, Turnover>> = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(turnover).map(([audience, { gone }]) => [audience, gone]));

/** What keeps an export from taking out whoever is missing in it. */
interface Guard {
  /** The largest share of an audience that may leave unasked, 0 to 1. */
  readonly mostExits: number;
  /** How many of each audience somebody has let leave by these files; undefined when nobody has been asked. */
  readonly agreed: Readonly<Record<string, number>> | undefined;
}

/** Why nobody may leave before somebody says so; undefined when they may. */
export function objectionTo(
  { stem, name }: Pick<Closing, 'stem' | 'name'>,
  now: readonly Roll[],
  turnover: Readonly<Record<string, Turnover>>,
  { mostExits, agreed }: Guard,
): Fault | undefined {
  const then = `nobody is taken out before you say so: tributary files accept ${name}`;
  const bad = now.reduce((sum, { badRows }) => sum + badRows, 0);
  if (bad > 0 && !agreed)
    return new Fault(
      'file.exits',
      `${plural(bad, 'row')} of the full export ${stem} cannot be read; whoever they are about would count as missing; ${then}`,
    );
  for (const [audience, { was, gone }] of Object.entries(turnover)) {
    if (gone <= Math.max(was * mostExits, agreed?.[audience] ?? 0)) continue;
    // A list of two texts, as personKeysBy spells audiences.
    const [namespace, id] = JSON.parse(audience) as [string, string];
    const text = `${gone} of ${plural(was, 'member')} of the audience ${namespace}/${id} are missing in the full export ${stem}, ${percent(gone / was)} and so more than the ${percent(mostExits)} that "most exits" allows; ${then}`;
    return new Fault('file.exits', text);
  }
  return undefined;
}

/** Exits as rows of a table, so that they are worked like rows of a file. */
export function exitsTable(closing: Closing, { objects }: Pick<IntakeDeps, 'objects'>): Pick<Table, 'rows'> {
  return {
    async *rows(from = 1) {
      let number = 0;
      for (const run of closing.exits) {
        if (number + run.lines < from) {
          number += run.lines;
          continue;
        }
        for await (const lines of readRun(objects, run)) {
          const rows = lines.map((line) => {
            number += 1;
            return { number, cells: { ok: true, value: { line } } as const };
          });
          yield rows.filter((row) => row.number >= from);
        }
      }
    },
  };
}

/**
 * Whether an older export has begun to act since this one was compared with those before it: whoever is in that one and not
 * in this has not been found to be missing.
 */
export const hasUncompared = ({ rolls }: Family, { parts, before, time }: Closing): boolean =>
  rolls.some((roll) => roll.time <= time && !parts.includes(roll.id) && !before.includes(roll.id));

/**
 * The family once an export is complete: those it was compared with are needed no more. The very same family while there
 * is one that it was not compared with: once it is complete none can begin any more.
 */
export function familyAfter(family: Family, closing: Closing): Family {
  if (hasUncompared(family, closing)) return family;
  const { parts, before } = closing;
  return {
    rolls: family.rolls
      .filter(({ id }) => !before.includes(id))
      .map((roll) => (parts.includes(roll.id) ? { ...roll, complete: true } : roll)),
  };
}
