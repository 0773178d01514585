import * as z from 'zod';
import { bad, ok, type Result } from '../../core/fault.js';
import type { MessageQueue } from '../../stores/message-queue.js';

/** Work on one file, or on the end of a full export of which it is a part. */
const FileOrder = z.object({
  /** Shows that a message is ours. */
  tributary: z.literal('file'),
  /** `rows`: the file itself; `close`: who is missing in the full export it belongs to. */
  work: z.enum(['rows', 'close']),
  /** Name of the entry in `files:`. */
  source: z.string().min(1),
  /** Path within the place. */
  name: z.string().min(1),
  /** When it comes out of the queue, epoch milliseconds: by that a page knows the order it has sent itself. */
  due: z.number().optional(),
});

/** What a message of the files queue asks for. The content is asked of the place when the message is worked on. */
export type FileOrder = Omit<z.infer<typeof FileOrder>, 'tributary'>;

/** The text of an order as queues take it. */
export const orderText = (order: FileOrder): string =>
  Buffer.from(JSON.stringify({ tributary: 'file', ...order })).toString('base64');

/** JSON in a message, in base64 or as it is; undefined for anything else. */
export function jsonIn(body: Uint8Array): unknown {
  const text = Buffer.from(body).toString('utf8');
  const plain = /^[\w+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64').toString('utf8') : text;
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}

/** Reads an order. Bad: `park.format`, somebody else's message. */
export function readOrder(value: unknown): Result<FileOrder> {
  const parsed = FileOrder.safeParse(value);
  if (!parsed.success) return bad('park.format', 'a message of the files queue is no order of tributary');
  const { work, source, name, due } = parsed.data;
  return ok({ work, source, name, ...(due !== undefined && { due }) });
}

/** Puts orders into the files queue. A wait longer than the queue's own longest is cut to that: who comes early waits again. */
export async function sendOrders(
  queue: Pick<MessageQueue, 'send' | 'maxDelayMs'>,
  orders: readonly FileOrder[],
  delayMs = 0,
): Promise<void> {
  if (orders.length === 0) return;
  const delay = Math.max(0, Math.min(delayMs, queue.maxDelayMs));
  await queue.send(orders.map((order) => ({ text: orderText(order), delayMs: delay })));
}
