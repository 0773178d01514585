import { createHash } from 'node:crypto';
import type { Json } from '../../shared/core/ports.js';
import type { KnownMembership, Person } from './people.js';
import type { Random } from './seeded-random.js';
import { shapeFor } from './time-shapes.js';

/** How one export of a person is written; what it says stays the same. */
export interface Writing {
  /** "Include Segment Names" and "Include Segment Timestamps" are on. */
  readonly options: boolean;
  /** The status of every member is `existing`, as editions up to 2023 wrote it. */
  readonly legacy: boolean;
  /** Times take another shape, the instants stay. */
  readonly reshaped: boolean;
}

type Fields = { [key: string]: Json };

const EXTRA_TEXTS = [
  'prefers the shop in town',
  'asked for a call',
  '__proto__',
  'says "no" to paper; likes \\',
];

/** A namespace in one of the spellings that exports use. */
const SPELLINGS = {
  crmid: ['crmid', 'crmid', 'CRMID', 'CrmId', 'crmId'],
  email: ['email', 'email', 'Email', 'EMAIL'],
  ecid: ['ecid', 'ecid', 'ecid', 'ECID'],
  phone: ['phone', 'phone', 'Phone'],
} as const;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function keyIds(main: string, { identity }: Person, random: Random): Json[] {
  if (identity.alias === 'none') return [{ id: main }];
  if (identity.alias === 'greater') return random.shuffled([{ id: main }, { id: `${main}-b` }]);
  const primary = { id: main, authenticatedState: 'authenticated', primary: true };
  // An exclamation mark sorts before every letter and digit.
  return random.shuffled([primary, { id: `!${main}`, authenticatedState: 'ambiguous', primary: false }]);
}

function identityMap(person: Person, random: Random): Fields {
  const { identity, ecids } = person;
  const map: Fields = { [random.pick(SPELLINGS.ecid)]: ecids.map((id) => ({ id })) };
  if (identity.keyedBy === 'crmid')
    map[random.pick(SPELLINGS.crmid)] = keyIds(identity.crmid, person, random);
  if (identity.keyedBy === 'email')
    map[random.pick(SPELLINGS.email)] = keyIds(identity.address, person, random);
  if (identity.keyedBy === 'crmid' && random.chance(0.8)) {
    map[random.pick(SPELLINGS.email)] = [{ id: identity.address }];
  }
  if (identity.index % 3 === 0)
    map[random.pick(SPELLINGS.phone)] = [{ id: `+1555${1_000_000 + identity.index}` }];
  map['email_lc_sha256'] = [{ id: sha256(identity.address.toLowerCase()) }];
  return map;
}

function membershipFields(known: KnownMembership, index: number, writing: Writing, random: Random): Fields {
  const { audience, at, member, status } = known;
  const shape = writing.reshaped ? shapeFor(at, random) : known.shape;
  const legacy = writing.legacy && member;
  const fields: Fields = { lastQualificationTime: shape.write(at) };
  // Not documented but allowed by the schema: such an assertion counts from its arrival.
  if (random.chance(0.003)) delete fields['lastQualificationTime'];
  if (legacy) fields['status'] = 'existing';
  else if (status !== undefined) fields['status'] = status;
  // Every third audience is one the customer did not map: it has neither name nor times.
  if (!writing.options || index % 3 === 2) return fields;
  const created = 1_648_553_325_000 + index * 86_400_000;
  return {
    ...fields,
    createdAt: created,
    updatedAt: created + 5000,
    mappingCreatedAt: created + 1_303_245_000,
    mappingUpdatedAt: created + 1_303_245_000,
    name: audience.name,
  };
}

function segmentMembership(person: Person, writing: Writing, random: Random): Fields {
  const namespaces: { [namespace: string]: Fields } = {};
  [...person.memberships.values()].forEach((known, index) => {
    const { namespace, id } = known.audience;
    const members = namespaces[namespace] ?? {};
    namespaces[namespace] = members;
    members[id] = membershipFields(known, index, writing, random);
  });
  return namespaces;
}

function name({ attributes, identity }: Person, random: Random): Fields {
  const { firstName, lastName } = attributes;
  const fields: Fields = {};
  // An explicit null occurs with templates and means the same as nothing.
  if (firstName !== undefined) fields['firstName'] = random.chance(0.01) ? null : firstName;
  if (lastName !== undefined) fields['lastName'] = lastName;
  if (identity.index % 4 === 0) fields['fullName'] = `${firstName ?? ''} ${lastName ?? ''}`.trim();
  return fields;
}

/** Mapped attributes that no rule of the demo reads; some people have many. */
function extras({ identity: { index } }: Person, random: Random): Fields {
  const street = {
    street1: `${(index % 90) + 1} Example Road`,
    city: 'Exampleton',
    postalCode: '00000',
    country: 'XX',
  };
  const rich: Fields = {
    shippingAddress: { ...street, label: 'home', primary: true },
    workAddress: { ...street, label: 'work' },
    consents: { marketing: { email: { val: 'y' }, push: { val: 'n' }, preferred: 'email' } },
    _example: {
      storeId: `S-${index % 50}`,
      size: 42,
      note: random.pick(EXTRA_TEXTS),
      flags: { a: true, b: false },
    },
  };
  return index % 2 === 0 ? rich : { homeAddress: street, testProfile: false };
}

function attributes(person: Person, random: Random): Fields {
  const { email, points } = person.attributes;
  const { index } = person.identity;
  const fields: Fields = {
    person: { birthDate: `19${60 + (index % 40)}-0${1 + (index % 9)}-17`, name: name(person, random) },
  };
  if (email !== undefined) fields['personalEmail'] = { address: email, primary: true, status: 'active' };
  if (points !== undefined)
    fields['loyalty'] = { points: random.chance(0.01) ? null : points, tier: 'silver' };
  return { ...fields, mobilePhone: { number: `+1555${1_000_000 + index}` }, ...extras(person, random) };
}

/** The profile export of this person as a value, in the member order of Adobe's pages or with the identities first. */
export function profileOf(person: Person, writing: Writing, random: Random): Fields {
  const memberships = { segmentMembership: segmentMembership(person, writing, random) };
  const identities = { identityMap: identityMap(person, random) };
  if (random.chance(0.2)) return { ...identities, ...memberships, ...attributes(person, random) };
  return { ...attributes(person, random), ...memberships, ...identities };
}

/** The same JSON value with the members of every object in another order. */
export function reordered(value: Json, random: Random): Json {
  if (Array.isArray(value)) return value.map((item) => reordered(item, random));
  if (value === null || typeof value !== 'object') return value;
  const entries = random.shuffled(Object.entries(value));
  return Object.fromEntries(entries.map(([key, item]) => [key, reordered(item, random)]));
}

/** The same JSON text in ASCII only. */
export const escaped = (text: string): string =>
  text.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
