import { Fault } from '../core/fault.js';
import { MARKS_ID, withMark } from '../core/outdated.js';
import type { Clock, StateStore } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { createAtlas, rootsOf } from './atlas.js';

/** Tries before it is given up: each loses only to somebody else who has written meanwhile. */
const TRIES = 20;

const busy = (): Fault =>
  new Fault(
    'store.contended',
    `somebody else wrote ${TRIES} times meanwhile; nothing was forgotten, try again`,
  );

/** How often it is looked whether a lease was given back, and for how long, milliseconds. */
const LOOK_MS = 250;
const LOOK_FOR_MS = 10_000;

const leased = (ms: number): Fault =>
  new Fault(
    'store.contended',
    `something is being sent for this person, who was not forgotten; try again, in ${Math.ceil(ms / 1_000)} seconds at the latest`,
  );

/**
 * Gives a question whose answer is whether nobody is sending for a person; if somebody is, it waits a little before it
 * says so. Throws `store.contended` once that has gone on for too long.
 */
function leaseWatch(clock: Clock): (known: PersonState | undefined) => Promise<boolean> {
  const end = clock.now() + LOOK_FOR_MS;
  return async (known) => {
    const left = (known?.claim?.until ?? 0) - clock.now();
    if (left <= 0) return true;
    if (clock.now() >= end) throw leased(left);
    await clock.sleep(LOOK_MS);
    return false;
  };
}

/**
 * Changes one stored state once it is `free`, however often others get in between. Gives nothing when there is none to
 * change.
 */
async function change(
  store: StateStore,
  id: string,
  make: (known: PersonState | undefined) => PersonState | undefined,
  free: (known: PersonState | undefined) => Promise<boolean> = async () => true,
): Promise<PersonState | undefined> {
  let tries = 0;
  while (tries < TRIES) {
    const found = (await store.read([id])).get(id);
    if (found && !found.ok) throw found.fault;
    if (!(await free(found?.value.state))) continue;
    tries++;
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

/** What ends the name of something that happens once, as plan.ts makes it, and of a judgement about it. */
const ONCE = /![0-9a-z]+\.[0-9a-z]+-[0-9a-z]+\.[0-9a-z]+(@\d+)?$/;

/** How many of the targets in doubt are rows. */
const rowsOf = ({ unsure }: PersonState): number => [...unsure].filter((target) => !ONCE.test(target)).length;

/**
 * Forgets what targets accepted for one person: each row is written whole with the next record that concerns it. An id
 * that leads to a person, or to several who share it, stands for them. Gives how many rows are in doubt now, or nothing
 * when nobody is known by that id. Whom something is being sent for is waited for, because what is under way would seem
 * never to have been answered. Throws `store.*` faults; `store.contended` when it is not over within ten seconds.
 */
export async function forgetPerson(store: StateStore, id: string, clock: Clock): Promise<number | undefined> {
  const persons = await personsAt(store, id);
  const states = await Promise.all(
    persons.map((person) => change(store, person, (known) => known && withoutRows(known), leaseWatch(clock))),
  );
  const known = states.filter((state) => state !== undefined);
  return known.length === 0 ? undefined : known.reduce((rows, state) => rows + rowsOf(state), 0);
}

/** The persons an id leads to; itself when it leads nowhere. */
export async function personsAt(store: StateStore, start: string): Promise<readonly string[]> {
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
