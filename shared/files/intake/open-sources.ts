import type { CompiledRules } from '../../core/compiled.js';
import { Fault, ok } from '../../core/fault.js';
import type { Secrets } from '../../core/ports.js';
import { decryptKeys } from '../meaning/decrypt-keys.js';
import { type FileMeaning, fileMeaning } from '../meaning/file-meaning.js';
import type { FileRule } from '../meaning/file-rule.js';
import type { FileShape } from '../meaning/file-shape.js';
import { isManifestName } from '../meaning/not-exports.js';
import { tableSettings } from '../meaning/table-settings.js';
import { addressIn } from '../places/address.js';
import type { PlaceDeps } from '../places/deps.js';
import { openPlace } from '../places/open-place.js';
import type { FileEntry, FilePlace } from '../ports.js';
import { createManifests } from './manifests.js';
import { partOf } from './parts.js';
import type { Completeness, FileRole, FileSource, RowReader } from './source.js';

/** Remembers a success, so that a place is opened once. */
function onceFor<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}

const readerOf = (shape: FileShape): RowReader => ({
  bodyOf: ({ cells }) => (cells.ok ? shape.body(cells.value) : cells),
  seen: () => shape.seen(),
  recall: (names) => shape.look(Object.fromEntries(names.map((name) => [name, null]))),
  refusal: () => shape.refusal(),
  notes: () => shape.notes(),
});

/** Whether a file has stood still long enough; a file of the future counts as old. */
function standsStill({ name, at }: FileEntry, now: number, stableMs: number): Completeness {
  const left = at + stableMs - now;
  if (left <= 0 || at > now) return { whole: true };
  const text = `${name} was written ${Math.round((now - at) / 1000)} s ago and may not be whole yet`;
  return { whole: false, why: new Fault('file.incomplete', text), afterMs: left };
}

function addressOf(from: string): FileSource['address'] {
  const address = addressIn(from);
  return address.ok && 'root' in address.value ? address.value : undefined;
}

/** What names of files say. */
const namingBy = (
  { rule, nameOf, audiences }: FileMeaning,
  hasManifests: boolean,
): Pick<FileSource, 'roleOf' | 'namingOf'> => ({
  roleOf(name): FileRole {
    if (isManifestName(name)) return hasManifests ? 'manifest' : 'none';
    return nameOf(name) ? 'data' : 'none';
  },
  namingOf(name) {
    const said = nameOf(name);
    const declared = typeof rule.audience === 'string' ? audiences.declared(rule.audience) : undefined;
    const audience = declared ?? said?.audience;
    return {
      stem: said?.export ?? name,
      at: said?.at,
      part: said?.part ?? 1,
      audience: audience && `${audience.namespace}/${audience.id}`,
    };
  },
});

function sourceOf(meaning: FileMeaning, place: () => Promise<FilePlace>, secrets: Secrets): FileSource {
  const { rule } = meaning;
  const { complete } = rule;
  const manifests = createManifests();
  const stableMs = complete.kind === 'stable' ? complete.ms : 0;
  const naming = namingBy(meaning, complete.kind === 'manifest');
  return {
    name: rule.name,
    from: rule.from,
    address: addressOf(rule.from),
    snapshot: rule.snapshot,
    stableMs,
    place,
    ...naming,
    listedIn: (manifest, at) => manifests.namesIn(manifest, at),
    expectedParts: async (name, at, looking) =>
      complete.kind === 'manifest' ? manifests.expectedParts(name, partOf(naming, name), at, looking) : [],
    completeness: async (entry, at, now, isLate) =>
      complete.kind === 'stable'
        ? standsStill(entry, now, stableMs)
        : manifests.completeness(entry, at, isLate),
    async open(bytes) {
      // A third of the code of the functions for files: those that are told of files do not open any.
      const { openTable } = await import('../formats/open-table.js');
      // Secrets are remembered where they come from, for as long as they may be.
      return openTable(bytes, tableSettings(rule, await decryptKeys(rule, secrets)));
    },
    async reader(table, entry, at) {
      const shape = meaning.shapeOf({ name: entry.name, at }, table.columns);
      return shape.ok ? ok(readerOf(shape.value)) : shape;
    },
  };
}

/** What opening sources takes. */
export interface SourceDeps extends PlaceDeps {
  readonly rules: CompiledRules;
}

/** The entries of `files:` as the intake works with them, by name. Nothing is asked of any place yet. */
export function openSources(files: readonly FileRule[], deps: SourceDeps): ReadonlyMap<string, FileSource> {
  return new Map(
    files.map((rule) => {
      const place = onceFor(() => openPlace(rule.from, rule.auth, deps));
      return [rule.name, sourceOf(fileMeaning(rule, deps.rules), place, deps.secrets)];
    }),
  );
}
