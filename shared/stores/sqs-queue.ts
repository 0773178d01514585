import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Fault } from '../core/fault.js';
import { AWS_LIMITS, type AwsService, diagnoseAws } from './aws-trouble.js';
import type { MessageQueue, Outgoing, Received } from './message-queue.js';
import { type RetryDeps, retrying, type Trouble } from './retry.js';

/** Of one message and of one batch. AWS takes 1 MiB by now; queues made before may still be set to this. */
const MAX_BYTES = 262_144;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const MESSAGES_PER_CALL = 10;
const MAX_DELAY_MS = 900_000;
const HOLD_SECONDS = 300;
/** With a wait all of the service's machines are asked, else some of them, and a message may seem to be missing. */
const WAIT_SECONDS = 1;

/** Which queue, and who asks it. */
export interface SqsQueueOptions extends RetryDeps {
  readonly client: SQSClient;
  /** A queue's URL, or its name within the account and region of the client. */
  readonly queue: string;
  /** How long a visit waits for messages, seconds; 1 unless set. */
  readonly waitSeconds?: number;
}

const COUNTS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
];

/** Stands for messages of a batch that SQS did not take although it answered. */
class NotTaken extends Error {
  override readonly name = 'BatchEntryFailed';
}

const ADVICE = {
  QueueDoesNotExist: 'create the queue, or correct TRIBUTARY_PARKING or the region (docs/parking.md)',
  'AWS.SimpleQueueService.NonExistentQueue':
    'create the queue, or correct TRIBUTARY_PARKING or the region (docs/parking.md)',
  AccessDenied: 'allow sqs:GetQueueUrl and sqs:SendMessage on the queue (docs/parking.md)',
};

const REGION = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws\.com/;

/** A client made from the environment in the SDK's own way, but for the region of a queue that is named by its URL. */
export function sqsClient(queue: string): SQSClient {
  const region = REGION.exec(queue)?.[1];
  // Of a queue's URL only the path counts, so that AWS_ENDPOINT_URL_SQS leads to an emulator.
  return new SQSClient({ ...AWS_LIMITS, useQueueUrlAsEndpoint: false, ...(region && { region }) });
}

const toEntry = ({ text, delayMs }: Outgoing, i: number): SendMessageBatchRequestEntry => ({
  Id: String(i),
  MessageBody: text,
  DelaySeconds: Math.ceil(delayMs / 1000),
});

/** As many messages as one call takes, by number and by weight. */
function batchesOf(messages: readonly Outgoing[]): Outgoing[][] {
  const batches: Outgoing[][] = [];
  let room = 0;
  for (const message of messages) {
    const last = batches.at(-1);
    room -= message.text.length;
    if (last && last.length < MESSAGES_PER_CALL && room >= 0) last.push(message);
    else {
      batches.push([message]);
      room = MAX_BYTES - message.text.length;
    }
  }
  return batches;
}

function toReceived({ MessageId, Body, ReceiptHandle, Attributes }: Message): Received {
  return {
    id: MessageId ?? '',
    body: Buffer.from(Body ?? ''),
    at: Number(Attributes?.SentTimestamp ?? 0),
    receipt: ReceiptHandle ?? '',
  };
}

function diagnose(error: unknown, service: AwsService): Trouble | undefined {
  if (!(error instanceof NotTaken)) return diagnoseAws(error, service);
  const text = `${service.what} did not take a message (${error.message})`;
  return { kind: 'moment', fault: new Fault('park.unavailable', text) };
}

/** The retry queue's messages in an SQS standard queue. */
export function sqsQueue({
  client,
  queue,
  waitSeconds = WAIT_SECONDS,
  ...deps
}: SqsQueueOptions): MessageQueue {
  const service: AwsService = { what: `the SQS queue ${queue}`, advice: ADVICE };
  const attempt = <T>(request: () => Promise<T>): Promise<T> =>
    retrying(deps, (error) => diagnose(error, service), undefined)(request);
  let url: string | undefined = queue.includes('/') ? queue : undefined;
  const urlOf = async (): Promise<string> => {
    url ??= (await attempt(() => client.send(new GetQueueUrlCommand({ QueueName: queue })))).QueueUrl;
    if (url === undefined) throw new Fault('park.unavailable', `${service.what}: SQS tells no URL of it`);
    return url;
  };

  async function sendBatch(QueueUrl: string, batch: readonly Outgoing[]): Promise<void> {
    let left = batch.map(toEntry);
    await attempt(async () => {
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: left }));
      const taken = new Set(answer.Successful?.map(({ Id }) => Id));
      left = left.filter(({ Id }) => !taken.has(Id));
      const [failed] = answer.Failed ?? [];
      if (left.length > 0) throw new NotTaken(`${failed?.Code ?? 'no reason'}: ${failed?.Message ?? ''}`);
    });
  }

  const hide = async (receipt: string, seconds: number): Promise<void> => {
    const command = { QueueUrl: await urlOf(), ReceiptHandle: receipt, VisibilityTimeout: seconds };
    await attempt(() => client.send(new ChangeMessageVisibilityCommand(command)));
  };

  return {
    place: `sqs:${queue}`,
    maxText: MAX_BYTES,
    maxDelayMs: MAX_DELAY_MS,
    async send(messages) {
      const to = await urlOf();
      for (const batch of batchesOf(messages)) await sendBatch(to, batch);
    },
    async receive() {
      const command = new ReceiveMessageCommand({
        QueueUrl: await urlOf(),
        MaxNumberOfMessages: MESSAGES_PER_CALL,
        VisibilityTimeout: HOLD_SECONDS,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['SentTimestamp'],
      });
      return ((await attempt(() => client.send(command))).Messages ?? []).map(toReceived);
    },
    async remove({ receipt }) {
      const command = new DeleteMessageCommand({ QueueUrl: await urlOf(), ReceiptHandle: receipt });
      await attempt(() => client.send(command));
    },
    release: ({ receipt }) => hide(receipt, 0),
    async count() {
      const command = new GetQueueAttributesCommand({ QueueUrl: await urlOf(), AttributeNames: COUNTS });
      const counts = (await attempt(() => client.send(command))).Attributes ?? {};
      return Object.values(counts).reduce((sum, count) => sum + Number(count), 0);
    },
  };
}
