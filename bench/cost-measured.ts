import { compile } from '../shared/core/compile.js';
import type { Connector } from '../shared/core/remote.js';
import { RulesFile } from '../shared/core/rules.js';
import { NO_TOOLS } from '../shared/core/tools.js';
import { dryStates } from '../shared/dry-run/dry-states.js';
import { noMetrics } from '../shared/metrics/none.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { createPipeline } from '../shared/pipeline/run.js';
import { encodeState } from '../shared/stores/state-codec.js';
import { rulesFile } from './core.js';
import { EXAMPLE } from './cost.js';
import { exportOf } from './events.js';

/** What the pipeline was measured to need for one event, and how large the state of such a person is. */
export interface Measures {
  /** Processor time, microseconds: everything but the SDKs of the clouds and the target's wire format. */
  readonly pipelineMicros: number;
  readonly stateBytes: number;
  /** The most memory the process has held, megabytes. */
  readonly megabytes: number;
}

const nowhere = { park: async (): Promise<void> => undefined, bury: async (): Promise<void> => undefined };

const target: Connector = {
  name: 'sales',
  operations: ['upsert'],
  maxRows: EXAMPLE.rows,
  isIdempotent: () => true,
  send: async (actions) => actions.map(() => ({ kind: 'accepted' })),
};

/**
 * Runs batches of usual exports of 20 memberships through the pipeline, 20 rules, states in memory and packed as a store
 * packs them: everybody once, then `rounds` re-exports of which some bring a membership that is news.
 */
export async function measure(rounds: number): Promise<Measures> {
  const { rules } = compile(RulesFile.parse(rulesFile(20)), NO_TOOLS);
  const states = dryStates();
  let bytes = 0;
  const store: typeof states = {
    ...states,
    async write(writes) {
      for (const { state } of writes) bytes = encodeState(state).length;
      return states.write(writes);
    },
  };
  const pipeline = createPipeline({
    ...{ rules, store, inflate, parking: nowhere, deadLetters: nowhere },
    connectors: new Map([['sales', target]]),
    clock: { now: () => 1_790_000_000_000, sleep: async () => undefined },
    log: { write: () => undefined },
    observer: { batch: () => undefined, delivery: () => undefined },
    metrics: noMetrics,
    newId: () => 'bench',
    random: () => 0,
    pseudonym: (person) => person,
  });
  const batchOf = (round: number) =>
    Array.from({ length: EXAMPLE.batch }, (_, i) => ({
      id: `${round}-${i}`,
      body: exportOf(i, i < EXAMPLE.batch * EXAMPLE.changed ? 10 + (round % 10) : 20, 0),
      at: 1_790_000_000_000 + round,
      source: 'bench',
    }));
  await pipeline.run(batchOf(0), { redelivers: false });
  const batches = Array.from({ length: rounds }, (_, round) => batchOf(round + 1));
  const start = process.cpuUsage();
  for (const batch of batches) await pipeline.run(batch, { redelivers: false });
  const { user, system } = process.cpuUsage(start);
  return {
    pipelineMicros: (user + system) / (rounds * EXAMPLE.batch),
    stateBytes: bytes,
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}
