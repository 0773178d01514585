import type { Clock, DeadLetters, KeptMessage, Parking } from '../core/ports.js';

/** Messages that wait, or are kept for good, in the memory of this process. */
export interface MemoryKept extends Parking, DeadLetters {
  /** Everything kept at the moment, oldest first. */
  all(): readonly KeptMessage[];
  /** Takes out what is due: kept longer than it asked for, or than `delayMs`. The caller must settle it. */
  takeDue(delayMs: number): readonly KeptMessage[];
}

const idOf = ({ message, record }: KeptMessage): string =>
  `${message.source}\n${message.id}\n${record ?? ''}`;

/** Keeps messages by source, id and record, so that keeping one again replaces it. */
export function memoryKept(clock: Pick<Clock, 'now'>): MemoryKept {
  const kept = new Map<string, KeptMessage>();
  const keep = async (items: readonly KeptMessage[]): Promise<void> => {
    for (const item of items) kept.set(idOf(item), item);
  };
  return {
    park: keep,
    bury: keep,
    all: () => [...kept.values()],
    takeDue(delayMs) {
      const now = clock.now();
      const due = [...kept.values()].filter((item) => item.at + (item.afterMs ?? delayMs) <= now);
      for (const item of due) kept.delete(idOf(item));
      return due;
    },
  };
}
