import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import { isManifestName } from '../meaning/not-exports.js';
import type { FileEntry, FilePlace } from '../ports.js';
import type { Completeness } from './source.js';

/**
 * The list of files of one run of an export. `sinkPath` is as Adobe sees the store and may begin elsewhere than our place.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/ui/activate/export-file-on-demand.html
 */
const Manifest = z.looseObject({
  exportResults: z.array(z.looseObject({ name: z.string().min(1), size: z.number() })),
});
type Manifest = z.infer<typeof Manifest>;

/** A manifest of a run of a thousand files is a tenth of this. */
const MAX_BYTES = 4 * 1024 * 1024;
/** How long a file waits before its manifest is looked for again, should its arrival not be told; milliseconds. */
const WAIT_MS = 600_000;

const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);
const baseOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

async function readManifest(entry: FileEntry, place: FilePlace): Promise<Manifest> {
  const parts: Uint8Array[] = [];
  if (entry.size <= MAX_BYTES) for await (const part of place.bytes(entry).open()) parts.push(part);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    value = undefined;
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault(
    'file.refused',
    `${entry.name} is called as a manifest but lists no files with their sizes`,
  );
}

/** Manifests of one place; what has been read is remembered, because a manifest is never changed. */
export function createManifests() {
  const read = new Map<string, Manifest>();

  async function open(entry: FileEntry, place: FilePlace): Promise<Manifest> {
    const key = `${entry.name} ${entry.version}`;
    const manifest = read.get(key) ?? (await readManifest(entry, place));
    read.set(key, manifest);
    return manifest;
  }

  /** Sizes that manifests of the place give for a file; names are compared without their folders. */
  async function sizesOf({ name }: FileEntry, place: FilePlace): Promise<readonly number[]> {
    const sizes: number[] = [];
    for await (const entry of place.list()) {
      if (!isManifestName(entry.name)) continue;
      const { exportResults } = await open(entry, place);
      for (const listed of exportResults) if (listed.name === baseOf(name)) sizes.push(listed.size);
    }
    return sizes;
  }

  return {
    /** The files that a manifest lists, beside it. Throws `file.refused` for what is no manifest. */
    async namesIn(entry: FileEntry, place: FilePlace): Promise<readonly string[]> {
      const { exportResults } = await open(entry, place);
      return exportResults.map(({ name }) => `${folderOf(entry.name)}${baseOf(name)}`);
    },
    /** A file is whole when a manifest lists it with the size it has. */
    async completeness(entry: FileEntry, place: FilePlace): Promise<Completeness> {
      const sizes = await sizesOf(entry, place);
      if (sizes.includes(entry.size)) return { whole: true };
      const text =
        sizes.length === 0
          ? `no manifest lists ${entry.name} yet`
          : `${entry.name} has ${entry.size} bytes and its manifest says ${sizes.join(' or ')}`;
      return { whole: false, why: new Fault('file.unavailable', text), afterMs: WAIT_MS };
    },
  };
}
