import { bad, Fault, type Result } from '../../core/fault.js';
import { baseOf, folderOf } from '../meaning/file-name.js';
import { type Listing, listedSize, type Manifest, readManifest, unfinished } from '../meaning/manifest.js';
import { isManifestName } from '../meaning/not-exports.js';
import type { FileEntry, FilePlace } from '../ports.js';
import type { Completeness, ExpectedPart, Looking } from './source.js';

/** A manifest of a run of a thousand files is a fortieth of this; read, it takes several times as much memory. */
const MAX_BYTES = 16 * 1024 * 1024;
/** How long a file waits before its manifest is looked for again, should its arrival not be told; milliseconds. */
const WAIT_MS = 600_000;
/** How much older than a file its manifest may be: Adobe sends a broken file again, people copy files; milliseconds. */
const BEFORE_MS = 7 * 86_400_000;
/** Bytes of the manifests that are remembered. */
const REMEMBERED_BYTES = 16 * 1024 * 1024;

async function readText(entry: FileEntry, place: FilePlace): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of place.bytes(entry).open()) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

/** Why a manifest is not read at all; undefined when it is. */
function tooLong({ name, size }: Pick<FileEntry, 'name' | 'size'>): string | undefined {
  if (size <= MAX_BYTES) return undefined;
  return `${name} has ${size} bytes, and no manifest of more than ${MAX_BYTES} is read: whatever it may list waits; if it is none, move it elsewhere, else have the export written with fewer files a run`;
}

const noTimeFor = (what: string): string =>
  `one invocation was not enough to read the manifests that may list ${what}; the next one goes on; if it stays so, move older ones elsewhere`;

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

/** All manifests of a place, the newest first; `late` when there was no time to look through it. */
async function newestFirst(place: FilePlace, isLate: () => boolean): Promise<readonly FileEntry[] | 'late'> {
  const found: FileEntry[] = [];
  for await (const entry of place.list()) {
    if (isLate()) return 'late';
    if (isManifestName(entry.name)) found.push(entry);
  }
  return found.sort((one, other) => other.at - one.at);
}

/** A manifest that has been read; when it was written, epoch milliseconds; its bytes. */
interface Remembered extends Pick<FileEntry, 'at' | 'size'> {
  readonly manifest: Result<Manifest>;
}

/** What has been read of manifests, which are never changed: no more than some, or every run that ever was would be remembered. */
class ReadManifests {
  private readonly read = new Map<string, Remembered>();
  private size = 0;

  async open(entry: FileEntry, place: FilePlace): Promise<Result<Manifest>> {
    const key = `${entry.name} ${entry.version}`;
    const known = this.read.get(key);
    if (known) return known.manifest;
    const long = tooLong(entry);
    if (long !== undefined) return bad('file.refused', long);
    const manifest = readManifest(entry.name, await readText(entry, place));
    const { at, size } = entry;
    this.size += size;
    this.read.set(key, { manifest, at, size });
    while (this.size > REMEMBERED_BYTES) this.forgetOldest();
    return manifest;
  }

  /** Everybody begins with the newest manifest: whichever was read first, the oldest is missed least. */
  private forgetOldest(): void {
    let [oldest] = this.read;
    for (const one of this.read) if (oldest === undefined || one[1].at < oldest[1].at) oldest = one;
    if (!oldest) return;
    this.read.delete(oldest[0]);
    this.size -= oldest[1].size;
  }
}

/** Manifests of one place. */
export function createManifests() {
  const read = new ReadManifests();
  const open = (entry: FileEntry, place: FilePlace) => read.open(entry, place);

  /** What the newest manifest says that lists a file; one that is being written, or is none, says nothing. A fault: one that may is too long. */
  async function listingOf(
    { name, at }: FileEntry,
    place: FilePlace,
    isLate: () => boolean,
  ): Promise<Listing | 'late' | Fault | undefined> {
    let unread: Fault | undefined;
    const manifests = await newestFirst(place, isLate);
    if (manifests === 'late') return 'late';
    for (const entry of manifests) {
      if (entry.at < at - BEFORE_MS) return unread;
      if (isLate()) return 'late';
      const long = tooLong(entry);
      if (long !== undefined) unread ??= new Fault('file.incomplete', long);
      const manifest = await open(entry, place);
      const size = manifest.ok ? listedSize(manifest.value, name) : undefined;
      if (size !== undefined) return { size, at: entry.at };
    }
    return unread;
  }

  /** The newest manifests that list files of the export to which a file belongs, and what they list of it. */
  async function newestOf(
    name: string,
    isPart: (name: string) => boolean,
    place: FilePlace,
    { since, isLate }: Looking,
  ): Promise<readonly ExpectedPart[]> {
    const tooLate = (): Fault => new Fault('file.incomplete', noTimeFor(`files of the export of ${name}`));
    let newest = since - BEFORE_MS;
    const parts = new Map<string, ExpectedPart>();
    const manifests = await newestFirst(place, isLate);
    if (manifests === 'late') throw tooLate();
    for (const entry of manifests) {
      if (entry.at < newest) break;
      if (isLate()) throw tooLate();
      const long = tooLong(entry);
      if (long !== undefined) throw new Fault('file.incomplete', long);
      const manifest = await open(entry, place);
      const listed = manifest.ok ? partsIn(manifest.value, isPart, folderOf(name)) : [];
      if (listed.length > 0) newest = entry.at;
      for (const part of listed) parts.set(part.name, part);
    }
    return [...parts.values()];
  }

  return {
    /** The files of the export to which a file belongs, by the newest manifest that lists any of them. */
    expectedParts: newestOf,
    /** The files that a manifest lists, beside it. Throws `file.refused` for what is no manifest. */
    async namesIn(entry: FileEntry, place: FilePlace): Promise<readonly string[]> {
      const manifest = await open(entry, place);
      if (!manifest.ok) throw manifest.fault;
      return manifest.value.exportResults.map(({ name }) => `${folderOf(entry.name)}${baseOf(name)}`);
    },
    /**
     * A file is whole when the newest manifest that lists it says its size. Manifests that were written long before it are not
     * read, and none once `isLate`: then there is no saying, and `afterMs` is 0.
     */
    async completeness(
      entry: FileEntry,
      place: FilePlace,
      isLate: () => boolean = () => false,
    ): Promise<Completeness> {
      const listing = await listingOf(entry, place, isLate);
      if (listing === 'late') {
        return { whole: false, why: new Fault('file.incomplete', noTimeFor(entry.name)), afterMs: 0 };
      }
      if (listing instanceof Fault) return { whole: false, why: listing, afterMs: WAIT_MS };
      const why = unfinished(entry, listing ? [listing] : []);
      if (why === undefined) return { whole: true };
      return { whole: false, why: new Fault('file.incomplete', why), afterMs: WAIT_MS };
    },
  };
}
