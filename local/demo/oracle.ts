import { type Export, readMessage } from './oracle-reading.js';
import { contactOf, keyOf, newPerson, type Person, type Row, take } from './oracle-rules.js';

/** One message as a durable log took it in. */
export interface LogEntry {
  readonly body: Uint8Array;
  /** The time the log gave it, epoch milliseconds. */
  readonly at: number;
}

/** What the demo CRM must hold once every message has been worked off. */
export interface Rows {
  /** Key → exact row of Contact. */
  readonly contacts: ReadonlyMap<string, Row>;
  /** Keys of Audience_Entry__c that must be there, and that may: an entry that came late may have been superseded. */
  readonly entries: { readonly lower: ReadonlySet<string>; readonly upper: ReadonlySet<string> };
  /** Keys of people whose every Contact row the CRM refuses. */
  readonly rejected: ReadonlySet<string>;
  /** Key → why the rules leave its rows open; the generated traffic never causes this. */
  readonly undecided: ReadonlyMap<string, string>;
}

/** And what must have been counted. */
export interface Expected extends Rows {
  readonly records: number;
  readonly malformed: number;
  readonly unaddressed: number;
}

interface Draft extends Rows {
  readonly contacts: Map<string, Row>;
  readonly entries: { readonly lower: Set<string>; readonly upper: Set<string> };
  readonly rejected: Set<string>;
  readonly undecided: Map<string, string>;
}

function settle(person: Person, draft: Draft): void {
  const { key, records, longNames, oddAddresses, standings, ever } = person;
  if (ever.has('vip')) draft.entries.upper.add(key);
  if (standings.get('vip')?.member === true) draft.entries.lower.add(key);
  const row = contactOf(person);
  if (row === undefined) return;
  if (longNames === 0) draft.contacts.set(key, row);
  else if (longNames === records) draft.rejected.add(key);
  else draft.undecided.set(key, 'the CRM refuses some of the last names and not others');
  if (oddAddresses > 0) draft.undecided.set(key, 'the CRM refuses an address that looks like none');
}

/** One record that has been read, or cannot be. */
export interface Reading {
  /** When a durable log took it in, epoch milliseconds. */
  readonly at: number;
  readonly seen: Export | undefined;
}

/** All that is said of each person, by id; `whose` tells whom a record is about, and of what it says nothing no more is made. */
export function personsIn<R extends Reading>(
  readings: Iterable<R>,
  whose: (reading: R, seen: Export) => { readonly id: string; readonly key: string } | undefined,
): ReadonlyMap<string, Person> {
  const persons = new Map<string, Person>();
  for (const reading of readings) {
    const who = reading.seen && whose(reading, reading.seen);
    if (!reading.seen || !who) continue;
    const person = persons.get(who.id) ?? newPerson(who);
    persons.set(who.id, person);
    take(person, reading.seen, reading.at);
  }
  return persons;
}

/** What the demo CRM must hold for these persons. */
export function rowsOf(persons: Iterable<Person>): Rows {
  const draft: Draft = {
    contacts: new Map(),
    entries: { lower: new Set(), upper: new Set() },
    rejected: new Set(),
    undecided: new Map(),
  };
  const owners = new Map<string, string>();
  for (const person of persons) {
    settle(person, draft);
    const owner = owners.get(person.key) ?? person.id;
    owners.set(person.key, person.id);
    if (owner !== person.id) draft.undecided.set(person.key, `${owner} and ${person.id} share this key`);
  }
  return draft;
}

/**
 * Works out, from everything that was published and in no particular order, what the rules of tributary.yaml must have led
 * to. Written a second time on purpose: it shares nothing with the code it checks.
 */
