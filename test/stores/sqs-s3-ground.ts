import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type SqsS3Emulator, startSqsS3 } from '../../local/emulators/sqs-s3.js';
import { objectLetters } from '../../shared/stores/object-letters.js';
import { queueParking } from '../../shared/stores/queue-parking.js';
import { s3Objects } from '../../shared/stores/s3-objects.js';
import { sqsQueue } from '../../shared/stores/sqs-queue.js';
import type { KeptGround, KeptSetup, KeptStage } from '../contracts/kept-subject.js';
import { fakeClock } from '../support/fakes.js';

const wrong = (name: string, status: number) =>
  Object.assign(new Error('oh'), { name, $fault: 'server', $metadata: { httpStatusCode: status } });
const hungUp = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** Comes between a client and the service. The two clients of one setup count their requests together. */
function interfering({ interfere }: KeptSetup) {
  let index = 0;
  return async <T>(next: () => Promise<T>): Promise<T> => {
    const what = interfere?.(index++) ?? 'none';
    if (what === 'throttled') throw wrong('RequestThrottled', 403);
    if (what === 'unavailable') throw wrong('InternalError', 500);
    if (what !== 'lost') return next();
    // Also an answer that says no is an answer, and may get lost.
    await next().catch(() => undefined);
    throw hungUp();
  };
}

const CLIENT = {
  region: 'eu-central-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  maxAttempts: 1,
};

/** Takes everything the queue hands out. */
export async function takeAll(client: SQSClient, url: string): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body = '' }) => Buffer.from(Body)));
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
}

async function stageOn(aws: SqsS3Emulator, name: string): Promise<KeptStage> {
  const url = await aws.createQueue(name);
  await aws.createBucket(name);
  const delays: number[] = [];
  const [sqs, s3] = [aws.sqs(), aws.s3()];
  return {
    open(setup) {
      const { clock, random = () => 0.5, endpoint = aws.endpoint, missing, delays: kind } = setup;
      const between = interfering(setup);
      const queueClient = new SQSClient({ ...CLIENT, endpoint, useQueueUrlAsEndpoint: false });
      const bucketClient = new S3Client({ ...CLIENT, endpoint });
      queueClient.middlewareStack.add(
        (next) => (args) => {
          const entries = 'Entries' in args.input ? (args.input.Entries ?? []) : [];
          for (const entry of entries) {
            if (kind === 'real' || !('DelaySeconds' in entry)) continue;
            delays.push(entry.DelaySeconds ?? 0);
            entry.DelaySeconds = 0;
          }
          return between(() => next(args));
        },
        { step: 'initialize' },
      );
      bucketClient.middlewareStack.add((next) => (args) => between(() => next(args)), { step: 'initialize' });
      const deps = { clock, random };
      const bucket = missing ? 'nowhere' : name;
      const objects = s3Objects({ ...deps, client: bucketClient, bucket, prefix: 'of/mine/' });
      const queue = sqsQueue({
        ...deps,
        client: queueClient,
        queue: missing ? 'nowhere' : url,
        waitSeconds: 0,
      });
      const parking = queueParking({ ...deps, queue, claims: objects, newToken: randomUUID });
      return { parking, letters: objectLetters(objects) };
    },
    arrive: () => takeAll(sqs, url),
    async smuggle(body) {
      await sqs.send(
        new SendMessageCommand({ QueueUrl: url, MessageBody: Buffer.from(body).toString('utf8') }),
      );
    },
    delays: () => delays,
    objects: (pageSize) =>
      s3Objects({
        clock: fakeClock(),
        random: () => 0.5,
        client: s3,
        bucket: name,
        prefix: 'of/mine/',
        ...(pageSize !== undefined && { pageSize }),
      }),
  };
}

/** A queue and a bucket of their own for each test, on one emulator. */
export async function sqsS3Ground(): Promise<KeptGround> {
  const aws = await startSqsS3();
  let count = 0;
  return { stage: () => stageOn(aws, `stage-${++count}`), close: () => aws.close() };
}
