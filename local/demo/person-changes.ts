import { type Audience, DECLARED_AUDIENCES, OTHER_AUDIENCES } from './audiences.js';
import { FIRST_NAMES, type KnownMembership, LAST_NAMES, makeEcid, type Person } from './people.js';
import type { Random } from './seeded-random.js';
import { instantAfter, pickShape } from './time-shapes.js';

const ENTRY_STATUSES = [...Array<string>(30).fill('realized'), 'Realized', 'REALIZED', 'active', 'Active'];
const EXIT_STATUSES = [...Array<string>(20).fill('exited'), 'Exited', 'EXITED', 'expired', 'Expired'];
const MOST_MEMBERSHIPS = 20;

function assert(person: Person, audience: Audience, member: boolean, now: number, random: Random): void {
  const shape = pickShape(random);
  const at = instantAfter(person.clock, now * 1000 + random.below(1000), shape);
  person.clock = at;
  // A missing status means member: the default of the schema.
  const entry = random.chance(0.03) ? undefined : random.pick(ENTRY_STATUSES);
  const status = member ? entry : random.pick(EXIT_STATUSES);
  person.memberships.set(audience, { audience, member, status, at, shape });
}

const inside = (person: Person, audience: Audience): boolean =>
  person.memberships.get(audience)?.member === true;

/** The person enters an audience it is not in, a declared one three times out of four. */
export function enter(person: Person, now: number, random: Random): void {
  const full = person.memberships.size >= MOST_MEMBERSHIPS;
  const known = [...person.memberships.keys()];
  const others = full ? known : OTHER_AUDIENCES;
  const wanted = random.chance(0.75) && !full ? DECLARED_AUDIENCES : others;
  const free = wanted.filter((audience) => !inside(person, audience));
  // Someone who is in all of them is asserted again, with a newer time.
  const choice = free.length > 0 ? random.pick(free) : random.pick(DECLARED_AUDIENCES);
  assert(person, choice, true, now, random);
}

/** The person leaves an audience; false when there is none to leave. */
export function leave(person: Person, now: number, random: Random): boolean {
  const current = [...person.memberships.keys()].filter((audience) => inside(person, audience));
  const declared = current.filter((audience) => DECLARED_AUDIENCES.includes(audience));
  const choices = declared.length > 0 && random.chance(0.75) ? declared : current;
  if (choices.length === 0) return false;
  assert(person, random.pick(choices), false, now, random);
  return true;
}

/** The last assertion about an audience is turned round at the same time; false when there is none. */
export function contradict(person: Person, random: Random): boolean {
  const known: KnownMembership[] = [...person.memberships.values()];
  if (known.length === 0) return false;
  const { audience, member, at, shape } = random.pick(known);
  const status = member ? 'exited' : 'realized';
  person.memberships.set(audience, { audience, member: !member, status, at, shape });
  return true;
}

function changeEmail(person: Person, random: Random): void {
  const { keyedBy, index, address } = person.identity;
  // A mapped attribute that is the key stays; whoever has another key may move.
  if (keyedBy === 'attribute') return;
  const moved = `person.${index}+${random.below(9)}@example.com`;
  person.attributes.email = random.pick([address, address.toUpperCase(), moved, moved, undefined]);
}

/** One of the attributes that rules read takes another value, or goes missing. */
export function changeAttribute(person: Person, random: Random): void {
  const { attributes, identity } = person;
  const choice = random.below(8);
  if (choice < 4) attributes.points = random.chance(0.05) ? undefined : random.below(5000);
  else if (choice < 5) attributes.firstName = random.pick(FIRST_NAMES);
  else if (choice < 6) changeEmail(person, random);
  else if (!identity.refused) attributes.lastName = random.pick(LAST_NAMES);
  else attributes.points = random.below(5000);
}

/** The person is seen on another device. */
export function addEcid(person: Person, random: Random): void {
  if (person.ecids.length > 8) person.ecids.shift();
  person.ecids.push(makeEcid(random));
}
