import { chances, type Span } from './chance.js';
import { FAULT_KINDS, FAULT_ODDS, type FaultKind } from './fault-kinds.js';

/** What a run is like: drawn once per schedule, so that many schedules are unlike each other (swarm testing). */
export interface Climate {
  readonly shards: number;
  readonly partitions: number;
  /** Processes that share the partitions. */
  readonly hubHosts: number;
  /** Consumers of each cloud's retry queue. */
  readonly replayers: number;
  /** Which state store everybody shares. */
  readonly store: 'memory' | 'dynamodb' | 'azure-table';
  /** Longest text the retry queue takes; what is longer lies as an object. */
  readonly queueText: number;
  readonly largestBatch: number;
  /** Clocks of processes are off by at most this, either way, milliseconds. */
  readonly skewMs: number;
  readonly storeMs: Span;
  readonly crmMs: Span;
  /** Milliseconds between two events, and by how much later a copy may be taken in. */
  readonly stepMs: number;
  readonly spreadMs: number;
  /** How far most events may be moved from their place; without bound unless given. */
  readonly window: number | undefined;
  readonly odds: Readonly<Record<FaultKind, number>>;
}

/** Of twenty kinds of faults some do not happen at all in a run, and some happen all the time. */
const WEATHER = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 8, 8];
const MOST_LIKELY = 0.5;
/** The stores of the clouds take more time to run. */
const STORES: readonly Climate['store'][] = [
  'memory',
  'memory',
  'memory',
  'memory',
  'memory',
  'dynamodb',
  'dynamodb',
  'azure-table',
];

/** The climate of one schedule. */
export function climateOf(schedule: number): Climate {
  const random = chances(schedule)('climate');
  const oddsOf = (kind: FaultKind): number => Math.min(MOST_LIKELY, FAULT_ODDS[kind] * random.pick(WEATHER));
  // Every key is of the closed list.
  const odds = Object.fromEntries(FAULT_KINDS.map((kind) => [kind, oddsOf(kind)])) as Record<
    FaultKind,
    number
  >;
  return {
    odds,
    shards: 1 + random.below(4),
    partitions: 1 + random.below(4),
    hubHosts: 1 + random.below(3),
    replayers: 1 + random.below(2),
    store: random.pick(STORES),
    queueText: random.pick([65_536, 65_536, 2_000]),
    largestBatch: random.pick([4, 20, 40, 40, 60, 60, 100, 100, 200]),
    skewMs: random.pick([0, 100, 2_000]),
    storeMs: random.pick<Span>([
      [1, 5],
      [2, 40],
      [1, 800],
    ]),
    crmMs: random.pick<Span>([
      [20, 200],
      [50, 2_000],
      [1, 12_000],
    ]),
    stepMs: random.pick([0, 1, 90]),
    spreadMs: random.pick([0, 3, 5_000, 86_400_000]),
    window: random.pick([undefined, undefined, 30, 300]),
  };
}
