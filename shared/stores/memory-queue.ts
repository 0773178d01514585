import type { MessageQueue } from './message-queue.js';

/** As long as the queues of both clouds hide what they have handed out, unless told otherwise. */
const HOLD_MS = 300_000;
/** As SQS has it. */
const MAX_DELAY_MS = 900_000;

/** A queue in the memory of this process. */
export interface MemoryQueue extends MessageQueue {
  /** When the next message can be had, epoch milliseconds; undefined when there is none. */
  next(): number | undefined;
}

/** Messages by the clock that is given; what was handed out comes back after `holdMs` unless it is removed. */
export function memoryQueue(name: string, clock: { now(): number }, holdMs = HOLD_MS): MemoryQueue {
  const waiting = new Map<string, { body: Uint8Array; at: number; from: number; receipt: string }>();
  let count = 0;
  return {
    place: `memory:${name}`,
    maxText: 262_144,
    maxDelayMs: MAX_DELAY_MS,
    next: () => (waiting.size === 0 ? undefined : Math.min(...[...waiting.values()].map(({ from }) => from))),
    async send(messages) {
      const at = clock.now();
      for (const { text, delayMs } of messages) {
        count += 1;
        waiting.set(String(count), { body: Buffer.from(text), at, from: at + delayMs, receipt: '' });
      }
    },
    async receive() {
      const now = clock.now();
      const due = [...waiting].filter(([, { from }]) => from <= now).slice(0, 10);
      return due.map(([id, message]) => {
        count += 1;
        message.from = now + holdMs;
        message.receipt = String(count);
        return { id, body: message.body, at: message.at, receipt: message.receipt };
      });
    },
    async remove({ id, receipt }) {
      if (waiting.get(id)?.receipt === receipt) waiting.delete(id);
    },
    async release({ id, receipt }) {
      const message = waiting.get(id);
      if (message?.receipt === receipt) message.from = clock.now();
    },
    count: async () => waiting.size,
  };
}
