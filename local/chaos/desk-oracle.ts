import { DECLARED_AUDIENCES } from '../demo/audiences.js';
import type { Record } from './truth.js';
import type { Who } from './who.js';

/** What a person's records say about one audience. */
interface Assertion {
  /** Epoch microseconds. */
  readonly at: number;
  readonly member: boolean;
}

/** How often a thing must and may have been done for a person, and for which entries (epoch milliseconds). */
export interface Wanted {
  readonly least: number;
  readonly entries: ReadonlySet<number>;
}

/** What the rules of more-rules.yaml must have led to for one person. */
export interface PersonsDesk {
  readonly tasks: Wanted;
  readonly calls: Wanted;
  /** Whether they are on the list: either of them where both may be. */
  readonly reads: ReadonlySet<boolean>;
  /** Any of these; none of them, or nothing among them, means that there may be no row. */
  readonly carts: ReadonlySet<string | undefined>;
  /** Whether any declared audience is spoken of. */
  readonly isTouched: boolean;
}

const IDS = new Map(
  DECLARED_AUDIENCES.map(({ namespace, id, name }) => [`${namespace.toLowerCase()}/${id}`, name]),
);

/** What is said of a person by audience, for certain and perhaps. */
interface Heard {
  readonly certain: Map<string, Assertion[]>;
  readonly open: Map<string, Assertion[]>;
}

type Persons = Map<string, Heard>;

/** Newest wins; at the same instant an exit. */
function standing(list: readonly Assertion[]): Assertion | undefined {
  let newest: Assertion | undefined;
  for (const one of list) {
    const wins = newest === undefined || one.at > newest.at || (one.at === newest.at && !one.member);
    if (wins) newest = one;
  }
  return newest;
}

const beats = (one: Assertion, known: Assertion | undefined): boolean =>
  known === undefined || standing([known, one]) === one;

/** What may be known of an audience in the end; nothing among them when nothing may be. */
function ends(certain: readonly Assertion[], open: readonly Assertion[]): readonly (Assertion | undefined)[] {
  const known = standing(certain);
  return [known, ...open.filter((one) => beats(one, known))];
}

/**
 * Which entries there may be depends on what came first. There is one at least for who is inside in the end, and never
 * two for one `lastQualificationTime`.
 */
const wanted = (certain: readonly Assertion[], open: readonly Assertion[]): Wanted => ({
  least: ends(certain, open).every((end) => end?.member === true) ? 1 : 0,
  entries: new Set(
    [...certain, ...open].filter(({ member }) => member).map(({ at }) => Math.floor(at / 1000)),
  ),
});

/**
 * Each time the standing turns there is an edge, and the first that is heard is one in any case. So whatever came first,
 * and whatever failed meanwhile, the last edge is that of the standing.
 */
const cartsOf = (certain: readonly Assertion[], open: readonly Assertion[]): PersonsDesk['carts'] =>
  new Set(ends(certain, open).map((end) => end && (end.member ? 'left' : 'taken')));

function take(persons: Persons, { seen, subject, times }: Record): void {
  if (!seen || typeof subject !== 'object') return;
  for (const { key } of subject.homes) {
    const heard = persons.get(key) ?? { certain: new Map(), open: new Map() };
    persons.set(key, heard);
    const known = subject.isOpen ? heard.open : heard.certain;
    for (const { namespace, id, member, at } of seen.assertions) {
      const name = IDS.get(`${namespace}/${id}`);
      if (name === undefined) continue;
      // Without a time of its own it is as of each time the record was taken in.
      const made = (at === undefined ? times.map((time) => time * 1000) : [at]).map((when) => ({
        at: when,
        member,
      }));
      known.set(name, [...(known.get(name) ?? []), ...made]);
    }
  }
}

function deskOf({ certain, open }: Heard): PersonsDesk {
  const about = (name: string) => [certain.get(name) ?? [], open.get(name) ?? []] as const;
  return {
    tasks: wanted(...about('vip')),
    calls: wanted(...about('lapsed')),
    reads: new Set(ends(...about('newsletter')).map((end) => end?.member === true)),
    carts: cartsOf(...about('cart-abandoner')),
    isTouched: certain.size + open.size > 0,
  };
}

/** What may have been done under a key that was not the best: anything that was once true of those it leads to, or nothing. */
function lesserDesk(homes: readonly PersonsDesk[]): PersonsDesk {
  const done = (what: 'tasks' | 'calls'): Wanted => ({
    least: 0,
    entries: new Set(homes.flatMap((home) => [...home[what].entries])),
  });
  return {
    tasks: done('tasks'),
    calls: done('calls'),
    reads: new Set([true, false]),
    carts: new Set([undefined, 'left', 'taken']),
    isTouched: homes.some(({ isTouched }) => isTouched),
  };
}

/** Works out, by each key, what must have been done at desk and pager, from the events alone. */
export function expectedDesk(records: readonly Record[], { lesser }: Who): ReadonlyMap<string, PersonsDesk> {
  const persons: Persons = new Map();
  for (const record of records) take(persons, record);
  const desks = new Map([...persons].map(([key, heard]) => [key, deskOf(heard)]));
  for (const [key, homes] of lesser) {
    // An id whose text is a best key as well is judged as that.
    if (!desks.has(key)) desks.set(key, lesserDesk(homes.flatMap((home) => desks.get(home.key) ?? [])));
  }
  return desks;
}
