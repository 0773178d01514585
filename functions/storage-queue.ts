import type { StorageQueueHandler } from '@azure/functions';
import * as z from 'zod';
import { Fault } from '../shared/core/fault.js';
import type { Clock } from '../shared/core/ports.js';
import type { Replay } from '../shared/pipeline/replay.js';
import { invocationIn } from './invocation.js';

/** What the handler needs besides the consumer of the retry queue. */
export interface StorageQueueOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Longest time one invocation may start new work; must stay under `functionTimeout` of host.json. */
  readonly workMs: number;
}

const time = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .optional()
  .catch(undefined);

/** Ids that look like numbers or JSON arrive as such; `queueTrigger` is the message again, but parsed and re-cased. */
const Metadata = z.object({
  id: z
    .union([z.string().min(1), z.number().transform(String)])
    .optional()
    .catch(undefined),
  insertionTime: time,
});

/** Ours are bytes or plain text; JSON of somebody else has been parsed on the way, its spelling is lost. */
export function bytesOf(message: unknown): Uint8Array {
  if (message instanceof Uint8Array) return message;
  return Buffer.from(typeof message === 'string' ? message : (JSON.stringify(message) ?? ''));
}

function refusal(why: unknown): unknown {
  if (!(why instanceof Fault)) return why;
  const text = `${why.code}: the message stays with the queue: ${why.message}`;
  return new Fault(why.code, text, { cause: why });
}

/**
 * A message of the retry queue in. A plain return removes it; a throw shows it again after the `visibilityTimeout` of
 * host.json, and after `maxDequeueCount` throws the host moves it to the queue `<name>-poison`.
 */
export const storageQueue =
  (replay: Replay, { clock, workMs }: StorageQueueOptions): StorageQueueHandler =>
  async (message, context) => {
    const now = clock.now();
    const metadata = Metadata.safeParse(context.triggerMetadata ?? {}).data;
    const id = metadata?.id ?? context.invocationId;
    const arrival = { id, body: bytesOf(message), at: metadata?.insertionTime ?? now };
    const left = await replay([arrival], { deadline: now + workMs, ...invocationIn(context) });
    if (left.has(id)) throw refusal(left.get(id));
  };
