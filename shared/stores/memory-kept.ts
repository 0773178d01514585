import { ok } from '../core/fault.js';
import type { DeadLetters, KeptMessage, RetryQueue } from '../core/kept.js';
import type { Clock } from '../core/ports.js';
import { buriedAgain } from './buried-again.js';
import { decodeKept, decodeWhole } from './kept-codec.js';
import { keptHash, refOf } from './kept-name.js';
import { fromText } from './kept-text.js';
import type { Reachable } from './reachable.js';
import type { Shelf } from './shelf.js';

/** Messages that wait, or are kept for good, in the memory of this process. */
export interface MemoryKept extends RetryQueue, DeadLetters, Shelf, Reachable {
  /** Everything kept at the moment, oldest first. */
  all(): readonly KeptMessage[];
  /** Takes out what is due: kept longer than it asked for, or than `delayMs`. The caller must settle it. */
  takeDue(delayMs: number): readonly KeptMessage[];
}

const idOf = ({ message: { source, id }, record }: KeptMessage): string =>
  JSON.stringify([source, id, record]);

/** A letter as the other places keep it: what is owed is said by the letter, not by what it was made from. */
function plain({ message, ...kept }: KeptMessage): KeptMessage {
  const { owed: _, judged: __, ...position } = message;
  return { ...kept, message: position };
}

/** Keeps messages by source, id and record, so that keeping one again replaces it. */
export function memoryKept(clock: Pick<Clock, 'now'>): MemoryKept {
  const kept = new Map<string, KeptMessage>();
  /** Those that wait to be tried again, as in a queue; all others are letters. */
  const waiting = new WeakSet<KeptMessage>();
  const keep = async (items: readonly KeptMessage[]): Promise<void> => {
    for (const item of items) {
      waiting.add(item);
      kept.set(idOf(item), item);
    }
  };
  const bury = async (items: readonly KeptMessage[]): Promise<void> => {
    for (const item of items) kept.set(idOf(item), plain(buriedAgain(kept.get(idOf(item)), item)));
  };
  return {
    place: 'memory',
    park: keep,
    bury,
    all: () => [...kept.values()],
    takeDue(delayMs) {
      const now = clock.now();
      const due = [...kept.values()].filter((item) => item.at + (item.afterMs ?? delayMs) <= now);
      for (const item of due) kept.delete(idOf(item));
      return due;
    },
    async open(body) {
      const bytes = fromText(body);
      const whole = decodeWhole(bytes);
      if (!whole.ok) return whole;
      const decoded = decodeKept(bytes);
      const due = decoded.ok ? decoded.value.due : undefined;
      return ok({ kept: whole.value, due: due ?? clock.now() });
    },
    postpone: (items) => keep(items.map((item) => item.kept)),
    forget: async () => undefined,
    async *visit() {
      yield [...kept].map(([id, item]) => ({
        ref: refOf(keptHash(item)),
        found: ok(item),
        ...(waiting.has(item) && { due: item.at + (item.afterMs ?? 0) }),
        drop: async () => {
          const same = !kept.has(id) || kept.get(id) === item;
          if (same) kept.delete(id);
          return same;
        },
      }));
    },
    total: async () => kept.size,
    reach: async () => undefined,
  };
}
