import { Fault, type Result } from '../../core/fault.js';
import { baseOf, folderOf } from '../meaning/file-name.js';
import { type Listing, listedSize, type Manifest, readManifest, unfinished } from '../meaning/manifest.js';
import { isManifestName } from '../meaning/not-exports.js';
import type { FileEntry, FilePlace } from '../ports.js';
import type { Completeness } from './source.js';

/** A manifest of a run of a thousand files is a tenth of this. */
const MAX_BYTES = 4 * 1024 * 1024;
/** How long a file waits before its manifest is looked for again, should its arrival not be told; milliseconds. */
const WAIT_MS = 600_000;

async function readText(entry: FileEntry, place: FilePlace): Promise<string> {
  const parts: Uint8Array[] = [];
  if (entry.size <= MAX_BYTES) for await (const part of place.bytes(entry).open()) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Manifests of one place; what has been read is remembered, because a manifest is never changed. */
export function createManifests() {
  const read = new Map<string, Result<Manifest>>();

  async function open(entry: FileEntry, place: FilePlace): Promise<Result<Manifest>> {
    const key = `${entry.name} ${entry.version}`;
    const manifest = read.get(key) ?? readManifest(entry.name, await readText(entry, place));
    read.set(key, manifest);
    return manifest;
  }

  /** What manifests of the place say of a file; one that is being written, or is none, says nothing. */
  async function listingsOf({ name }: FileEntry, place: FilePlace): Promise<readonly Listing[]> {
    const listings: Listing[] = [];
    for await (const entry of place.list()) {
      const manifest = isManifestName(entry.name) ? await open(entry, place) : undefined;
      const size = manifest?.ok ? listedSize(manifest.value, name) : undefined;
      if (size !== undefined) listings.push({ size, at: entry.at });
    }
    return listings;
  }

  return {
    /** The files that a manifest lists, beside it. Throws `file.refused` for what is no manifest. */
    async namesIn(entry: FileEntry, place: FilePlace): Promise<readonly string[]> {
      const manifest = await open(entry, place);
      if (!manifest.ok) throw manifest.fault;
      return manifest.value.exportResults.map(({ name }) => `${folderOf(entry.name)}${baseOf(name)}`);
    },
    /** A file is whole when the newest manifest that lists it says its size. */
    async completeness(entry: FileEntry, place: FilePlace): Promise<Completeness> {
      const why = unfinished(entry, await listingsOf(entry, place));
      if (why === undefined) return { whole: true };
      return { whole: false, why: new Fault('file.unavailable', why), afterMs: WAIT_MS };
    },
  };
}
