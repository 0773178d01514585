import { gzipSync } from 'node:zlib';
import type { Json } from '../../shared/core/ports.js';
import { breakBody } from './malformed-bodies.js';
import { type Disguise, makePerson, type Person, type Profile } from './people.js';
import { addEcid, changeAttribute, contradict, enter, leave } from './person-changes.js';
import { escaped, profileOf, reordered } from './profile-text.js';
import type { Random } from './seeded-random.js';

/** One message to publish. */
export interface GeneratedEvent {
  /** The exact bytes. */
  readonly body: Buffer;
  readonly partitionKey: string;
  /** What happened, or how the message is broken (`malformed:…`). */
  readonly kind: string;
  /** True when the message holds a record that cannot be read. */
  readonly malformed: boolean;
  /** How many records it counts as. */
  readonly records: number;
}

/** How many of a thousand messages are of each kind. */
export const TRAFFIC_MIX = [
  { kind: 'entry', share: 200 },
  { kind: 'exit', share: 85 },
  { kind: 'existing', share: 40 },
  { kind: 'repeated', share: 120 },
  { kind: 'reordered', share: 80 },
  { kind: 'restated', share: 120 },
  { kind: 'changed', share: 125 },
  { kind: 'new-ecid', share: 60 },
  { kind: 'late', share: 50 },
  { kind: 'duplicate', share: 40 },
  { kind: 'contradiction', share: 10 },
  { kind: 'ecid-only', share: 25 },
  { kind: 'array', share: 10 },
  { kind: 'profiles', share: 10 },
  { kind: 'lines', share: 10 },
  { kind: 'gzip', share: 5 },
  { kind: 'malformed', share: 10 },
] as const;
/** What can happen. */
export type Kind = (typeof TRAFFIC_MIX)[number]['kind'];

/** AEP says nothing of its partition key: one person's messages come by several shards. */
const STRAY_KEYS = 0.2;
const LARGEST = 9_500;
const PAST_KEPT = 3;

/** The people so far, and the time. */
export interface World {
  readonly random: Random;
  readonly persons: (Person | undefined)[];
  readonly recent: GeneratedEvent[];
  readonly startAt: number;
  readonly disguise: Disguise;
  now: number;
}

function somebody(world: World): Person {
  const { random, persons, startAt } = world;
  // The square makes some people busier than others.
  const index = Math.floor(random.next() ** 2 * persons.length);
  const person = persons[index] ?? makePerson(index, random, startAt);
  persons[index] = person;
  return person;
}

/** The options for names and times are a setting of the dataflow; three of four exports come from one that has them. */
const writePlain = (
  person: Person,
  random: Random,
  how: { legacy?: boolean; reshaped?: boolean } = {},
): Profile =>
  profileOf(person, { options: random.chance(0.75), legacy: false, reshaped: false, ...how }, random);

const write = (
  { random, disguise }: World,
  person: Person,
  how?: { legacy?: boolean; reshaped?: boolean },
): Profile => disguise(writePlain(person, random, how), person.identity, 'profile');

const bytes = (value: Json): Buffer => Buffer.from(JSON.stringify(value), 'utf8');

const keyFor = (person: Person, random: Random): string =>
  random.chance(STRAY_KEYS) ? `stray-${random.below(64)}` : `person-${person.identity.index}`;

function single(world: World, person: Person, kind: Kind, body: Buffer): GeneratedEvent {
  person.past.push(body);
  if (person.past.length > PAST_KEPT) person.past.shift();
  return { body, partitionKey: keyFor(person, world.random), kind, malformed: false, records: 1 };
}

function entry(world: World, person: Person): GeneratedEvent {
  enter(person, world.now, world.random);
  return single(world, person, 'entry', bytes(write(world, person)));
}

/** The export again, saying the same in other words: times, white space and escapes differ. */
function restate(world: World, person: Person): Buffer {
  const { random } = world;
  const profile = write(world, person, { reshaped: true });
  if (random.chance(0.1)) return Buffer.from(JSON.stringify(profile, null, 2), 'utf8');
  return random.chance(0.2) ? Buffer.from(escaped(JSON.stringify(profile)), 'utf8') : bytes(profile);
}

