import { Fault, type Result } from '../../core/fault.js';
import { baseOf, folderOf } from '../meaning/file-name.js';
import { type Listing, listedSize, type Manifest, readManifest, unfinished } from '../meaning/manifest.js';
import { isManifestName } from '../meaning/not-exports.js';
import type { FileEntry, FilePlace } from '../ports.js';
import type { Completeness, ExpectedPart } from './source.js';

/** A manifest of a run of a thousand files is a tenth of this. */
const MAX_BYTES = 4 * 1024 * 1024;
/** How long a file waits before its manifest is looked for again, should its arrival not be told; milliseconds. */
const WAIT_MS = 600_000;

async function readText(entry: FileEntry, place: FilePlace): Promise<string> {
  const parts: Uint8Array[] = [];
  if (entry.size <= MAX_BYTES) for await (const part of place.bytes(entry).open()) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** What a manifest lists of one export, whose files lie in `folder`. */
const partsIn = (
  manifest: Manifest,
  isPart: (name: string) => boolean,
  folder: string,
): readonly ExpectedPart[] =>
  manifest.exportResults
    .map(({ name }) => `${folder}${baseOf(name)}`)
    .filter(isPart)
    .flatMap((name) => {
      // Undefined: it lists a file of that name, but in another folder.
      const size = listedSize(manifest, name);
      return size === undefined ? [] : [{ name, size }];
    });

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

  /** The newest manifests that list files of an export, and what they list of it. */
  async function newestOf(
    isPart: (name: string) => boolean,
    folder: string,
    place: FilePlace,
  ): Promise<readonly ExpectedPart[]> {
    let newest = Number.NEGATIVE_INFINITY;
    const parts = new Map<string, ExpectedPart>();
    for await (const entry of place.list()) {
      if (!isManifestName(entry.name) || entry.at < newest) continue;
      const manifest = await open(entry, place);
      const listed = manifest.ok ? partsIn(manifest.value, isPart, folder) : [];
      if (listed.length === 0) continue;
      if (entry.at > newest) parts.clear();
      newest = entry.at;
      for (const part of listed) parts.set(part.name, part);
    }
    return [...parts.values()];
  }

  return {
    /** The files of the export to which a file belongs, by the newest manifest that lists any of them. */
    expectedParts: (name: string, isPart: (name: string) => boolean, place: FilePlace) =>
      newestOf(isPart, folderOf(name), place),
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
      return { whole: false, why: new Fault('file.incomplete', why), afterMs: WAIT_MS };
    },
  };
}
