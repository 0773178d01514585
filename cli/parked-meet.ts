import type { Clock } from '../shared/core/ports.js';
import type { Shelf, Visited } from '../shared/stores/shelf.js';
import { interestOf, matches } from './parked-filter.js';
import type { ParkedOptions } from './parked-options.js';
import type { Places } from './parked-places.js';

/** What the command takes from the machine; tests lend their own. */
export interface ParkedWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether somebody looks at `err`: only then progress is shown. */
  readonly isTerminal: boolean;
  /** Ends the work after what is under way, so that messages of a queue are given back. */
  readonly stop: AbortSignal;
}

/** How far a way through all places may go, and whether it left anything out. */
export interface Left {
  /** How many more are taken. */
  count: number;
  /** Whether one was met that is meant, too, and was one too many. */
  more: boolean;
}

/** A way through all places that takes no more than `limit`. */
export const upTo = (limit: number): Left => ({ count: limit, more: false });

/** What is met on the way through a place, as far as it is meant, some at a time. */
export async function* meet(
  shelf: Shelf,
  { filter }: ParkedOptions,
  left: Left,
  { stop }: ParkedWorld,
): AsyncGenerator<readonly Visited[]> {
  if (left.more) return;
  for await (const some of shelf.visit(interestOf(filter))) {
    if (stop.aborted) return;
    const meant = some.filter((visited) => matches(visited, filter));
    const taken = meant.slice(0, left.count);
    left.count -= taken.length;
    left.more = meant.length > taken.length;
    if (taken.length > 0) yield taken;
    if (left.more) return;
  }
}

/** Says on `err` that the limit has left something out. */
export function tellMore({ more }: Left, { limit }: ParkedOptions, { err }: ParkedWorld): void {
  if (more) err(`there are more than --limit ${limit} took\n`);
}

/** Of a queue only a part can be seen: says how much there is besides. */
export async function totals({ shelves }: Places): Promise<ReadonlyMap<Shelf, number>> {
  const counted = await Promise.all(shelves.map(async (shelf) => [shelf, await shelf.total()] as const));
  return new Map(counted.flatMap(([shelf, total]) => (total === undefined ? [] : [[shelf, total] as const])));
}
