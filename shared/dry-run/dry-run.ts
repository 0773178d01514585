import type { CompiledRules } from '../core/compiled.js';
import type { Asked, Clock, Delivery, Ending, Message } from '../core/ports.js';
import { type Connector, OPERATIONS } from '../core/remote.js';
import type { EventRecord } from '../events/read-events.js';
import { noMetrics } from '../metrics/none.js';
import { inflate } from '../pipeline/inflate.js';
import { createPipeline } from '../pipeline/run.js';
import { type DryStates, dryStates } from './dry-states.js';

/** What one record came to. */
export interface Played {
  readonly ending: Ending;
  /** What would have been sent, in that order. The persons' names are clear. */
  readonly deliveries: readonly Delivery[];
  /** What rules that are shadows would have sent. */
  readonly shadows: readonly Asked[];
}

/** Rules at work on nothing: see {@link dryRun}. */
export interface DryRun {
  /** Plays the next record; `at` is when it counts as taken in, epoch milliseconds. */
  play(record: EventRecord, at: number): Promise<Played>;
  readonly states: DryStates;
}

/** A target that takes everything. */
const agreeable = (name: string): Connector => ({
  name,
  operations: OPERATIONS,
  maxRows: 10_000,
  isIdempotent: () => true,
  send: async (actions) => actions.map(() => ({ kind: 'accepted' })),
});

const nowhere = { park: async () => undefined, bury: async () => undefined };

/**
 * The pipeline as it is deployed, on records in turn, with targets that accept everything and states in memory. What it
 * says is what the deployment would do with the same records one by one, as long as no target refuses.
 */
export function dryRun(
  rules: CompiledRules,
  connections: readonly string[],
  states: DryStates = dryStates(),
): DryRun {
  const deliveries: Delivery[] = [];
  const shadows: Asked[] = [];
  // Each record is worked off when it is taken in: that is the time of day to what is refreshed after some days.
  let now = 0;
  const clock: Clock = { now: () => now, sleep: async () => undefined };
  const pipeline = createPipeline({
    // What is only tried waits for nobody.
    rules: { ...rules, quotas: new Map() },
    store: states,
    connectors: new Map(connections.map((name) => [name, agreeable(name)])),
    parking: nowhere,
    deadLetters: nowhere,
    clock,
    log: { write: () => undefined },
    observer: {
      batch: () => undefined,
      delivery: (delivery) => void deliveries.push(delivery),
      shadow: (asked) => void shadows.push(asked),
    },
    metrics: noMetrics,
    inflate,
    newId: () => 'dry-run',
    random: () => 0,
    pseudonym: (person) => person,
  });
  return {
    states,
    async play(record, at) {
      const { item } = record;
      if (!item.ok) return { ending: { name: 'malformed', fault: item.fault }, deliveries: [], shadows: [] };
      now = at;
      const [settlement] = await pipeline.run([messageOf(record, item.value, at)], { redelivers: false });
      const ending = settlement?.endings[0];
      if (!ending) throw new Error('the pipeline gave a record no ending');
      return { ending, deliveries: deliveries.splice(0), shadows: shadows.splice(0) };
    },
  };
}

const messageOf = ({ file, offset }: EventRecord, value: unknown, at: number): Message => ({
  id: `${file}@${offset}`,
  // In a list it is this one record, whatever it looks like.
  body: [value],
  at,
  source: file,
});
