import { ok, type Result } from '../core/fault.js';
import type { StateStore, Versioned } from '../core/ports.js';
import type { PersonState } from '../core/state.js';

/** States of a dry run, in the memory of this process. One run at a time writes them, so nobody can come in between. */
export interface DryStates extends StateStore {
  /** By person. */
  readonly all: ReadonlyMap<string, PersonState>;
}

const VERSION = 'dry';

/** Begins with the states given, which it takes over. */
export function dryStates(states: Map<string, PersonState> = new Map()): DryStates {
  return {
    kind: 'dry-run',
    all: states,
    async read(ids) {
      const found = new Map<string, Result<Versioned>>();
      for (const id of ids) {
        const state = states.get(id);
        if (state) found.set(id, ok({ state, version: VERSION }));
      }
      return found;
    },
    async write(writes) {
      return writes.map(({ id, state }) => {
        states.set(id, state);
        return { ok: true, version: VERSION };
      });
    },
  };
}