function together(world: World, person: Person, kind: 'array' | 'profiles' | 'lines'): GeneratedEvent {
  const { random, now } = world;
  const texts = [JSON.stringify(write(world, person))];
  for (let count = 1 + random.below(9); count > 0; count -= 1) {
    // Now and then the same person twice: both records have the same time.
    const next = random.chance(0.1) ? person : somebody(world);
    if (random.chance(0.5)) changeAttribute(next, random);
    else enter(next, now, random);
    const text = JSON.stringify(write(world, next));
    if (Buffer.byteLength(texts.join('\n') + text) < LARGEST) texts.push(text);
  }
  const lines = texts.join(random.pick(['\n', '\r\n'])) + random.pick(['', '\n']);
  const written = { array: `[${texts.join(',')}]`, profiles: `{"profiles":[${texts.join(',')}]}`, lines };
  const body = Buffer.from(written[kind], 'utf8');
  return { body, partitionKey: keyFor(person, random), kind, malformed: false, records: texts.length };
}

const anyEcid = ({ ecids }: Person): Json => ecids.map((id) => ({ id }));

const BROWSER = {
  environment: {
    type: 'browser',
    language: 'en',
    timeZone: 'Etc/UTC',
    agent: 'ExampleBrowser/12.3 (Example OS 10.1; x64) ExampleEngine/605.1 (like nothing else)',
    viewport: { width: 1280, height: 720, colorDepth: 24 },
  },
};

/** A visitor without a key: nobody the CRM could know. */
function visitor({ random, disguise }: World, person: Person): GeneratedEvent {
  const { segmentMembership = {} } = writePlain(person, random);
  const plain = { ...BROWSER, segmentMembership, identityMap: { ecid: anyEcid(person) } };
  const profile = disguise(plain, person.identity, 'visitor');
  const partitionKey = `visitor-${random.below(5000)}`;
  return { body: bytes(profile), partitionKey, kind: 'ecid-only', malformed: false, records: 1 };
}

function broken(world: World, person: Person): GeneratedEvent {
  const { random } = world;
  const good = [person, somebody(world)].map((one) => write(world, one));
  const { body, kind, records } = breakBody(good, random);
  return { body, partitionKey: keyFor(person, random), kind: `malformed:${kind}`, malformed: true, records };
}

function repeat(world: World, person: Person, kind: 'repeated' | 'late'): GeneratedEvent {
  // The newest body again changes nothing; an older one brings back times and values of the past.
  const body = kind === 'late' && person.past.length > 1 ? person.past[0] : person.past.at(-1);
  if (body === undefined) return entry(world, person);
  return { body, partitionKey: keyFor(person, world.random), kind, malformed: false, records: 1 };
}

/** One message of this kind, or an entry where the kind is not possible yet. */
export function makeEvent(world: World, kind: Kind): GeneratedEvent {
  const { random, now } = world;
  const person = somebody(world);
  const fresh = (): Buffer => bytes(write(world, person));
  switch (kind) {
    case 'entry':
      return entry(world, person);
    case 'exit':
      return leave(person, now, random) ? single(world, person, kind, fresh()) : entry(world, person);
    case 'existing':
      return single(world, person, kind, bytes(write(world, person, { legacy: true })));
    case 'repeated':
    case 'late':
      return repeat(world, person, kind);
    case 'reordered':
      return single(world, person, kind, bytes(reordered(write(world, person), random)));
    case 'restated':
      return single(world, person, kind, restate(world, person));
    case 'changed':
      changeAttribute(person, random);
      return single(world, person, kind, fresh());
    case 'new-ecid':
      addEcid(person, random);
      return single(world, person, kind, fresh());
    case 'duplicate':
      return world.recent.length > 0 ? { ...random.pick(world.recent), kind } : entry(world, person);
    case 'contradiction':
      return contradict(person, random) ? single(world, person, kind, fresh()) : entry(world, person);
    case 'ecid-only':
      return visitor(world, person);
    case 'array':
    case 'profiles':
    case 'lines':
      return together(world, person, kind);
    case 'gzip':
      changeAttribute(person, random);
      return single(world, person, kind, gzipSync(fresh()));
    case 'malformed':
      return broken(world, person);
  }
}
