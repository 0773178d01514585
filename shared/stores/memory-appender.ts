import type { Appender, Entry } from '../door/ports.js';

/** A stream in the memory of this process, and what is in it. */
export interface MemoryAppender extends Appender {
  /** Everything appended, oldest first. */
  entries(): readonly Entry[];
}

/** As much as the readers of a stream take in one message. */
const MAX_BYTES = 1_048_576;

/** Keeps entries in memory: what the other appenders must behave as, and a place for trials. */
export function memoryAppender(name: string): MemoryAppender {
  const entries: Entry[] = [];
  return {
    place: `memory:${name}`,
    maxBytes: MAX_BYTES,
    async append(more) {
      entries.push(...more);
      return more.map(() => ({ kind: 'durable' }));
    },
    reach: async () => undefined,
    entries: () => entries,
  };
}
