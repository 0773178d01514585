import { Fault } from '../../core/fault.js';
import type { FileEntry } from '../ports.js';
import type { ExpectedPart, FileNaming, FileSource } from './source.js';

/** Tells which names are those of files of one export: of the one to which `name` belongs. */
export function partOf(
  { namingOf, roleOf }: Pick<FileSource, 'namingOf' | 'roleOf'>,
  name: string,
): (other: string) => boolean {
  const own = namingOf(name);
  return (other) => {
    if (roleOf(other) !== 'data') return false;
    const { stem, at, audience } = namingOf(other);
    return stem === own.stem && at === own.at && audience === own.audience;
  };
}

/** What is known of the files of one export. */
export interface Known {
  readonly stem: string;
  /** Those that lie in the place. */
  readonly entries: readonly FileEntry[];
  /** Names of those that have been read and may have been moved away since. */
  readonly read: readonly string[];
  /** What its manifest lists. */
  readonly expected: readonly ExpectedPart[];
}

/** A number among the parts that none of them has: the first gap; undefined where there is none. */
function gapIn(names: readonly string[], partIn: (name: string) => number): number | undefined {
  const parts = new Set(names.map(partIn));
  const last = Math.max(0, ...parts);
  for (let part = 1; part < last; part++) if (!parts.has(part)) return part;
  return undefined;
}

/**
 * Why nobody can be said to be missing in an export yet: a file of it is not there, or not as its manifest says.
 * `file.incomplete`, for it may come; undefined when all are there.
 */
export function partMissing(
  { stem, entries, read, expected }: Known,
  namingOf: (name: string) => Pick<FileNaming, 'part'>,
): Fault | undefined {
  const sizes = new Map(entries.map(({ name, size }) => [name, size]));
  const names = new Set([...sizes.keys(), ...read]);
  const nobody = 'nobody is taken out before it is there';
  for (const { name, size } of expected) {
    if (!names.has(name))
      return new Fault(
        'file.incomplete',
        `the manifest of the full export ${stem} lists ${name}, which has not come; ${nobody}`,
      );
    const has = sizes.get(name);
    if (size === undefined || has === undefined || has === size) continue;
    const text = `${name} of the full export ${stem} has ${has} bytes and not the ${size} that the newest manifest says; ${nobody}`;
    return new Fault('file.incomplete', text);
  }
  const gap = gapIn([...names], (name) => namingOf(name).part);
  if (gap === undefined) return undefined;
  const text = `part ${gap} of the full export ${stem} has not come, but a later one has; ${nobody}; if the number at the end of its name is none of a part, say with "match" how these files are called`;
  return new Fault('file.incomplete', text);
}
