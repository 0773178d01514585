import type { Json } from '../../shared/core/ports.js';
import { type Audience, DECLARED_AUDIENCES, OTHER_AUDIENCES } from './audiences.js';
import type { Random } from './seeded-random.js';
import { instantAfter, pickShape, type TimeShape } from './time-shapes.js';

/** What identifies a person of the demo. It follows from the index alone, so traffic of several seeds agrees on it. */
export interface Identity {
  readonly index: number;
  /** Which entry of `person.key` finds the person: a CRM id, an e-mail identity, or only the mapped attribute. */
  readonly keyedBy: 'crmid' | 'email' | 'attribute';
  readonly crmid: string;
  readonly address: string;
  /** A second id in the key's namespace: `greater` loses by order, `smaller` loses because the main one is primary. */
  readonly alias: 'none' | 'greater' | 'smaller';
  /** True for people whose last name is 100 characters long, which the demo CRM always refuses. */
  readonly refused: boolean;
}

/** A profile export as a value. */
export type Profile = { [key: string]: Json };

/** Changes by which identities an export shows a person; `visitor` is one without any key. */
export type Disguise = (profile: Profile, who: Identity, kind: 'profile' | 'visitor') => Profile;

/** What AEP knows of one membership. */
export interface KnownMembership {
  readonly audience: Audience;
  readonly status: string | undefined;
  readonly member: boolean;
  /** lastQualificationTime in epoch microseconds, a whole number of steps of its shape. */
  readonly at: number;
  readonly shape: TimeShape;
}

/** The attributes that the demo rules read. */
export interface KnownAttributes {
  firstName: string | undefined;
  lastName: string | undefined;
  email: string | undefined;
  points: number | undefined;
}

/** One person as AEP knows it now, and what was exported of it before. */
export interface Person {
  readonly identity: Identity;
  readonly attributes: KnownAttributes;
  readonly memberships: Map<Audience, KnownMembership>;
  readonly ecids: string[];
  /** Newest lastQualificationTime given so far: they only rise, so that the order of assertions is known. */
  clock: number;
  /** The last few bodies that carried this person alone. */
  readonly past: Buffer[];
}

/** First names, some of them not plain ASCII. */
export const FIRST_NAMES = [
  'Ana',
  'Ben',
  'Chloé',
  'Dmitri',
  'Eun-ji',
  'Fatima',
  'Göran',
  'Hana',
  'Íñigo',
  '美咲',
];
/** Last names, with an apostrophe, a space and letters beyond ASCII among them. */
export const LAST_NAMES = [
  'Silva',
  "O'Neil",
  'Łukasik',
  'de Vries',
  'Okafor',
  'Nguyễn',
  'Smith "Ace"',
  'Ümit',
  '𠮷田',
];
/** One hundred characters, twenty more than a Contact takes. */
export const REFUSED_LAST_NAME = 'Featherstonehaugh'.repeat(6).slice(0, 100);

const DAY = 86_400_000_000;

/** Who the person with this index is. */
export function identityOf(index: number): Identity {
  const column = index % 10;
  const keyedBy = column < 7 ? 'crmid' : column < 9 ? 'email' : 'attribute';
  const address = `person.${index}@example.com`;
  return {
    index,
    keyedBy,
    crmid: `C-${String(index + 1001).padStart(6, '0')}`,
    // An attribute is a key as it is written; only the Email field is lower-cased.
    address: keyedBy === 'attribute' ? `Person.${index}@Example.com` : address,
    alias: index % 6 === 2 ? 'smaller' : index % 6 === 4 ? 'greater' : 'none',
    refused: index % 40 === 11,
  };
}

/** Thirty-eight digits, the form of an Experience Cloud id. */
export const makeEcid = (random: Random): string =>
  Array.from({ length: 38 }, (_, i) => (i === 0 ? 1 + random.below(9) : random.below(10))).join('');

function startingMemberships(person: Person, random: Random): void {
  // Every 25th person has the twenty memberships that make the largest exports.
  const all = person.identity.index % 25 === 5;
  const declared = all ? DECLARED_AUDIENCES : random.shuffled(DECLARED_AUDIENCES).slice(0, random.below(3));
  const other = random.shuffled(OTHER_AUDIENCES).slice(0, all ? 15 : 2 + random.below(4));
  for (const audience of random.shuffled([...declared, ...other])) {
    const shape = pickShape(random);
    const at = instantAfter(person.clock, person.clock + random.below(19 * DAY), shape);
    const member = random.chance(0.8);
    person.clock = at;
    person.memberships.set(audience, {
      audience,
      at,
      shape,
      member,
      status: member ? 'realized' : 'exited',
    });
  }
}

/** Makes the person with this index, with a history of its own before `startAt` (epoch milliseconds). */
export function makePerson(index: number, random: Random, startAt: number): Person {
  const identity = identityOf(index);
  const nameless = index % 11 === 3;
  const person: Person = {
    identity,
    attributes: {
      firstName: random.pick(FIRST_NAMES),
      lastName: identity.refused ? REFUSED_LAST_NAME : nameless ? undefined : random.pick(LAST_NAMES),
      email: identity.keyedBy === 'attribute' || random.chance(0.9) ? identity.address : undefined,
      points: random.chance(0.7) ? random.below(5000) : undefined,
    },
    memberships: new Map(),
    ecids: Array.from({ length: 1 + random.below(3) }, () => makeEcid(random)),
    clock: startAt * 1000 - 400 * DAY,
    past: [],
  };
  startingMemberships(person, random);
  return person;
}
