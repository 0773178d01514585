import type { Mutation } from '../../local/chaos/world.js';
import { Fault } from '../../shared/core/fault.js';
import type { StateWrite } from '../../shared/core/ports.js';
import type { Action, Connector } from '../../shared/core/remote.js';
import type { PersonState } from '../../shared/core/state.js';
import type { PipelineDeps } from '../../shared/pipeline/run.js';

/** What the state calls the row of an action, or the thing that is done once. */
function targetOf(connection: string, { object, list, key, idempotencyKey }: Action): string {
  if (idempotencyKey !== undefined) return `${connection}/${object}!${idempotencyKey}`;
  const place = list === undefined ? object : `${object}#${list}`;
  const [[field, value] = ['', '']] = Object.entries(key);
  return `${connection}/${place}/${field}=${value}`;
}

/** Another way to the targets: what fails is taken for accepted, and noted. */
function hiding(connection: string, inner: Connector, failed: Set<string>): Connector {
  return {
    ...inner,
    async send(actions, signal) {
      const outcomes = await inner.send(actions, signal);
      return outcomes.map((outcome, i) => {
        const action = actions[i];
        if (action === undefined || (outcome.kind !== 'retry' && outcome.kind !== 'unknown')) return outcome;
        failed.add(targetOf(connection, action));
        return { kind: 'accepted' };
      });
    },
  };
}

function withoutFailed(state: PersonState, failed: ReadonlySet<string>): PersonState {
  const targets = [...state.written.keys()].filter((target) => failed.has(target));
  const written = new Map([...state.written].filter(([target]) => !failed.has(target)));
  return { ...state, written, unsure: new Set([...state.unsure, ...targets]) };
}

/**
 * Moves the standing on though an action failed. The pipeline takes what fails for accepted and finds out when it commits: what
 * failed is not remembered as accepted, and its records come again, but their edges are gone by then.
 */
export const advancesAfterFailure: Mutation = (deps) => {
  const failed = new Set<string>();
  const connectors = [...deps.connectors].map(
    ([name, inner]) => [name, hiding(name, inner, failed)] as const,
  );
  const isFailed = ({ state }: StateWrite): boolean =>
    state.claim === undefined && [...state.written.keys()].some((target) => failed.has(target));
  const mended = (write: StateWrite): StateWrite =>
    isFailed(write) ? { ...write, state: withoutFailed(write.state, failed) } : write;
  const store: PipelineDeps['store'] = {
    ...deps.store,
    async write(writes, ...rest) {
      const failing = writes.filter(isFailed);
      const answers = await deps.store.write(writes.map(mended), ...rest);
      if (failing.length === 0) return answers;
      // Other batches of the same process may be under way: what failed in them is still to be found out.
      for (const { state } of failing) for (const target of state.written.keys()) failed.delete(target);
      throw new Fault('remote.unavailable', 'an action had failed');
    },
  };
  return { ...deps, connectors: new Map(connectors), store };
};
