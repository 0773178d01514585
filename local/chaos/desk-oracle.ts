import { DECLARED_AUDIENCES } from '../demo/audiences.js';
import { readMessage } from '../demo/oracle-reading.js';
import { keyOf } from '../demo/oracle-rules.js';

/** What a person's records say about one audience. */
interface Assertion {
  /** Epoch microseconds. */
  readonly at: number;
  readonly member: boolean;
}

/** A message, and when each of its copies was taken in, epoch milliseconds. */
export interface Copies {
  readonly body: Uint8Array;
  readonly times: readonly number[];
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
  readonly isReader: boolean;
  /** Any of these; none of them means no row. */
  readonly carts: readonly string[];
  /** Whether any declared audience is spoken of. */
  readonly isTouched: boolean;
}

const IDS = new Map(
  DECLARED_AUDIENCES.map(({ namespace, id, name }) => [`${namespace.toLowerCase()}/${id}`, name]),
);

type Persons = Map<string, Map<string, Assertion[]>>;

/** Newest wins; at the same instant an exit. */
function standing(list: readonly Assertion[]): Assertion | undefined {
  let newest: Assertion | undefined;
  for (const one of list) {
    const wins = newest === undefined || one.at > newest.at || (one.at === newest.at && !one.member);
    if (wins) newest = one;
  }
  return newest;
}

/**
 * Which entries there may be depends on what came first. There is one at least for who is inside in the end, and never
 * two for one `lastQualificationTime`.
 */
const wanted = (list: readonly Assertion[]): Wanted => ({
  least: standing(list)?.member === true ? 1 : 0,
  entries: new Set(list.filter(({ member }) => member).map(({ at }) => Math.floor(at / 1000))),
});

/**
 * The first that is heard is an edge in any case. Which one was the last depends on the order, and on whether it was
 * overtaken while another action of its record failed: then it has been done, and yet the standing never saw it.
 */
const cartsOf = (list: readonly Assertion[]): readonly string[] => [
  ...new Set(list.map(({ member }) => (member ? 'left' : 'taken'))),
];

function take(persons: Persons, { body, times }: Copies): void {
  for (const seen of readMessage(body)) {
    const who = seen && keyOf(seen);
    if (!seen || !who) continue;
    const known = persons.get(who.key) ?? new Map<string, Assertion[]>();
    persons.set(who.key, known);
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

/** Works out, by the key of each person, what must have been done at desk and pager, from the events alone. */
export function expectedDesk(log: Iterable<Copies>): ReadonlyMap<string, PersonsDesk> {
  const persons: Persons = new Map();
  for (const copies of log) take(persons, copies);
  return new Map(
    [...persons].map(([key, known]) => {
      const about = (name: string): readonly Assertion[] => known.get(name) ?? [];
      const desk: PersonsDesk = {
        tasks: wanted(about('vip')),
        calls: wanted(about('lapsed')),
        isReader: standing(about('newsletter'))?.member === true,
        carts: cartsOf(about('cart-abandoner')),
        isTouched: known.size > 0,
      };
      return [key, desk];
    }),
  );
}
