import { absorbed } from '../core/absorb.js';
import type { Person } from '../core/person.js';
import type { StateStore } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { aliasesFor } from './adoption.js';
import { createAtlas, type Home } from './atlas.js';
import { aliasesOf, routeBy } from './route.js';

/** A person, and what is known of them. */
export interface Found extends Home {
  readonly state: PersonState;
}

/**
 * Whose a record is, and what a run would know of them as it takes the record in: what came under their other ids
 * included. Nothing is written. Undefined when every id is shared. Throws `store.*` faults.
 */
export async function whoIs(person: Person, store: StateStore): Promise<Found | undefined> {
  const atlas = createAtlas(store);
  await atlas.explore([person, ...person.others].map(({ id }) => id));
  const routed = routeBy(person, [person, ...person.others], atlas);
  if (!routed) return undefined;
  const { id, key } = routed.home;
  await atlas.explore([id]);
  const known = atlas.at(id);
  if (known?.ok === false) throw known.fault;
  const state = aliasesFor(routed.home, aliasesOf(routed), atlas).reduce(
    (all, { content }) => (content ? absorbed(all, content) : all),
    known?.value.state ?? EMPTY_STATE,
  );
  return { id, key, state };
}
