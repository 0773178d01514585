import type { ObjectStore } from '../../stores/objects.js';
import type { SortedRun } from './run-pieces.js';

/** Objects removed at once. */
const AT_ONCE = 32;

/**
 * Removes what lies in a folder and belongs to none of the runs that are still needed: runs that have been replaced, and
 * those of whoever died before it was written down where they are. Throws `park.unavailable`.
 */
export async function sweep(
  objects: ObjectStore,
  folder: string,
  needed: readonly SortedRun[] = [],
): Promise<void> {
  const kept = needed.map(({ at }) => `${at}/`);
  const names: string[] = [];
  for await (const { name } of objects.list(`${folder}/`))
    if (!kept.some((at) => name.startsWith(at))) names.push(name);
  while (names.length > 0) await Promise.all(names.splice(0, AT_ONCE).map((name) => objects.remove(name)));
}
