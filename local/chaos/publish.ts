import { generate } from '../demo/traffic.js';
import type { GeneratedEvent } from '../demo/traffic-kinds.js';
import { nameOf } from './books.js';
import { chances, seedOf } from './chance.js';
import type { Climate } from './climate.js';
import { disguise } from './identities.js';
import type { Scenario } from './scenario.js';

/** An event and its place in the traffic. */
export interface IndexedEvent {
  readonly index: number;
  readonly event: GeneratedEvent;
}

/** A message in a shard or partition. */
export interface StreamRecord {
  /** Its source and id, as the handlers name it. */
  readonly name: string;
  readonly lane: string;
  /** Its place in the lane. */
  readonly sequence: number;
  /** Unique in its source. */
  readonly id: string;
  readonly partitionKey: string;
  readonly body: Buffer;
  /** When the stream took it in, epoch milliseconds. */
  readonly at: number;
}

/** What lies in the streams before anybody reads them. */
export interface Published {
  readonly shards: ReadonlyMap<string, readonly StreamRecord[]>;
  readonly partitions: ReadonlyMap<string, readonly StreamRecord[]>;
  /** A shard that is read when all the others have been. */
  readonly coda: readonly StreamRecord[];
  /** Name of a message → the event it carries. */
  readonly events: ReadonlyMap<string, IndexedEvent>;
  /** Index of an event → when its copies were taken in. */
  readonly times: ReadonlyMap<number, readonly number[]>;
}

/** The Kinesis stream and the event hub. */
export const STREAM = 'events';
export const STREAM_ARN = `arn:aws:kinesis:eu-central-1:000000000000:stream/${STREAM}`;
export const HUB = 'exports';

/** When the first event happens; the streams are read a month later. */
export const TRAFFIC_START = 1_790_000_000_000;
export const STREAM_START = TRAFFIC_START + 30 * 86_400_000;

/** How many events there are for one person: the more, the more often several consumers meet. */
const EVENTS_A_PERSON = [5, 10, 10, 20, 40];
const FEWEST_PERSONS = 5;

/** How many people a scenario is about. */
export function personsOf({ seed, events }: Scenario): number {
  return Math.max(FEWEST_PERSONS, Math.ceil(events / chances(seed)('persons').pick(EVENTS_A_PERSON)));
}

/** The traffic of a scenario: all of it, or what is left of it. */
export function trafficOf(scenario: Scenario): IndexedEvent[] {
  const { seed, events, only } = scenario;
  const all = generate({
    ...{ seed, events, persons: personsOf(scenario), startAt: TRAFFIC_START },
    disguise: disguise(chances(seed)('identities')),
  }).map((event, index) => ({ index, event }));
  const wanted = only && new Set(only);
  return wanted ? all.filter(({ index }) => wanted.has(index)) : all;
}

interface Copy extends IndexedEvent {
  readonly at: number;
  readonly place: number;
}

function recordOf(
  kind: 'shard' | 'partition',
  place: number,
  sequence: number,
  { event, at }: Omit<Copy, 'place'>,
): StreamRecord {
  // Sequence numbers of Kinesis are unique in the stream, those of Event Hubs in the partition.
  const id = kind === 'shard' ? `49${place}${String(sequence).padStart(9, '0')}` : `${place}/${sequence}`;
  const source = kind === 'shard' ? `kinesis:${STREAM}` : `eventhub:${HUB}`;
  const { body, partitionKey } = event;
  return { name: nameOf({ source, id }), lane: String(place), sequence, id, partitionKey, body, at };
}

/** Beyond all places that shards have. */
const CODA_PLACE = 9;

const KEY_DECIDES = 0.7;
/** Some copies come at any time, however late. */
const FAR = 0.1;

/** Puts every event into the streams as often as the scenario says: shuffled, by any shard or partition of any of the two. */
export function publish(
  events: readonly IndexedEvent[],
  { copies }: Scenario,
  { shards, partitions, stepMs, spreadMs, window }: Climate,
  chance: ReturnType<typeof chances>,
  coda: readonly IndexedEvent[] = [],
): Published {
  const random = chance('publish');
  const streams = {
    shard: Array.from({ length: shards }, (): StreamRecord[] => []),
    partition: Array.from({ length: partitions }, (): StreamRecord[] => []),
  };
  const named = { events: new Map<string, IndexedEvent>(), times: new Map<number, number[]>() };
  const last = events.at(-1)?.index ?? 0;
  const all = events.flatMap(({ index, event }) =>
    Array.from({ length: copies }, (_, n): Copy => {
      const at = TRAFFIC_START + index * stepMs + (n === 0 ? 0 : random.below(spreadMs + 1));
      const isNear = window !== undefined && !random.chance(FAR);
      return { index, event, at, place: isNear ? index + random.next() * window : random.next() * last };
    }),
  );
  for (const { index, event, at } of all.sort((a, b) => a.place - b.place)) {
    const kind = random.chance(0.5) ? 'shard' : 'partition';
    const lanes = streams[kind];
    const place = random.chance(KEY_DECIDES)
      ? seedOf(0, event.partitionKey) % lanes.length
      : random.below(lanes.length);
    const lane = lanes[place] ?? [];
    const record = recordOf(kind, place, lane.length, { index, event, at });
    lane.push(record);
    named.events.set(record.name, { index, event });
    named.times.set(index, [...(named.times.get(index) ?? []), at]);
  }
  const late = coda.map(({ index, event }, n): StreamRecord => {
    const record = recordOf('shard', CODA_PLACE, n, { index, event, at: STREAM_START });
    named.events.set(record.name, { index, event });
    named.times.set(index, [record.at]);
    return record;
  });
  const lanesOf = (kind: keyof typeof streams) =>
    new Map(streams[kind].map((lane, i) => [`${kind}${i}`, lane]));
  return { shards: lanesOf('shard'), partitions: lanesOf('partition'), coda: late, ...named };
}
