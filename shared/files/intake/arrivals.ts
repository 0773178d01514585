import type { FileOrder } from './order.js';
import type { FileSource } from './source.js';

/** A file of which a store has told that it was written. */
export interface Arrival {
  readonly kind: 's3' | 'blob';
  /** Bucket or container. */
  readonly root: string;
  /** The whole path below it. */
  readonly path: string;
}

/** Stores whose news a kind of place is in: a Data Landing Zone is a container, too. */
const KINDS: Readonly<Record<Arrival['kind'], readonly string[]>> = { s3: ['s3'], blob: ['blob', 'dlz'] };

/** Whether a file that has arrived lies in the place of a source. */
function isIn({ kind, root, path }: Arrival, { address }: FileSource): boolean {
  if (!address || !KINDS[kind].includes(address.kind)) return false;
  return address.root === root && path.startsWith(address.prefix);
}

/** The orders that news of files make. What no source wants makes none; several sources may want one file. */
export function ordersFor(
  arrivals: readonly Arrival[],
  sources: ReadonlyMap<string, FileSource>,
): readonly FileOrder[] {
  return arrivals.flatMap((arrival) =>
    [...sources.values()]
      .filter((source) => isIn(arrival, source) && source.roleOf(arrival.path) !== 'none')
      .map((source) => ({ work: 'rows' as const, source: source.name, name: arrival.path })),
  );
}
