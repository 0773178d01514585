import { createHash } from 'node:crypto';
import { Fault } from '../core/fault.js';
import type { Clock, StateStore, Versioned } from '../core/ports.js';
import { EMPTY_STATE, type PersonState } from '../core/state.js';
import { AudienceRecord, recordJson } from './audience.js';

/** What becomes of a record: `undefined` in means that there is none, out that there shall be none. */
export type Change = (known: AudienceRecord | undefined) => AudienceRecord | undefined;

/**
 * The audiences that Adobe has told us about. Deadlines are epoch milliseconds; every call throws a `store.*` Fault when
 * the store cannot answer.
 */
export interface AudienceBook {
  get(id: string, deadline?: number): Promise<AudienceRecord | undefined>;
  /** Changes one record, and loses nobody else's change of this or another one. Gives what there is then. */
  change(id: string, change: Change, deadline?: number): Promise<AudienceRecord | undefined>;
  /** All of them, in order of their ids. */
  all(deadline?: number): Promise<readonly AudienceRecord[]>;
}

/** Days that a page nobody changes is kept, for whoever opens the store: no name shall ever be forgotten. */
export const BOOK_TTL_DAYS = 36_500;

/** A few, so that one call reads them all; enough that customers who activate many audiences at once rarely collide. */
const PAGES = 16;
/** How often a change is tried when others come first: of all who try at once, one always gets through. */
const ROUNDS = 64;

/** No person's id begins with a colon: it begins with an entry of `person.key`, which is never empty. */
const pageName = (page: number): string => `:audiences/${page}`;
const PAGE_NAMES = Array.from({ length: PAGES }, (_, page) => pageName(page));
const pageOf = (id: string): string => pageName((createHash('sha256').update(id).digest()[0] ?? 0) % PAGES);

function recordIn(page: PersonState, id: string): AudienceRecord | undefined {
  const known = page.values.get(id);
  if (known === undefined) return undefined;
  const parsed = AudienceRecord.safeParse(known.value);
  if (parsed.success) return parsed.data;
  const text = `the registered audience ${id} is not as this version writes them; a newer version may have written it`;
  throw new Fault('store.format', text, { cause: parsed.error });
}

function pageWith(
  page: PersonState,
  id: string,
  record: AudienceRecord | undefined,
  at: number,
): PersonState {
  const values = new Map(page.values);
  if (record === undefined) values.delete(id);
  else values.set(id, { value: recordJson(record), at });
  return { ...page, values };
}

/**
 * The book on a state store: its pages lie beside the persons, under names no person can have, so that a deployment needs
 * no further table. Open the store with {@link BOOK_TTL_DAYS}.
 */
export function audienceBook(store: StateStore, clock: Pick<Clock, 'now'>): AudienceBook {
  async function pages(names: readonly string[], deadline?: number): Promise<ReadonlyMap<string, Versioned>> {
    const found = new Map<string, Versioned>();
    for (const [name, page] of await store.read(names, undefined, deadline)) {
      if (!page.ok) throw page.fault;
      found.set(name, page.value);
    }
    return found;
  }

  async function tryChange(id: string, change: Change, deadline?: number) {
    const name = pageOf(id);
    const page = (await pages([name], deadline)).get(name);
    const state = page?.state ?? EMPTY_STATE;
    const known = recordIn(state, id);
    const record = change(known);
    if (record === known) return { done: true, record };
    const write = {
      id: name,
      state: pageWith(state, id, record, clock.now()),
      expected: page?.version,
    };
    const [answer] = await store.write([write], undefined, deadline);
    if (answer?.ok === false && answer.reason === 'refused') throw answer.fault;
    return { done: answer?.ok === true, record };
  }

  return {
    async get(id, deadline) {
      const name = pageOf(id);
      const page = (await pages([name], deadline)).get(name);
      return page && recordIn(page.state, id);
    },
    async change(id, change, deadline) {
      for (let round = 0; round < ROUNDS && clock.now() < (deadline ?? Number.POSITIVE_INFINITY); round++) {
        const { done, record } = await tryChange(id, change, deadline);
        if (done) return record;
      }
      throw new Fault('store.contended', 'too many audiences are being registered at once; try again');
    },
    async all(deadline) {
      const states = [...(await pages(PAGE_NAMES, deadline)).values()].map(({ state }) => state);
      return states
        .flatMap((state) => [...state.values.keys()].map((id) => recordIn(state, id)))
        .filter((record) => record !== undefined)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },
  };
}
