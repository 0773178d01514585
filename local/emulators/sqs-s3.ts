import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { Fault } from '../../shared/core/fault.js';

/** Where the emulated services listen. */
export interface SqsS3Options {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly region?: string;
}

/** An SQS and an S3 in this process, in memory. */
export interface SqsS3Emulator {
  readonly endpoint: string;
  /** What the SDK reads from the environment to come here. */
  readonly environment: Readonly<Record<string, string>>;
  /** Clients of their own for the caller; `close` ends them. */
  sqs(): SQSClient;
  s3(): S3Client;
  /** Makes a standard queue and gives its URL; after `maxReceives` a message goes on to the queue `deadLetters`. */
  createQueue(name: string, redrive?: { deadLetters: string; maxReceives: number }): Promise<string>;
  createBucket(name: string): Promise<void>;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

async function listen(app: ReturnType<typeof buildApp>, port: number): Promise<string> {
  try {
    return await app.listen({ host: HOST, port });
  } catch (error) {
    const inUse = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    if (!inUse) throw error;
    const text = `SQS and S3: port ${port} on ${HOST} is taken. Stop what uses it, or give another port (0: any).`;
    throw new Fault('config.port-in-use', text, { cause: error });
  }
}

async function arnOf(client: SQSClient, url: string): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] });
  return (await client.send(command)).Attributes?.QueueArn ?? '';
}

/** Starts fauxqs in this process. A port that is taken is a `config.port-in-use` fault. */
export async function startSqsS3(options: SqsS3Options = {}): Promise<SqsS3Emulator> {
  const { port = 0, region = 'eu-central-1' } = options;
  // Not its own `startFauxqs`, which listens on every interface.
  const app = buildApp({ logger: false, defaultRegion: region });
  const endpoint = await listen(app, port);
  const clients: { destroy(): void }[] = [];
  const own = <T extends { destroy(): void }>(client: T): T => {
    clients.push(client);
    return client;
  };
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const common = { endpoint, region, credentials, maxAttempts: 1 };
  const sqs = () => own(new SQSClient({ ...common, useQueueUrlAsEndpoint: false }));
  const s3 = () => own(new S3Client(common));
  const [queues, buckets] = [sqs(), s3()];
  const urls = new Map<string, string>();
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL_SQS: endpoint,
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    sqs,
    s3,
    async createQueue(name, redrive) {
      const target = redrive && (await arnOf(queues, urls.get(redrive.deadLetters) ?? ''));
      const policy = JSON.stringify({ deadLetterTargetArn: target, maxReceiveCount: redrive?.maxReceives });
      const attributes = redrive ? { Attributes: { RedrivePolicy: policy } } : {};
      const { QueueUrl = '' } = await queues.send(new CreateQueueCommand({ QueueName: name, ...attributes }));
      urls.set(name, QueueUrl);
      return QueueUrl;
    },
    async createBucket(name) {
      await buckets.send(new CreateBucketCommand({ Bucket: name }));
    },
    async close() {
      for (const client of clients) client.destroy();
      await app.close();
    },
  };
}
