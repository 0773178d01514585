import * as z from 'zod';
import { type Pages, pageId } from './page.js';
import { type FileProgress, fileHash } from './progress.js';

const Count = z.int().min(0);

/** Who is in one file of a full export: segments of sorted lines, below the name of its progress. */
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
  segments: z.array(z.object({ pieces: Count, lines: Count })),
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
