import { type Export, isObject } from './oracle-reading.js';

/** A row of the demo CRM: field → value. */
export type Row = Readonly<Record<string, unknown>>;

interface Value {
  readonly value: unknown;
  readonly at: number;
  readonly text: string;
}

interface Standing {
  readonly at: number;
  readonly member: boolean;
}

/** All that the records of one person say, whatever their order. */
export interface Person {
  readonly id: string;
  readonly key: string;
  readonly standings: Map<string, Standing>;
  readonly values: Map<string, Value>;
  /** Audiences of which membership was asserted by any record, however late it came. */
  readonly ever: Set<string>;
  records: number;
  /** How many of the records carry a last name that the CRM refuses, or an address that is none. */
  longNames: number;
  oddAddresses: number;
}

interface Constant {
  readonly value: string;
  /** Place of the rule in tributary.yaml. */
  readonly place: number;
}

/** The audiences of tributary.yaml, `namespace/id` → name, in its order; namespaces in lower case. */
export const AUDIENCES: ReadonlyMap<string, string> = new Map([
  ['ups/59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae', 'high-propensity'],
  ['customeraudienceupload/vip-2026', 'vip'],
  ['ups/c0a7e913-52d8-4b6f-8e21-7d94f1b3a605', 'cart-abandoner'],
  ['ups/3e9b7d20-81c4-4fa6-9d57-0b26c8e4f71a', 'newsletter'],
  ['ups/9a84c2f1-63d0-48b5-a7e2-00f4g7cd1b58', 'lapsed'],
]);
/** Paths that the rules read. */
export const PATHS = [
  'person.name.firstName',
  'person.name.lastName',
  'personalEmail.address',
  'loyalty.points',
];
/** The constants of Tier__c. */
const TIERS: ReadonlyMap<string, Constant> = new Map([
  ['vip', { value: 'VIP', place: 2 }],
  ['lapsed', { value: 'Lapsed', place: 3 }],
]);
/** Characters that the CRM takes. */
export const LONGEST_LAST_NAME = 80;
const LOOKS_LIKE_EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** What a profile says at a path; nothing where it says null. */
export function attribute(profile: unknown, path: string): unknown {
  let found = profile;
  for (const step of path.split('.')) {
    if (!isObject(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  return found ?? undefined;
}

/** JSON with the keys of every object sorted, so that equal values have equal texts. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** Who a record is about, by `person.key: [crmid, email, personalEmail.address]`; undefined when nobody can tell. */
export function keyOf({ identities, profile }: Export): { id: string; key: string } | undefined {
  const address = attribute(profile, 'personalEmail.address');
  const candidates = [
    ['crmid', identities.get('crmid')?.[0]],
    ['email', identities.get('email')?.[0]],
    ['personalemail.address', typeof address === 'string' ? address : undefined],
  ];
  for (const [entry, value] of candidates) {
    const key = value?.trim();
    if (key !== undefined && key !== '') return { id: `${entry}:${key}`, key };
  }
  return undefined;
}

/** Newest assertion wins; at the same time an exit. */
export function assert(person: Person, audience: string, seen: Standing): void {
  const known = person.standings.get(audience);
  const exitWins = known?.at === seen.at && !seen.member;
  if (known === undefined || seen.at > known.at || exitWins) person.standings.set(audience, seen);
  if (seen.member) person.ever.add(audience);
}

/** The last tier rule in the file of those that hold; when none does, the one that held longest of those that ever did. */
function tierOf({ standings, ever }: Person): string | undefined {
  let best: { holds: boolean; until: number; rule: Constant } | undefined;
  for (const [audience, rule] of TIERS) {
    const standing = standings.get(audience);
    if (standing === undefined || !ever.has(audience)) continue;
    const one = { holds: standing.member, until: standing.member ? 0 : standing.at, rule };
    const rivals = best === undefined ? [] : [Number(one.holds) - Number(best.holds), one.until - best.until];
    const decisive = rivals.find((difference) => difference !== 0) ?? rule.place - (best?.rule.place ?? 0);
    if (decisive > 0) best = one;
  }
  return best?.rule.value;
}

function carry(person: Person, path: string, value: unknown, at: number): void {
  const known = person.values.get(path);
  const text = canonical(value);
  const wins = known === undefined || at > known.at || (at === known.at && text > known.text);
  if (wins) person.values.set(path, { value, at, text });
}

/** A person of whom nothing is known yet. */
export const newPerson = ({ id, key }: { id: string; key: string }): Person => ({
  id,
  key,
  standings: new Map(),
  values: new Map(),
  ever: new Set(),
  records: 0,
  longNames: 0,
  oddAddresses: 0,
});

/** Adds one record to what is known of its person. */
export function take(person: Person, seen: Export, at: number): void {
  for (const { namespace, id, member, at: asserted = at * 1000 } of seen.assertions) {
    const audience = AUDIENCES.get(`${namespace}/${id}`);
    if (audience !== undefined) assert(person, audience, { at: asserted, member });
  }
  for (const path of PATHS) {
    const value = attribute(seen.profile, path);
    if (value !== undefined) carry(person, path, value, at);
  }
  person.records += 1;
  const lastName = attribute(seen.profile, 'person.name.lastName');
  if (typeof lastName === 'string' && lastName.length > LONGEST_LAST_NAME) person.longNames += 1;
  const address = attribute(seen.profile, 'personalEmail.address');
  if (typeof address === 'string' && !LOOKS_LIKE_EMAIL.test(address)) person.oddAddresses += 1;
}

/** The Contact row that the three level rules of tributary.yaml describe; none while no rule's audience is known. */
export function contactOf(person: Person): Row | undefined {
  const { standings } = person;
  const tier = tierOf(person);
  if (!['high-propensity', 'vip', 'lapsed'].some((audience) => standings.has(audience))) return undefined;
  const value = (path: string): unknown => person.values.get(path)?.value;
  const row: Record<string, unknown> = { AEP_Id__c: person.key };
  row['LastName'] = value('person.name.lastName') ?? 'Unknown';
  if (tier !== undefined) row['Tier__c'] = tier;
  if (!standings.has('high-propensity')) return row;
  const email = value('personalEmail.address');
  row['FirstName'] = value('person.name.firstName');
  row['Email'] = typeof email === 'string' ? email.toLowerCase() : email;
  row['Loyalty_Points__c'] = value('loyalty.points');
  const inside = [...AUDIENCES.values()].filter((audience) => standings.get(audience)?.member === true);
  row['Hot_Prospect__c'] = inside.includes('high-propensity');
  row['Audiences__c'] = inside.join(';');
  return Object.fromEntries(Object.entries(row).filter(([, held]) => held !== undefined));
}
