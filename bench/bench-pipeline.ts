import { ok, type Result } from '../shared/core/fault.js';
import type { Pipeline, StateStore, Versioned } from '../shared/core/ports.js';
import type { Connector } from '../shared/core/remote.js';
import { noMetrics } from '../shared/metrics/none.js';
import { inflate } from '../shared/pipeline/inflate.js';
import { createPipeline } from '../shared/pipeline/run.js';
import { decodeState, encodeState } from '../shared/stores/state-codec.js';
import { rulesFile } from './core.js';
import { rulesOf } from './rules-of.js';

const nowhere = { park: async (): Promise<void> => undefined, bury: async (): Promise<void> => undefined };

/** Told what the target takes. */
interface Counting {
  rows(count: number): void;
}

const target = (counting: Counting): Connector => ({
  name: 'sales',
  operations: ['upsert'],
  maxRows: 200,
  isIdempotent: () => true,
  async send(actions) {
    counting.rows(actions.length);
    return actions.map(() => ({ kind: 'accepted' }));
  },
});

/** States of this process, packed as a service keeps them. */
export function packedStore(): StateStore {
  const states = new Map<string, Uint8Array>();
  return {
    kind: 'packed',
    async read(ids) {
      const found = new Map<string, Result<Versioned>>();
      for (const id of ids) {
        const bytes = states.get(id);
        const state = bytes && decodeState(bytes);
        if (state?.ok) found.set(id, ok({ state: state.value, version: '1' }));
      }
      return found;
    },
    async write(writes) {
      return writes.map(({ id, state }) => {
        states.set(id, encodeState(state));
        return { ok: true, version: '1' };
      });
    },
  };
}

/** A pipeline of 20 rules whose target takes everything at once. `now` in epoch milliseconds. */
export const benchPipeline = (store: StateStore, now: () => number, counting: Counting): Pipeline =>
  createPipeline({
    rules: rulesOf(rulesFile(20)),
    ...{ store, inflate, parking: nowhere, deadLetters: nowhere, metrics: noMetrics },
    connectors: new Map([['sales', target(counting)]]),
    clock: { now, sleep: async () => undefined },
    log: { write: () => undefined },
    observer: { batch: () => undefined, delivery: () => undefined },
    newId: () => 'bench',
    random: () => 0,
    pseudonym: (person) => person,
  });
