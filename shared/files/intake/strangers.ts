import { isOurs } from '../meaning/not-exports.js';
import { addressIn } from '../places/address.js';
import type { FileSource } from './source.js';

/** Names that are told of; the others are counted. */
const NAMED = 5;

/** Files of a place that nobody reads: no entry takes their names. */
export interface Strangers {
  readonly count: number;
  /** The first few of them. */
  readonly names: readonly string[];
}

/** The bucket, server or folder of a place, and what names of it begin with. */
function groundOf({ from }: FileSource): { readonly at: string; readonly prefix: string } {
  const address = addressIn(from);
  if (!address.ok || address.value.kind === 'file') return { at: from, prefix: '' };
  const { prefix, ...at } = address.value;
  return { at: JSON.stringify(at), prefix };
}

/** Tells whether an entry of `files:` takes a file of the place of `source`, which may be the place of others, too. */
function takenBy(source: FileSource, all: readonly FileSource[]): (name: string) => boolean {
  const { at } = groundOf(source);
  const near = all.flatMap((other) => {
    const ground = groundOf(other);
    return ground.at === at ? [{ ...ground, roleOf: other.roleOf }] : [];
  });
  return (name) => near.some(({ prefix, roleOf }) => name.startsWith(prefix) && roleOf(name) !== 'none');
}

/** Takes notice of names in the place of a source; tells of those that no entry takes, apart from what lies beside exports. */
export function strangersIn(source: FileSource, all: readonly FileSource[]) {
  const isTaken = takenBy(source, [source, ...all]);
  const names: string[] = [];
  let count = 0;
  return {
    see(name: string): void {
      if (isOurs(name) || isTaken(name)) return;
      count += 1;
      if (names.length < NAMED) names.push(name);
    },
    seen: (): Strangers => ({ count, names }),
  };
}
