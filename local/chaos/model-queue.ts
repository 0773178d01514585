/** A message of the model queue. */
export interface QueueItem {
  readonly id: string;
  readonly text: string;
  /** When it was put in, epoch milliseconds. */
  readonly at: number;
  /** Invisible until then, epoch milliseconds. */
  due: number;
}

/** A queue that delivers at least once: what is taken comes again unless it is removed in time. */
export interface ModelQueue {
  put(text: string, delayMs: number): void;
  /** Takes what is visible, at most so many, and hides it. */
  take(most: number, hiddenMs: number): readonly QueueItem[];
  /** False when somebody else has removed it. */
  remove(id: string): boolean;
  /** Makes it visible after so long, milliseconds. */
  show(id: string, afterMs: number): void;
  size(): number;
  /** Resolves when something is visible. */
  filled(): Promise<void>;
}

/** Time as the queue needs it. */
interface Time {
  now(): number;
  after(ms: number, act: () => void): void;
}

/** An empty queue. */
export function createModelQueue({ now, after }: Time): ModelQueue {
  const items = new Map<string, QueueItem>();
  const waiting = new Set<() => void>();
  let count = 0;
  const isVisible = ({ due }: QueueItem): boolean => due <= now();

  const look = (): void => {
    if (waiting.size === 0 || ![...items.values()].some(isVisible)) return;
    for (const wake of waiting) wake();
    waiting.clear();
  };
  const lookLater = (ms: number): void => after(Math.max(0, ms), look);

  return {
    put(text, delayMs) {
      count += 1;
      items.set(`m${count}`, { id: `m${count}`, text, at: now(), due: now() + delayMs });
      lookLater(delayMs);
    },
    take(most, hiddenMs) {
      const taken: QueueItem[] = [];
      for (const item of items.values()) {
        if (taken.length === most) break;
        if (!isVisible(item)) continue;
        item.due = now() + hiddenMs;
        lookLater(hiddenMs);
        taken.push(item);
      }
      return taken;
    },
    remove: (id) => items.delete(id),
    show(id, afterMs) {
      const item = items.get(id);
      if (item === undefined) return;
      item.due = now() + afterMs;
      lookLater(afterMs);
    },
    size: () => items.size,
    filled: () =>
      new Promise((resolve) => {
        waiting.add(resolve);
        lookLater(0);
      }),
  };
}
