import type { Clock, StateStore } from '../../shared/core/ports.js';
import { TTL_DAYS } from '../../shared/stores/deps.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { storeContract } from '../contracts/store.js';

storeContract({
  name: 'memory',
  remote: false,
  async start() {
    // One memory for everybody who goes by the same clock, as one table is.
    const memories = new Map<Clock | undefined, StateStore>();
    return {
      open({ clock, ttlDays }) {
        const key = ttlDays === undefined ? undefined : clock;
        const memory = memories.get(key) ?? memoryStore({ clock, ttlDays: ttlDays ?? TTL_DAYS });
        memories.set(key, memory);
        return memory;
      },
      close: () => Promise.resolve(),
    };
  },
});