export function expectedState(log: Iterable<LogEntry>): Expected {
  let [records, malformed, unaddressed] = [0, 0, 0];
  const readings = [...log].flatMap(({ body, at }) => readMessage(body).map((seen) => ({ at, seen })));
  const persons = personsIn(readings, (_, seen) => keyOf(seen));
  for (const { seen } of readings) {
    records += 1;
    if (seen === undefined) malformed += 1;
    else if (keyOf(seen) === undefined) unaddressed += 1;
  }
  return { ...rowsOf(persons.values()), records, malformed, unaddressed };
}

/** The rows that the demo CRM holds. */
export interface ActualRows {
  readonly contacts: readonly Row[];
  readonly entries: readonly Row[];
}

/** One thing that is not as it must be, in words for people. */
export interface Difference {
  readonly object: 'Contact' | 'Audience_Entry__c';
  readonly key: string;
  /** Name of the field, or `(row)` when the row itself is missing, double or too many. */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

const CONTACT_FIELDS = [
  'FirstName',
  'LastName',
  'Email',
  'Hot_Prospect__c',
  'Loyalty_Points__c',
  'Audiences__c',
  'Tier__c',
  'Entered_At__c',
  'Entered__c',
];

const inWords = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
const blank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** A CRM stores an empty text as nothing, and a checkbox that nobody set as false. */
function same(expected: unknown, actual: unknown): boolean {
  if (blank(expected) && blank(actual)) return true;
  return expected === actual || (expected === undefined && actual === false);
}

function byKey(rows: readonly Row[]): Map<string, Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row['AEP_Id__c'];
    // A row without our key was there before us and is not ours to judge.
    if (typeof key === 'string') found.set(key, [...(found.get(key) ?? []), row]);
  }
  return found;
}

function compareContact(expected: Rows, key: string, rows: readonly Row[]): Difference[] {
  const wanted = expected.contacts.get(key);
  const about = { object: 'Contact', key } as const;
  const [row] = rows;
  if (rows.length > 1 || (row === undefined) !== (wanted === undefined)) {
    const why = expected.rejected.has(key) ? 'no row: the CRM refuses it' : 'no row';
    const one = wanted === undefined ? why : `one row ${inWords(wanted)}`;
    return [{ ...about, field: '(row)', expected: one, actual: `${rows.length} rows ${inWords(rows)}` }];
  }
  if (row === undefined || wanted === undefined) return [];
  return CONTACT_FIELDS.filter((field) => !same(wanted[field], row[field])).map((field) => ({
    ...about,
    field,
    expected: inWords(wanted[field]),
    actual: inWords(row[field]),
  }));
}

function compareEntry({ entries }: Rows, key: string, rows: readonly Row[]): Difference[] {
  const about = { object: 'Audience_Entry__c', key } as const;
  const must = entries.lower.has(key);
  const may = entries.upper.has(key);
  if (rows.length > (may ? 1 : 0) || (must && rows.length === 0)) {
    const wanted = must ? 'one row' : may ? 'one row or none' : 'no row';
    return [{ ...about, field: '(row)', expected: wanted, actual: `${rows.length} rows ${inWords(rows)}` }];
  }
  return rows
    .filter((row) => row['Entered__c'] !== true)
    .map((row) => ({ ...about, field: 'Entered__c', expected: 'true', actual: inWords(row['Entered__c']) }));
}

/** What the CRM holds otherwise than it must; nothing is said of keys that the rules leave open. */
export function compare(expected: Rows, actual: ActualRows): Difference[] {
  const { contacts, entries, undecided } = expected;
  const contactRows = byKey(actual.contacts);
  const entryRows = byKey(actual.entries);
  const decided = (key: string): boolean => !undecided.has(key);
  const contactKeys = [...new Set([...contacts.keys(), ...contactRows.keys()])].filter(decided);
  const entryKeys = [...new Set([...entries.lower, ...entryRows.keys()])].filter(decided);
  return [
    ...contactKeys.flatMap((key) => compareContact(expected, key, contactRows.get(key) ?? [])),
    ...entryKeys.flatMap((key) => compareEntry(expected, key, entryRows.get(key) ?? [])),
  ];
}
