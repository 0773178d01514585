import { AUDIENCES, assert, attribute, PATHS, type Person, type Row } from '../demo/oracle-rules.js';
import { homesOf, type Record } from './truth.js';
import type { Who } from './who.js';

/** All that the records of some persons say, whenever: nothing else may stand in a row under a key of theirs. */
export interface Said {
  /** Path → values. */
  readonly values: ReadonlyMap<string, ReadonlySet<unknown>>;
  /** Audiences of which membership was asserted. */
  readonly ever: ReadonlySet<string>;
}

const copyOf = (person: Person): Person => ({
  ...person,
  standings: new Map(person.standings),
  ever: new Set(person.ever),
});

/** The person with one more record of theirs, of which only the memberships are known to matter. */
function withAssertions(person: Person, { seen, times }: Record): Person[] {
  return times.map((time) => {
    const copy = copyOf(person);
    for (const { namespace, id, member, at = time * 1000 } of seen?.assertions ?? []) {
      const audience = AUDIENCES.get(`${namespace}/${id}`);
      if (audience !== undefined) assert(copy, audience, { at, member });
    }
    return copy;
  });
}

/**
 * What persons of whom nobody can tell whether some records are theirs may be like, by key: such records speak of one
 * audience at most (local/chaos/identities.ts), so that the newest of them that counts decides alone.
 */
export function openContacts(
  persons: ReadonlyMap<string, Person>,
  records: readonly Record[],
): ReadonlyMap<string, readonly Person[]> {
  const open = new Map<string, Person[]>();
  for (const record of records) {
    if (typeof record.subject !== 'object' || !record.subject.isOpen) continue;
    for (const { id, key } of record.subject.homes) {
      const person = persons.get(id);
      if (person === undefined) continue;
      open.set(key, [...(open.get(key) ?? [person]), ...withAssertions(person, record)]);
    }
  }
  return open;
}

/** All that is said of the persons each lesser key leads to. */
export function saidOf(records: readonly Record[], { lesser }: Who): ReadonlyMap<string, Said> {
  const about = new Map<string, Record[]>();
  const homes = new Set([...lesser.values()].flat().map(({ id }) => id));
  for (const record of records)
    for (const { id } of homesOf(record.subject))
      if (homes.has(id)) about.set(id, [...(about.get(id) ?? []), record]);
  const said = new Map<string, Said>();
  for (const [key, leads] of lesser) {
    const own = leads.flatMap(({ id }) => about.get(id) ?? []).flatMap(({ seen }) => seen ?? []);
    const ever = own
      .flatMap(({ assertions }) => assertions)
      .flatMap(({ namespace, id, member }) => (member ? (AUDIENCES.get(`${namespace}/${id}`) ?? []) : []));
    const values = PATHS.map(
      (path) => [path, new Set(own.map(({ profile }) => attribute(profile, path)))] as const,
    );
    said.set(key, { values: new Map(values), ever: new Set(ever) });
  }
  return said;
}

const TIERS: ReadonlyMap<unknown, string> = new Map([
  ['VIP', 'vip'],
  ['Lapsed', 'lapsed'],
]);
const FIELDS = new Map([
  ['FirstName', 'person.name.firstName'],
  ['LastName', 'person.name.lastName'],
  ['Email', 'personalEmail.address'],
  ['Loyalty_Points__c', 'loyalty.points'],
]);

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** A field of a row that none of the persons' records explains; nothing when all are explained. */
export function unexplained(row: Row, { values, ever }: Said): string | undefined {
  for (const [field, path] of FIELDS) {
    const value = row[field];
    const own = [...(values.get(path) ?? [])].map((one) =>
      field === 'Email' && typeof one === 'string' ? one.toLowerCase() : one,
    );
    const isDefault = field === 'LastName' && value === 'Unknown';
    if (!isBlank(value) && !isDefault && !own.includes(value)) return field;
  }
  const tier = row['Tier__c'];
  if (!isBlank(tier) && !ever.has(TIERS.get(tier) ?? '')) return 'Tier__c';
  const inside = row['Audiences__c'];
  const names = typeof inside === 'string' && inside !== '' ? inside.split(';') : [];
  return names.every((name) => ever.has(name)) ? undefined : 'Audiences__c';
}
