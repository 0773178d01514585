import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { systemClock } from '../../shared/clock.js';
import type { RunningTrigger } from './event-hub-trigger.js';
import type { QueuesSettings } from './host-json.js';
import type { QueueItem } from './queue-encoder.js';

/** One trigger: where it reads, how, and what it runs. */
export interface QueueTrigger {
  readonly queue: QueueClient;
  /** `<queue>-poison`; made when it is needed. */
  readonly poison: QueueClient;
  readonly settings: QueuesSettings;
  /** Runs one invocation; a throw means that it failed. */
  readonly run: (item: QueueItem) => Promise<void>;
  readonly report: (error: unknown) => void;
}

/** While a message is worked on nobody else is shown it; the host renews this, here no invocation takes as long. */
const HOLD_SECONDS = 600;
/** Between looks at an empty queue, and at one that is not there. The host waits up to a minute, too long to watch. */
const IDLE_MS = 100;
const MISSING_MS = 1_000;

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'QueueNotFound';

function decode(text: string, { messageEncoding }: QueuesSettings): Uint8Array | undefined {
  if (messageEncoding === 'none') return Buffer.from(text);
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

async function toPoison(message: DequeuedMessageItem, { queue, poison }: QueueTrigger): Promise<void> {
  await poison.createIfNotExists();
  await poison.sendMessage(message.messageText, { messageTimeToLive: -1 });
  await queue.deleteMessage(message.messageId, message.popReceipt);
}

/**
 * Works on one message as the Storage Queues extension does (QueueProcessor in Microsoft.Azure.WebJobs.Extensions.Storage):
 * removed on success, shown again later on failure, moved to the poison queue when it failed once too often.
 */
async function work(message: DequeuedMessageItem, trigger: QueueTrigger): Promise<void> {
  const { queue, settings, report } = trigger;
  const { messageId, popReceipt, dequeueCount } = message;
  const bytes = decode(message.messageText, settings);
  if (bytes === undefined) return toPoison(message, trigger);
  try {
    await trigger.run({ ...message, bytes, id: messageId });
  } catch (error) {
    report(error);
    if (dequeueCount >= settings.maxDequeueCount) return toPoison(message, trigger);
    await queue.updateMessage(messageId, popReceipt, undefined, settings.visibilitySeconds);
    return;
  }
  await queue.deleteMessage(messageId, popReceipt);
}

/** Takes what is there and works on it; gives how many messages that were. */
async function round(trigger: QueueTrigger): Promise<number> {
  const { queue, settings, report } = trigger;
  const { receivedMessageItems } = await queue.receiveMessages({
    numberOfMessages: settings.batchSize,
    visibilityTimeout: HOLD_SECONDS,
  });
  const works = await Promise.allSettled(receivedMessageItems.map((message) => work(message, trigger)));
  for (const one of works) if (one.status === 'rejected') report(one.reason);
  return receivedMessageItems.length;
}

/** Starts the trigger loop. A queue that is not there is waited for, as the host does. */
export function startQueueTrigger(trigger: QueueTrigger): RunningTrigger {
  const { report } = trigger;
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const idle = await round(trigger).then(
        (count) => (count === 0 ? IDLE_MS : 0),
        (error: unknown) => {
          if (!isMissing(error)) report(error);
          return MISSING_MS;
        },
      );
      if (idle > 0) await systemClock.sleep(idle, stop.signal).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    close() {
      stop.abort();
      return running;
    },
  };
}
