import type { KeptMessage } from '../../shared/core/ports.js';

/** A parked record in the queue. */
export interface Waiting {
  readonly kept: KeptMessage;
  /** Invisible until then, epoch milliseconds. */
  due: number;
}

/** A queue that delivers at least once: what is taken comes again unless it is deleted in time. */
export interface Queue {
  add(items: readonly KeptMessage[]): void;
  /** Takes out what is due and hides it. */
  take(most: number): Waiting[];
  /** False when somebody else was quicker. */
  delete(item: Waiting): boolean;
  /** Makes it visible again. */
  show(item: Waiting): void;
  size(): number;
}

/** As long as the consumer may take, and a little longer. */
const HIDDEN_MS = 90_000;
const [FIRST_MS, LONGEST_MS] = [5_000, 900_000];

/** The wait grows with each attempt, and is never shorter than the target asked for. */
function delayOf({ attempts = 1, afterMs = 0 }: KeptMessage): number {
  return Math.max(afterMs, Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempts - 1)));
}

/** An empty queue. */
export function createQueue(now: () => number): Queue {
  const waiting = new Set<Waiting>();
  return {
    add(items) {
      for (const kept of items) waiting.add({ kept, due: now() + delayOf(kept) });
    },
    take(most) {
      const due: Waiting[] = [];
      for (const item of waiting) {
        if (item.due > now()) continue;
        item.due = now() + HIDDEN_MS;
        if (due.push(item) === most) break;
      }
      return due;
    },
    delete: (item) => waiting.delete(item),
    show(item) {
      item.due = now();
    },
    size: () => waiting.size,
  };
}
