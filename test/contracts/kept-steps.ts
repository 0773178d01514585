import type { Fault } from '../../shared/core/fault.js';
import type { KeptMessage } from '../../shared/core/kept.js';
import { keptHash } from '../../shared/stores/kept-name.js';
import type { Interest, Shelf, Visited } from '../../shared/stores/shelf.js';
import { plain } from '../stores/kept-samples.js';

/** What a visit shows, one by one. */
export async function* each(shelf: Shelf, interest?: Interest): AsyncGenerator<Visited> {
  for await (const some of shelf.visit(interest)) yield* some;
}

/** Everything a visit shows. */
export async function visits(shelf: Shelf, interest?: Interest): Promise<Visited[]> {
  const all: Visited[] = [];
  for await (const visited of each(shelf, interest)) all.push(visited);
  return all;
}

/** Drops what a visit shows, as far as it is wanted; gives what it has met. */
export async function dropping(shelf: Shelf, wanted = (_: Visited): boolean => true): Promise<Visited[]> {
  const all: Visited[] = [];
  for await (const visited of each(shelf)) {
    all.push(visited);
    if (wanted(visited)) await visited.drop();
  }
  return all;
}

/** What can be read of what a visit shows, in one order. */
export async function seen(shelf: Shelf, interest?: Interest) {
  const found = (await visits(shelf, interest)).map((visited) => visited.found);
  return sorted(found.flatMap((one) => (one.ok ? [one.value] : [])));
}

/** Kept messages in a form and order that compares. */
export const sorted = (kept: readonly KeptMessage[]) =>
  [...kept].sort((a, b) => (keptHash(a) < keptHash(b) ? -1 : 1)).map(plain);

/** The fault of something that is expected to fail. */
export const faultOf = (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => Promise.reject(new Error('it succeeded')),
    // The caller looks at what it is.
    (error: unknown) => error as Fault,
  );
