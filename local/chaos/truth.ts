import { personsIn, type Rows, rowsOf } from '../demo/oracle.js';
import type { Export } from '../demo/oracle-reading.js';
import { readMessage } from '../demo/oracle-reading.js';
import { contactOf, type Row } from '../demo/oracle-rules.js';
import { expectedDesk, type PersonsDesk } from './desk-oracle.js';
import { openContacts, type Said, saidOf } from './open-oracle.js';
import type { IndexedEvent, Published } from './publish.js';
import { type Belongs, type Home, type Who, whoIsWho } from './who.js';

/** Who a record is about: a person or several, nobody, or unreadable. */
export type Subject = Belongs | 'nobody' | 'unreadable';

/** One record of an event. */
export interface Reading {
  readonly index: number;
  readonly seen: Export | undefined;
}

/** One record of the log, and what the oracle makes of it. */
export interface Record extends Reading {
  /** When each copy of its message was taken in, epoch milliseconds, and the last of these. */
  readonly times: readonly number[];
  readonly at: number;
  readonly subject: Subject;
}

/** What the oracle says of a run. */
export interface Truth {
  readonly expected: Rows;
  /** By index of the event: one for each of its records. */
  readonly subjects: ReadonlyMap<number, readonly Subject[]>;
  /** What must be at desk and pager, by key. */
  readonly desk: ReadonlyMap<string, PersonsDesk>;
  /** Keys whose Contact may be one of several, because nobody can tell whose some records are. */
  readonly open: ReadonlyMap<string, readonly (Row | undefined)[]>;
  /** Keys under which something may have been done before a better one was known, and all that may be said there. */
  readonly lesser: ReadonlyMap<string, Said>;
  /** Best keys of those who have several, and must have entered under one of them. */
  readonly entered: ReadonlySet<string>;
  /** Key → other keys under which the person's edges may have fired instead. */
  readonly also: ReadonlyMap<string, readonly string[]>;
}

/** The persons a record may be about. */
export const homesOf = (subject: Subject | undefined): readonly Home[] =>
  typeof subject === 'object' ? subject.homes : [];

function alsoOf({ lesser }: Who): Map<string, string[]> {
  const also = new Map<string, string[]>();
  for (const [key, homes] of lesser)
    for (const home of homes) also.set(home.key, [...(also.get(home.key) ?? []), key]);
  return also;
}

/** What an edge must have led to may lie under another of the person's keys. */
function eased(rows: Rows, also: Truth['also']): Rows {
  const { lower, upper } = rows.entries;
  const others = [...also].flatMap(([key, keys]) => (upper.has(key) ? keys : []));
  return {
    ...rows,
    entries: {
      lower: new Set([...lower].filter((key) => !also.has(key))),
      upper: new Set([...upper, ...others]),
    },
  };
}

/** The records of an event. */
export const readEvent = ({ index, event: { body } }: IndexedEvent): Reading[] =>
  readMessage(body).map((seen) => ({ index, seen }));

/** Of what carries nothing but a shared id, when all has ended, nobody can tell whose it is. */
const ANYBODYS: Belongs = { homes: [], waits: false, isOpen: true };

/**
 * The oracle reads each event once: of several copies the newest decides, whatever the others say. `anybodys`: indices of
 * events that must be kept as letters.
 */
export function truthOf(
  readings: readonly Reading[],
  times: Published['times'],
  anybodys: ReadonlySet<number> = new Set(),
): Truth {
  const who = whoIsWho(readings.flatMap(({ seen }) => seen ?? []));
  const subjectOf = ({ index, seen }: Reading): Subject => {
    if (seen === undefined) return 'unreadable';
    return anybodys.has(index) ? ANYBODYS : (who.of(seen) ?? 'nobody');
  };
  const records = readings.map((one): Record => {
    const taken = times.get(one.index) ?? [0];
    return { ...one, times: taken, at: Math.max(...taken), subject: subjectOf(one) };
  });
  const subjects = new Map<number, Subject[]>();
  for (const { index, subject } of records) subjects.set(index, [...(subjects.get(index) ?? []), subject]);
  const certain = ({ subject }: Record): Home | undefined =>
    typeof subject === 'object' && !subject.isOpen ? subject.homes[0] : undefined;
  const persons = personsIn(records, certain);
  const also = alsoOf(who);
  const open = openContacts(persons, records);
  const rows = rowsOf(persons.values());
  const expected = eased(rows, also);
  const sure = [...expected.contacts].filter(([key]) => !open.has(key));
  return {
    expected: { ...expected, contacts: new Map(sure) },
    subjects,
    desk: expectedDesk(records, who),
    open: new Map([...open].map(([key, some]) => [key, some.map(contactOf)])),
    lesser: saidOf(records, who),
    entered: new Set([...rows.entries.lower].filter((key) => also.has(key))),
    also,
  };
}
