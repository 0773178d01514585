import { Buffer } from 'node:buffer';
import type { Json } from '../../shared/core/ports.js';
import { DECLARED_AUDIENCES } from '../demo/audiences.js';
import { attribute, LONGEST_LAST_NAME } from '../demo/oracle-rules.js';
import { type IndexedEvent, STREAM_START } from './publish.js';
import { type Reading, readEvent } from './truth.js';
import { whoIsWho } from './who.js';

/** What is published when all else has ended, once and in calm weather: then it is certain what each of it must come to. */
export interface Coda {
  readonly events: readonly IndexedEvent[];
  /** Indices of those that nobody can tell whom they are about. */
  readonly shared: ReadonlySet<number>;
}

const [AUDIENCE] = DECLARED_AUDIENCES.filter(({ name }) => name === 'newsletter');

/** Enters an audience at a time when nothing else is asserted. */
const entering: Json = {
  [AUDIENCE?.namespace ?? '']: {
    [AUDIENCE?.id ?? '']: { status: 'realized', lastQualificationTime: new Date(STREAM_START).toISOString() },
  },
};

const split = (id: string): readonly [string, string] => [
  id.slice(0, id.indexOf(':')),
  id.slice(id.indexOf(':') + 1),
];

const identityMap = (...ids: readonly string[]): Json =>
  Object.fromEntries(ids.map(split).map(([namespace, id]) => [namespace, [{ id }]]));

const isIdentity = (id: string): boolean => id.startsWith('email:') || id.startsWith('ecid:');

const eventOf = (index: number, kind: string, value: Json): IndexedEvent => {
  const body = Buffer.from(JSON.stringify(value));
  return { index, event: { body, partitionKey: kind, kind, malformed: false, records: 1 } };
};

/** Nothing but an identity, and what whoever it belongs to has entered last. */
const alone = (id: string): Json => ({ identityMap: identityMap(id), segmentMembership: entering });

/** Identities of people whose every row the CRM refuses: what else is said of them must say their names, too. */
const refusedIn = (readings: readonly Reading[]): ReadonlySet<string> =>
  new Set(
    readings.flatMap(({ seen }) => {
      const name = attribute(seen?.profile, 'person.name.lastName');
      const isLong = typeof name === 'string' && name.length > LONGEST_LAST_NAME;
      return isLong
        ? [...(seen?.identities ?? [])].flatMap(([namespace, ids]) => ids.map((id) => `${namespace}:${id}`))
        : [];
    }),
  );

/**
 * Whoever still waits is given a key at last; an id that leads to a person is used by itself, and so is one that is shared.
 */
export function codaOf(readings: readonly Reading[], first: number): Coda {
  const { waiting, shared, leading } = whoIsWho(readings.flatMap(({ seen }) => seen ?? []));
  const refused = refusedIn(readings);
  const bodies = [
    ...waiting.map((id) => ['key', { identityMap: identityMap(id, `crmid:C-${id}`) }] as const),
    ...leading
      .filter((id) => isIdentity(id) && !refused.has(id))
      .map((id) => ['leading', alone(id)] as const),
    ...shared.filter(isIdentity).map((id) => ['shared', alone(id)] as const),
  ];
  const events = bodies.map(([kind, body], n) => eventOf(first + n, `coda:${kind}`, body));
  const open = events.filter(({ event }) => event.kind === 'coda:shared');
  return { events, shared: new Set(open.map(({ index }) => index)) };
}

/** The records of the coda, as the oracle reads them. */
export const readCoda = ({ events }: Coda): Reading[] => events.flatMap(readEvent);
