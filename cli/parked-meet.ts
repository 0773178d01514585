import type { Shelf, Visited } from '../shared/stores/shelf.js';
import { interestOf, matches } from './parked-filter.js';
import type { ParkedOptions } from './parked-options.js';
import type { Places } from './parked-places.js';
import type { World } from './world.js';

/** Messages that are looked at behind the last one taken, only to say whether more are meant: in a bucket each is a request. */
const LOOKS = 500;

/** How far a way through all places may go, and whether it left anything out. */
export interface Left {
  /** How many more are taken. */
  count: number;
  /** How many more are looked at once enough have been taken. */
  looks: number;
  /** `some`: one was met that is meant, too, and was one too many. `perhaps`: it ended before everything was looked at. */
  more: 'none' | 'some' | 'perhaps';
}

/** A way through all places that takes no more than `limit`. */
export const upTo = (limit: number): Left => ({ count: limit, looks: LOOKS, more: 'none' });

/** What is met on the way through a place, as far as it is meant, some at a time. */
export async function* meet(
  shelf: Shelf,
  { filter }: ParkedOptions,
  left: Left,
  { stop }: Pick<World, 'stop'>,
): AsyncGenerator<readonly Visited[]> {
  if (left.more !== 'none') return;
  for await (const some of shelf.visit(interestOf(filter))) {
    if (stop.aborted) return;
    const meant = some.filter((visited) => matches(visited, filter));
    const taken = meant.slice(0, left.count);
    left.count -= taken.length;
    if (meant.length > taken.length) left.more = 'some';
    else if (left.count === 0 && taken.length === 0) {
      left.looks -= some.length;
      if (left.looks <= 0) left.more = 'perhaps';
    }
    if (taken.length > 0) yield taken;
    if (left.more !== 'none') return;
  }
}

/** What is said of what the limit has left out; nothing where it has not. */
export function moreText({ more }: Left, { limit }: Pick<ParkedOptions, 'limit'>): string | undefined {
  if (more === 'none') return undefined;
  return more === 'some'
    ? `there are more than --limit ${limit} took`
    : `there may be more than --limit ${limit} took: it was not looked to the end`;
}

/** Says {@link moreText} on `err`. */
export function tellMore(left: Left, options: ParkedOptions, { err }: Pick<World, 'err'>): void {
  const text = moreText(left, options);
  if (text !== undefined) err(`${text}\n`);
}

/** Of a queue only a part can be seen: says how much there is besides. */
export async function totals({ shelves }: Places): Promise<ReadonlyMap<Shelf, number>> {
  const counted = await Promise.all(shelves.map(async (shelf) => [shelf, await shelf.total()] as const));
  return new Map(counted.flatMap(([shelf, total]) => (total === undefined ? [] : [[shelf, total] as const])));
}
