import type { Disguise } from './people.js';
import { type Random, seededRandom } from './seeded-random.js';
import { type GeneratedEvent, type Kind, makeEvent, TRAFFIC_MIX, type World } from './traffic-kinds.js';

/** What to generate. The same options give the same bytes. */
export interface TrafficOptions {
  readonly seed: number;
  /** How many messages. */
  readonly events: number;
  /** How many people they are about; a tenth of the events, and at least forty, unless given. */
  readonly persons?: number;
  /** When the traffic begins, epoch milliseconds. */
  readonly startAt: number;
  /** Changes by which identities exports show people; as they are unless given. */
  readonly disguise?: Disguise;
}

const FEWEST_PERSONS = 40;
const RECENT_KEPT = 200;
const MOST_MILLISECONDS_APART = 200;

const DECK: readonly Kind[] = TRAFFIC_MIX.flatMap(({ kind, share }) =>
  Array.from({ length: share }, () => kind),
);

const asTheyAre: Disguise = (profile) => profile;

function newWorld({ seed, events, persons, startAt, disguise = asTheyAre }: TrafficOptions): World {
  const count = persons ?? Math.max(FEWEST_PERSONS, Math.floor(events / 10));
  const random: Random = seededRandom(seed);
  return {
    random,
    persons: Array.from({ length: count }, () => undefined),
    recent: [],
    startAt,
    disguise,
    now: startAt,
  };
}

/**
 * The traffic of one AEP destination, message by message, so that a million of them need not be in memory at once.
 * Runs with different seeds may be mixed when their times do not overlap: who a person is follows from its number alone.
 */
export function* traffic(options: TrafficOptions): Generator<GeneratedEvent, void, undefined> {
  const world = newWorld(options);
  for (let made = 0; made < options.events; made += 1) {
    world.now += world.random.below(MOST_MILLISECONDS_APART);
    const event = makeEvent(world, world.random.pick(DECK));
    // Broken messages are not sent again by AEP, which believes that they arrived.
    if (!event.malformed) world.recent.push(event);
    if (world.recent.length > RECENT_KEPT) world.recent.shift();
    yield event;
  }
}

/** The same traffic, all at once. */
export const generate = (options: TrafficOptions): GeneratedEvent[] => [...traffic(options)];
