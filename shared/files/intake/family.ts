import * as z from 'zod';
import { type Pages, pageId } from './page.js';
import { type FileProgress, fileHash } from './progress.js';
import { SortedRun } from './run-pieces.js';

const Count = z.int().min(0);

/** Who is in one file of a full export: segments of sorted lines. */
const Roll = z.object({
  /** {@link fileHash} of the file. */
  id: z.string(),
  name: z.string(),
  version: z.string(),
  stem: z.string(),
  /** The time of its rows, epoch milliseconds. */
  time: z.number(),
  badRows: Count,
  complete: z.boolean(),
  segments: z.array(SortedRun),
});
export type Roll = z.infer<typeof Roll>;

/**
 * The full exports of one source about one audience (or about those that its rows tell): every file whose rows have begun
 * to act and that has not been compared with a newer complete export yet.
 */
export const Family = z.object({ rolls: z.array(Roll) });
export type Family = z.infer<typeof Family>;

/** Where the full exports are kept that are compared with each other. */
export const familyId = ({ source, audience = '' }: Pick<FileProgress, 'source' | 'audience'>): string =>
  pageId('family', fileHash(source, audience, ''));

/** What a file of a full export adds to its family. */
export const rollOf = (progress: FileProgress, stem: string): Roll => ({
  id: fileHash(progress.source, progress.name, progress.version),
  name: progress.name,
  version: progress.version,
  stem,
  time: progress.time,
  badRows: progress.badRows,
  complete: false,
  segments: progress.segments,
});

/**
 * A family with what a reading of a file has found. A file that has been read anew replaces what it said before: only the
 * newest reading has its segments to the end. Known already: the very same family.
 */
export function withRoll(family: Family, roll: Roll): Family {
  const { rolls } = family;
  const known = rolls.find(({ id }) => id === roll.id);
  const isSame =
    known?.segments.length === roll.segments.length &&
    known.segments.every(({ at }, i) => at === roll.segments[i]?.at);
  if (isSame) return family;
  const others = rolls.filter((other) => other !== known);
  return { rolls: [...others, { ...roll, complete: known?.complete ?? false }] };
}

/** The newest time of a complete export; undefined when there is none. */
export const completeAt = ({ rolls }: Family): number | undefined =>
  rolls
    .filter(({ complete }) => complete)
    .reduce<number | undefined>(
      (newest, { time }) => (newest === undefined || time > newest ? time : newest),
      undefined,
    );

/** How often a change is tried when others come first. */
const ROUNDS = 20;

/** Changes a family, and loses nobody else's change. Gives it as it is then. */
export async function changeFamily(
  pages: Pages<Family>,
  id: string,
  change: (family: Family) => Family,
): Promise<Family | undefined> {
  for (let round = 0; round < ROUNDS; round++) {
    const { value = { rolls: [] }, version } = await pages.read(id);
    const next = change(value);
    if (next === value || (await pages.write(id, next, version)) !== undefined) return next;
  }
  return undefined;
}
