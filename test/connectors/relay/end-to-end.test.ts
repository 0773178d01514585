import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, test } from 'vitest';
import { startEventHubs } from '../../../local/emulators/event-hubs/server.js';
import { startKinesis } from '../../../local/emulators/kinesis.js';
import { startSqsS3 } from '../../../local/emulators/sqs-s3.js';
import { secretsOf } from '../fakes.js';
import { BUSES, startBus } from './buses.js';
import { EXPECTED, PEOPLE, readersView, tell } from './story.js';
import { configAt, openRelay } from './targets.js';

const closing: (() => Promise<void>)[] = [];
const closes = <T extends { close(): Promise<void> }>(thing: T): T => {
  closing.push(() => thing.close());
  return thing;
};
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const DELIVERED = new Set(['delivered']);

describe.each(BUSES)('%s', (kind) => {
  test('its readers see what the rules say, each message once', async () => {
    const bus = closes(await startBus(kind, false));
    const config = configAt[kind](bus.url);
    const sessions = kind === 'service-bus' ? { sessions: true } : {};
    expect(new Set(await tell(openRelay({ ...config, ...sessions })))).toEqual(DELIVERED);
    expect(readersView(bus.texts)).toEqual({ ...EXPECTED, repeated: 0 });
  });

  test('whatever breaks on the way, readers that know ids see the same', async () => {
    const bus = closes(await startBus(kind, true));
    const config = configAt[kind](bus.url);
    const sessions = kind === 'service-bus' ? { sessions: true } : {};
    expect(new Set(await tell(openRelay({ ...config, ...sessions })))).toEqual(DELIVERED);
    const { repeated, ...seen } = readersView(bus.texts);
    expect(seen).toEqual(EXPECTED);
    expect(repeated).toBeGreaterThan(0);
  });
});

async function readShard(client: KinesisClient, StreamName: string, ShardId: string): Promise<string[]> {
  const from = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(from));
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ Data = new Uint8Array() }) => Buffer.from(Data).toString('utf8'));
}

test('kinesis: an emulated stream of three shards has them, those of a row in one shard', async () => {
  const kinesis = closes(await startKinesis({ streamName: 'decisions', shards: 3 }));
  expect(new Set(await tell(openRelay(configAt.kinesis(kinesis.endpoint))))).toEqual(DELIVERED);
  const client = kinesis.client();
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: 'decisions' }));
  const shards = await Promise.all(Shards.map(({ ShardId = '' }) => readShard(client, 'decisions', ShardId)));
  expect(readersView(shards.flat())).toEqual({ ...EXPECTED, repeated: 0 });
  const homes = PEOPLE.map((key) => shards.filter((texts) => readersView(texts).rows.has(key)).length);
  expect(new Set(homes)).toEqual(new Set([1]));
});

test('event-hubs: an emulated hub has them, although it was busy and lost its word', async () => {
  const hubs = [{ name: 'decisions', partitions: 4, groups: ['$Default'] }];
  const emulator = closes(
    await startEventHubs({ config: { namespace: 'emulatorNs1', hubs }, report: () => undefined }),
  );
  const secrets = secretsOf({ hub: emulator.connectionString() });
  const relay = openRelay(
    { type: 'event-hubs', hub: 'decisions', connection: 'secret:hub', timeoutMs: 5000 },
    { secrets },
  );
  emulator.faults.sends('busy');
  emulator.faults.sends('drop-after-append');
  expect(new Set(await tell(relay))).toEqual(DELIVERED);
  const { repeated, ...seen } = readersView(emulator.events('decisions').map(({ body }) => String(body)));
  expect(seen).toEqual(EXPECTED);
  expect(repeated).toBeGreaterThan(0);
});

async function drain(client: SQSClient, QueueUrl: string): Promise<string[]> {
  const texts: string[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await client.send(command);
    if (Messages.length === 0) return texts;
    texts.push(...Messages.map(({ Body = '' }) => Body));
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

test('sns: a queue behind an emulated FIFO topic has them, and what was true before as well as now', async () => {
  const emulator = closes(await startSqsS3());
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sns = new SNSClient({ endpoint: emulator.endpoint, region: 'eu-central-1', credentials });
  const sqs = emulator.sqs();
  const Attributes = { FifoTopic: 'true' };
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'decisions.fifo', Attributes }));
  const queue = new CreateQueueCommand({ QueueName: 'reader.fifo', Attributes: { FifoQueue: 'true' } });
  const { QueueUrl = '' } = await sqs.send(queue);
  const Endpoint = `arn:aws:sqs:eu-central-1:${TopicArn?.split(':')[4]}:reader.fifo`;
  const raw = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes: raw }));
  const relay = openRelay({ ...configAt.sns(emulator.endpoint), topic: TopicArn });
  expect(new Set(await tell(relay))).toEqual(DELIVERED);
  expect(readersView(await drain(sqs, QueueUrl))).toEqual({ ...EXPECTED, repeated: 0 });
  sns.destroy();
});
