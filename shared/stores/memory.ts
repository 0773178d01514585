import { ok, type Result } from '../core/fault.js';
import type { Clock, StateStore, StateWrite, Versioned, WriteAnswer } from '../core/ports.js';
import { expiryOf, isExpired } from './deps.js';
import { stopped } from './retry.js';

interface Kept extends Versioned {
  /** Epoch seconds. */
  readonly expires: number;
}

/** Time, for a memory that forgets persons nothing was written of for so many days. */
export interface MemoryStoreOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly ttlDays: number;
}

/** Nothing is forgotten unless a time to live is given. */
const FOREVER: MemoryStoreOptions = { clock: { now: () => 0 }, ttlDays: 1 };

/** The reference store: every other store must behave as this one does. Loses everything with the process. */
export function memoryStore(options = FOREVER): StateStore & { readonly size: number } {
  const states = new Map<string, Kept>();
  let version = 0;
  const writeOne = ({ id, state, expected, ttlDays }: StateWrite): WriteAnswer => {
    const known = states.get(id);
    const free = known === undefined || isExpired(known.expires, options);
    if (expected === undefined ? !free : known?.version !== expected)
      return { ok: false, reason: 'conflict' };
    version += 1;
    states.set(id, { state, version: String(version), expires: expiryOf(options, ttlDays) });
    return { ok: true, version: String(version) };
  };
  return {
    kind: 'memory',
    get size() {
      return states.size;
    },
    async read(ids, signal) {
      if (signal?.aborted) throw stopped();
      const found = new Map<string, Result<Versioned>>();
      for (const id of ids) {
        const known = states.get(id);
        if (known && !isExpired(known.expires, options))
          found.set(id, ok({ state: known.state, version: known.version }));
      }
      return found;
    },
    async write(writes, signal) {
      if (signal?.aborted) throw stopped();
      return writes.map(writeOne);
    },
  };
}
