import type { Fault } from '../../core/fault.js';
import type { IntakeDeps } from './deps.js';
import type { Hold, Leased } from './hold.js';
import { type FileOrder, sendOrders } from './order.js';
import type { Reason } from './progress.js';

/** Somebody's place in the queue, as their page remembers it. */
export interface Returning extends Leased {
  readonly due?: number | undefined;
  readonly reason?: Reason | undefined;
  readonly idle: number;
  readonly worked: number;
}

const FIRST_MS = 30_000;
const LONGEST_MS = 900_000;
/** An order that comes back about then is as good as one of our own. */
const ABOUT_MS = 60_000;
/** Clocks differ: an order that is due within that may be the one that is being worked on. */
const SKEW_MS = 5_000;

/** How long to leave something alone that did not move on, the longer the more often; milliseconds. */
export const patienceOf = (idle: number): number => Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(idle, 10));

/**
 * Whether a fault is a verdict on the file itself. Everything else (a store, a target, a secret that is missing) can be put
 * right while the file waits, and must not end a file whose rows have begun to act.
 */
export const isVerdict = ({ code, retryable }: Fault): boolean => code.startsWith('file.') && !retryable;

/** The words of a fault, as pages and reports have them, the first two thousand characters. */
export const reasonOf = ({ code, message }: Fault): Reason => ({ code, text: message.slice(0, 2_000) });

/** Of so many times in a row that something does not move on, the log tells of the first. */
const TOLD_OF = 4;

/** Tells that something waits, and for what: at once, and then now and then, or a long outage would fill the log. */
export function tellWaits(
  { source, name }: FileOrder,
  { idle }: Pick<Returning, 'idle'>,
  fault: Fault | undefined,
  { log }: Pick<IntakeDeps, 'log'>,
): void {
  if (idle % TOLD_OF > 0) return;
  log.write('warn', 'file.waits', { source, file: name, code: fault?.code, why: fault?.message });
}

/**
 * Puts work back: first the order into the queue, then the page down, so that whatever dies in between there is an order.
 * When one is on its way already no other is sent, or orders would multiply.
 */
export async function comeBack<T extends Returning>(
  hold: Hold<T>,
  value: T,
  order: FileOrder,
  afterMs: number,
  { queue, clock }: Pick<IntakeDeps, 'queue' | 'clock'>,
): Promise<void> {
  const now = clock.now();
  const due = now + Math.min(afterMs, queue.maxDelayMs);
  const isOther = value.due !== undefined && value.due !== order.due && value.due > now + SKEW_MS;
  const isComing = isOther && value.due <= due + ABOUT_MS;
  if (!isComing) await sendOrders(queue, [{ ...order, due }], afterMs);
  await hold.release({ ...value, due: isComing ? value.due : due });
}
