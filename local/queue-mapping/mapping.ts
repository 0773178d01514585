import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { systemClock } from '../../shared/clock.js';
import type { Invocation, Invoke } from '../lambda-invoker.js';
import type { QueueMappingSettings } from './settings.js';

/** What a mapping connects: a queue and a function. */
export interface QueueMappingOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly settings: QueueMappingSettings;
  readonly invoke: Invoke;
  readonly region?: string;
  /** Told of every surprise; the mapping goes on. */
  readonly onError: (error: unknown) => void;
}

/** A mapping at work. */
export interface QueueMapping {
  /** Messages that were deleted as done, and invocations so far. */
  stats(): { readonly done: number; readonly invocations: number };
  /** Stops reading and waits for the invocation under way. */
  close(): Promise<void>;
}

const IDLE_MS = 100;

const Answer = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string() })).optional(),
});

/**
 * Ids of the messages that are done. All fail on a function error, an identifier that is missing or empty, or one that is
 * not of this batch. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
 */
export function doneOf(
  ids: readonly string[],
  { functionError, payload }: Invocation,
  reports: boolean,
): string[] {
  if (functionError !== undefined) return [];
  if (!reports || payload === null || payload === undefined) return [...ids];
  const answer = Answer.safeParse(payload);
  if (!answer.success) return [];
  const failed = (answer.data.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  return failed.every((id) => ids.includes(id)) ? ids.filter((id) => !failed.includes(id)) : [];
}

const toRecord = (message: Message, name: string, region: string) => ({
  messageId: message.MessageId ?? '',
  receiptHandle: message.ReceiptHandle,
  body: message.Body ?? '',
  attributes: message.Attributes ?? {},
  messageAttributes: {},
  md5OfBody: message.MD5OfBody,
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:${region}:000000000000:${name}`,
  awsRegion: region,
});

/** Feeds a function from a queue as Lambda's event source mapping does; retries and the dead-letter queue are the queue's own. */
export function startQueueMapping(options: QueueMappingOptions): QueueMapping {
  const { client, queueUrl, settings, invoke, region = 'eu-central-1', onError } = options;
  const stop = new AbortController();
  const counts = { done: 0, invocations: 0 };
  const receive = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: settings.batchSize,
    MessageSystemAttributeNames: ['All'],
  });
  const round = async (): Promise<number> => {
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) return 0;
    counts.invocations++;
    const answer = await invoke({
      Records: Messages.map((message) => toRecord(message, settings.queue.name, region)),
    });
    if (answer.functionError !== undefined) onError(answer);
    const ids = Messages.map(({ MessageId = '' }) => MessageId);
    const done = new Set(doneOf(ids, answer, settings.reportBatchItemFailures));
    const Entries = Messages.filter(({ MessageId = '' }) => done.has(MessageId)).map(
      ({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }),
    );
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    counts.done += Entries.length;
    return Messages.length;
  };
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      const count = await round().catch((error: unknown) => {
        onError(error);
        return 0;
      });
      if (count === 0) await systemClock.sleep(IDLE_MS, stop.signal).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    stats: () => ({ ...counts }),
    close() {
      stop.abort();
      return running;
    },
  };
}
