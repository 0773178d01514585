import type { Message } from '../../shared/core/ports.js';
import { generate } from '../demo/traffic.js';
import type { GeneratedEvent } from '../demo/traffic-kinds.js';
import { nameOf } from './books.js';
import { chances, seedOf } from './chance.js';
import type { Climate } from './climate.js';
import type { Scenario } from './scenario.js';

/** An event and its place in the traffic. */
export interface IndexedEvent {
  readonly index: number;
  readonly event: GeneratedEvent;
}

/** What lies in the streams before anybody reads them. */
export interface Published {
  readonly shards: ReadonlyMap<string, readonly Message[]>;
  readonly partitions: ReadonlyMap<string, readonly Message[]>;
  /** Name of a message → the event it carries. */
  readonly events: ReadonlyMap<string, IndexedEvent>;
  /** Index of an event → when the newest of its copies was taken in. */
  readonly newest: ReadonlyMap<number, number>;
}

/** When the first event happens; the streams are read a month later. */
export const TRAFFIC_START = 1_790_000_000_000;
export const STREAM_START = TRAFFIC_START + 30 * 86_400_000;

/** How many events there are for one person: the more, the more often several consumers meet. */
const EVENTS_A_PERSON = [5, 10, 10, 30, 100];
const FEWEST_PERSONS = 5;

/** How many people a scenario is about. */
export function personsOf({ seed, events }: Scenario): number {
  return Math.max(FEWEST_PERSONS, Math.ceil(events / chances(seed)('persons').pick(EVENTS_A_PERSON)));
}

/** The traffic of a scenario: all of it, or what is left of it. */
export function trafficOf(scenario: Scenario): IndexedEvent[] {
  const { seed, events, only } = scenario;
  const all = generate({ seed, events, persons: personsOf(scenario), startAt: TRAFFIC_START }).map(
    (event, index) => ({ index, event }),
  );
  const wanted = only && new Set(only);
  return wanted ? all.filter(({ index }) => wanted.has(index)) : all;
}

interface Copy extends IndexedEvent {
  readonly at: number;
  readonly place: number;
}

const KEY_DECIDES = 0.7;
/** Some copies come at any time, however late. */
const FAR = 0.1;

/** Puts every event into the streams as often as the scenario says: shuffled, by any shard or partition of any of the two. */
export function publish(
  events: readonly IndexedEvent[],
  { copies }: Scenario,
  { shards, partitions, stepMs, spreadMs, window }: Climate,
  chance: ReturnType<typeof chances>,
): Published {
  const random = chance('publish');
  const streams = {
    shard: Array.from({ length: shards }, (): Message[] => []),
    partition: Array.from({ length: partitions }, (): Message[] => []),
  };
  const named = { events: new Map<string, IndexedEvent>(), newest: new Map<number, number>() };
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
    const source = kind === 'shard' ? 'kinesis:events' : 'eventhub:events';
    const message: Message = { id: `${kind}${place}/${lane.length}`, body: event.body, at, source };
    lane.push(message);
    named.events.set(nameOf(message), { index, event });
    named.newest.set(index, Math.max(at, named.newest.get(index) ?? 0));
  }
  const lanesOf = (kind: keyof typeof streams) =>
    new Map(streams[kind].map((lane, i) => [`${kind}${i}`, lane]));
  return { shards: lanesOf('shard'), partitions: lanesOf('partition'), ...named };
}
