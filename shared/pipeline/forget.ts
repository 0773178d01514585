import { Fault } from '../core/fault.js';
import { MARKS_ID, withMark } from '../core/outdated.js';
import type { StateStore } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { createAtlas, rootsOf } from './atlas.js';

/** Tries before it is given up: each loses only to somebody else who has written meanwhile. */
const TRIES = 20;

const busy = (): Fault =>
  new Fault(
    'store.contended',
    `somebody else wrote ${TRIES} times meanwhile; nothing was forgotten, try again`,
  );

/** Changes one stored state, however often others get in between. Gives nothing when there is none to change. */
async function change(
  store: StateStore,
  id: string,
  make: (known: PersonState | undefined) => PersonState | undefined,
): Promise<PersonState | undefined> {
  for (let i = 0; i < TRIES; i++) {
    const found = (await store.read([id])).get(id);
    if (found && !found.ok) throw found.fault;
    const state = make(found?.value.state);
    if (state === undefined) return undefined;
    const [answer] = await store.write([{ id, state, expected: found?.value.version }]);
    if (answer?.ok) return state;
    if (answer?.reason === 'refused') throw answer.fault;
  }
  throw busy();
}

/** The state with nothing taken as written, rows only: what happened once does not happen again. */
const withoutRows = (state: PersonState): PersonState => ({
  ...state,
  accepted: new Map(),
  unsure: new Set([...state.unsure, ...state.accepted.keys()]),
});

/**
 * Forgets what targets accepted for one person: each row is written whole with the next record that concerns it. An id
 * that leads to a person, or to several who share it, stands for them. Gives how many rows are in doubt now, or nothing
 * when nobody is known by that id. Throws `store.*` faults.
 */
export async function forgetPerson(store: StateStore, id: string): Promise<number | undefined> {
  const persons = await personsAt(store, id);
  const states = await Promise.all(
    persons.map((person) => change(store, person, (known) => known && withoutRows(known))),
  );
  const known = states.filter((state) => state !== undefined);
  return known.length === 0 ? undefined : known.reduce((rows, { unsure }) => rows + unsure.size, 0);
}

/** The persons an id leads to; itself when it leads nowhere. */
async function personsAt(store: StateStore, start: string): Promise<readonly string[]> {
  const atlas = createAtlas(store);
  await atlas.explore([start]);
  return rootsOf({ id: start, key: undefined }, atlas).map(({ id }) => id);
}

/**
 * Forgets what was accepted at a place (`connection` or `connection/object`) up to now, epoch milliseconds, for
 * everybody. Throws `store.*` faults.
 */
export async function forgetPlace(store: StateStore, place: string, now: number): Promise<void> {
  await change(store, MARKS_ID, (known) => withMark(known ?? EMPTY_STATE, place, now));
}
