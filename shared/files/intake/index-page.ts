import * as z from 'zod';
import { type Pages, pageId } from './page.js';
import { type FileProgress, fileHash } from './progress.js';

/** Files of a source that have been begun, the newest last. */
export const FileIndex = z.object({
  files: z.array(z.object({ id: z.string(), name: z.string(), began: z.number() })),
});
export type FileIndex = z.infer<typeof FileIndex>;

/** A few, so that many files begun at once rarely collide, and one call reads them all. */
const PAGES = 8;
/** Files that one page remembers; those before can be asked for by name. */
const REMEMBERED = 250;
const ROUNDS = 20;

const indexPage = (source: string, page: number): string =>
  pageId('index', fileHash(source, '', ''), String(page));

/** The pages on which the files of a source stand. */
export const indexPages = (source: string): readonly string[] =>
  Array.from({ length: PAGES }, (_, page) => indexPage(source, page));

/** Puts a file on the list of its source. A list that many want at once may go without it: it is for people to look at. */
export async function noteBegun(pages: Pages<FileIndex>, progress: FileProgress): Promise<void> {
  const { source, name, version, began } = progress;
  const id = fileHash(source, name, version);
  const page = indexPage(source, Number.parseInt(id.slice(0, 4), 16) % PAGES);
  for (let round = 0; round < ROUNDS; round++) {
    const { value = { files: [] }, version: expected } = await pages.read(page);
    if (value.files.some((file) => file.id === id)) return;
    const files = [...value.files, { id, name, began }].slice(-REMEMBERED);
    if ((await pages.write(page, { files }, expected)) !== undefined) return;
  }
}
