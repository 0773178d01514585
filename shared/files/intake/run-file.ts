import { type MemoryQueue, memoryQueue } from '../../stores/memory-queue.js';
import type { IntakeDeps } from './deps.js';
import { type FileOrder, jsonIn, readOrder, sendOrders } from './order.js';
import { createFileWork } from './worker.js';

/** Whom to tell, and who may end it. */
export interface RunFileOptions {
  /** Ends the work after what is under way. */
  readonly stop: AbortSignal;
  /** Told that something keeps it waiting for so many milliseconds. */
  readonly waiting: (ms: number) => Promise<void>;
}

/** Longer than any file takes, milliseconds. */
const STRETCH_MS = 30 * 86_400_000;

/** Sends on what is left in a queue of our own. */
async function handOver(from: MemoryQueue, { queue }: Pick<IntakeDeps, 'queue'>): Promise<void> {
  for (let some = await from.receive(); some.length > 0; some = await from.receive())
    for (const message of some) {
      const read = readOrder(jsonIn(message.body));
      if (read.ok) await sendOrders(queue, [read.value]);
      await from.remove(message);
    }
}

/**
 * Works on a file here until there is nothing left to do for it: its orders go into a queue of its own. What is left when somebody
 * ends it goes into the queue of the deployment, which would else take the file for one that is being worked on.
 */
export async function runFile(order: FileOrder, deps: IntakeDeps, options: RunFileOptions): Promise<void> {
  const { clock } = deps;
  const { stop, waiting } = options;
  // Once it is ended everything that waits is due.
  const now = (): number => (stop.aborted ? Number.MAX_SAFE_INTEGER : clock.now());
  const queue = memoryQueue('run', { now }, Number.MAX_SAFE_INTEGER);
  const work = createFileWork({ ...deps, queue });
  await sendOrders(queue, [order]);
  let hasBegun = false;
  for (let next = queue.next(); next !== undefined && !stop.aborted; next = queue.next()) {
    const wait = next - clock.now();
    if (wait > 0) {
      await waiting(wait);
      await clock.sleep(wait, stop).catch(() => undefined);
      continue;
    }
    for (const message of await queue.receive()) {
      const read = readOrder(jsonIn(message.body));
      hasBegun = true;
      if (read.ok) await work(read.value, { deadline: clock.now() + STRETCH_MS, stop });
      await queue.remove(message);
    }
  }
  if (hasBegun) await handOver(queue, deps);
}
