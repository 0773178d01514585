import type { StateStore, StateWrite, Versioned, WriteAnswer } from '../core/ports.js';

/** The reference store: every other store must behave as this one does. Loses everything with the process. */
export function memoryStore(): StateStore & { readonly size: number } {
  const states = new Map<string, Versioned>();
  let version = 0;
  const writeOne = ({ id, state, expected }: StateWrite): WriteAnswer => {
    if (states.get(id)?.version !== expected) return { ok: false, reason: 'conflict' };
    version += 1;
    states.set(id, { state, version: String(version) });
    return { ok: true, version: String(version) };
  };
  return {
    kind: 'memory',
    get size() {
      return states.size;
    },
    async read(ids) {
      const found = new Map<string, Versioned>();
      for (const id of ids) {
        const known = states.get(id);
        if (known) found.set(id, known);
      }
      return found;
    },
    async write(writes) {
      return writes.map(writeOne);
    },
  };
}
