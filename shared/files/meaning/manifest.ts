import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import { baseOf, folderOf } from './file-name.js';

/**
 * The list of files of one run of an export. It has neither row counts nor checksums nor audiences.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/ui/activate/export-file-on-demand.html
 */
export const Manifest = z.looseObject({
  exportResults: z.array(
    z.looseObject({
      /** The folder as Adobe sees the store: it may begin further up or further down than our place. */
      sinkPath: z.string().optional(),
      name: z.string().min(1),
      /** Bytes. */
      size: z.number().min(0),
    }),
  ),
});
export type Manifest = z.infer<typeof Manifest>;

/** Reads the text of a manifest; `file.refused` when it lists no files with their sizes. */
export function readManifest(name: string, text: string): Result<Manifest> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return bad('file.refused', `${name} is called as a manifest but lists no files with their sizes`);
}

const stepsOf = (path: string): readonly string[] => path.split('/').filter((step) => step !== '');

/** Whether one folder is the end of the other. */
function areAlike(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length);
  return shared === 0 || a.slice(-shared).join('/') === b.slice(-shared).join('/');
}

/**
 * The size that a manifest gives for a file; undefined when it does not list it. Folders tell files of one name apart; of a name that
 * is listed once they are not asked, because Adobe may see the store under other names than we do.
 */
export function listedSize({ exportResults }: Manifest, file: string): number | undefined {
  const alike = exportResults.filter(({ name }) => baseOf(name) === baseOf(file));
  const folder = stepsOf(folderOf(file));
  const found =
    alike.length === 1 ? alike[0] : alike.find(({ sinkPath = '' }) => areAlike(stepsOf(sinkPath), folder));
  return found?.size;
}

/** What one manifest says of a file. */
export interface Listing {
  /** Bytes. */
  readonly size: number;
  /** When the manifest was written, epoch milliseconds. */
  readonly at: number;
}

/**
 * Why a file is not whole by what manifests say of it; undefined when it is. Under a name without a time there are manifests of
 * older runs: the newest speaks, and not of a file that was written after it and has another size.
 */
export function unfinished(entry: FileEntry, listings: readonly Listing[]): string | undefined {
  const { name, size, at } = entry;
  const newest = listings.reduce<Listing | undefined>(
    (best, one) => (best && best.at >= one.at ? best : one),
    undefined,
  );
  if (!newest) return `no manifest lists ${name} yet`;
  if (newest.size === size) return undefined;
  if (at > newest.at)
    return `${name} was written after the manifest that lists it, and no newer one does yet`;
  return size < newest.size
    ? `${size} of the ${newest.size} bytes are there that the manifest of ${name} says; Adobe sends a broken file again by itself, which may take hours`
    : `${name} has ${size} bytes, more than the ${newest.size} that its manifest says; have it exported again`;
}
