import type { Result } from '../core/fault.js';
import type { StateStore, Versioned } from '../core/ports.js';
import type { Claimant } from '../core/state.js';

/** Where a person's state is kept, and the value of their key; none for somebody who waits for one. */
export interface Home {
  readonly id: string;
  readonly key: string | undefined;
}

/** The states read in one round, each once. */
export interface Atlas {
  /** What was read of an id; nothing when there is nothing. */
  at(id: string): Result<Versioned> | undefined;
  /** Reads these ids, as far as they have not been read, and all that they lead to. Throws `store.*` faults. */
  explore(ids: Iterable<string>): Promise<void>;
}

const claimantsAt = (id: string, atlas: Pick<Atlas, 'at'>): readonly Claimant[] => {
  const answer = atlas.at(id);
  return answer?.ok ? answer.value.state.claimants : [];
};

/** An atlas with nothing in it yet. */
export function createAtlas(store: StateStore, signal?: AbortSignal, deadline?: number): Atlas {
  const states = new Map<string, Result<Versioned> | undefined>();
  const at = (id: string) => states.get(id);
  return {
    at,
    async explore(ids) {
      let next = new Set([...ids].filter((id) => !states.has(id)));
      while (next.size > 0) {
        const found = await store.read([...next], signal, deadline);
        for (const id of next) states.set(id, found.get(id));
        const leads = [...next].flatMap((id) => claimantsAt(id, { at }).map(({ to }) => to));
        next = new Set(leads.filter((id) => !states.has(id)));
      }
    },
  };
}

/**
 * The persons an id leads to: itself when it leads nowhere, several when it is shared, none when it leads in a circle
 * (which takes two files with opposite orders of keys). Everything on the way must have been explored.
 */
export function rootsOf(start: Home, atlas: Atlas): readonly Home[] {
  if (claimantsAt(start.id, atlas).length === 0) return [start];
  const roots = new Map<string, Home>();
  const seen = new Set<string>();
  const ahead: Home[] = [start];
  for (let home = ahead.pop(); home; home = ahead.pop()) {
    if (seen.has(home.id)) continue;
    seen.add(home.id);
    const claimants = claimantsAt(home.id, atlas);
    if (claimants.length === 0) roots.set(home.id, home);
    ahead.push(...claimants.map(({ to, key }) => ({ id: to, key })));
  }
  return [...roots.values()];
}
