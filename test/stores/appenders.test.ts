import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { expect, test } from 'vitest';
import { startEventHubs } from '../../local/emulators/event-hubs/server.js';
import { type KinesisEmulator, startKinesis } from '../../local/emulators/kinesis.js';
import { Fault } from '../../shared/core/fault.js';
import { settingSecrets } from '../../shared/secrets.js';
import { eventHubsAppender, hubProducer } from '../../shared/stores/event-hubs-appender.js';
import { kinesisAppender } from '../../shared/stores/kinesis-appender.js';
import { memoryAppender } from '../../shared/stores/memory-appender.js';
import { memoryStream, openAppender } from '../../shared/stores/open-appender.js';
import { appenderContract, type Landed } from '../contracts/appender.js';

appenderContract({
  name: 'memory',
  remote: false,
  async start() {
    const appender = memoryAppender('contract');
    return {
      appender,
      read: async () => appender.entries().map(({ body }) => ({ lane: '0', body })),
      close: async () => undefined,
    };
  },
});

async function readShard(client: KinesisClient, StreamName: string, ShardId: string): Promise<Landed[]> {
  const from = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
  let next = (await client.send(new GetShardIteratorCommand(from))).ShardIterator;
  const landed: Landed[] = [];
  for (let empty = 0; next !== undefined && empty < 2; ) {
    const { Records = [], NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator: next }),
    );
    landed.push(...Records.map(({ Data = new Uint8Array() }) => ({ lane: ShardId, body: Data })));
    empty = Records.length === 0 ? empty + 1 : 0;
    next = NextShardIterator;
  }
  return landed;
}

async function readStream({ client, streamName }: KinesisEmulator): Promise<Landed[]> {
  const reader = client();
  const { Shards = [] } = await reader.send(new ListShardsCommand({ StreamName: streamName }));
  const all = await Promise.all(Shards.map(({ ShardId = '' }) => readShard(reader, streamName, ShardId)));
  return all.flat();
}

const NOWHERE = 'http://127.0.0.1:1';

appenderContract({
  name: 'Kinesis',
  remote: true,
  async start() {
    const kinesis = await startKinesis({ streamName: 'exports', shards: 3 });
    const appenderOf = (client: KinesisClient, stream = 'exports') => kinesisAppender({ client, stream });
    const at = (endpoint: string) =>
      new KinesisClient({
        endpoint,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        maxAttempts: 1,
        requestHandler: new NodeHttpHandler(),
      });
    const busy = kinesis.client();
    busy.middlewareStack.add(
      () => async () => {
        throw Object.assign(new Error('slow down'), {
          name: 'ProvisionedThroughputExceededException',
          $metadata: {},
        });
      },
      { step: 'initialize' },
    );
    return {
      appender: appenderOf(kinesis.client()),
      read: () => readStream(kinesis),
      unreachable: () => appenderOf(at(NOWHERE)),
      missing: () => appenderOf(kinesis.client(), 'nowhere'),
      busy: () => appenderOf(busy),
      close: () => kinesis.close(),
    };
  },
});

appenderContract({
  name: 'Event Hubs',
  remote: true,
  async start() {
    const hubs = [{ name: 'exports', partitions: 4, groups: ['$Default'] }];
    const emulator = await startEventHubs({
      config: { namespace: 'emulatorNs1', hubs },
      report: () => undefined,
    });
    const producers: { close(): Promise<void> }[] = [];
    const open = (hub = 'exports', connection = emulator.connectionString()) => {
      const producer = hubProducer(connection, hub);
      producers.push(producer);
      return eventHubsAppender({ producer, hub });
    };
    return {
      appender: open(),
      read: async () => emulator.events('exports').map(({ partition, body }) => ({ lane: partition, body })),
      unreachable: () => open('exports', emulator.connectionString().replace(/:\d+;/, ':1;')),
      missing: () => open('nowhere'),
      busy() {
        emulator.faults.sends('busy', 2);
        return open();
      },
      async close() {
        await Promise.all(producers.map((producer) => producer.close()));
        await emulator.close();
      },
    };
  },
});

test('Kinesis: each record of a call is judged by its own answer', async () => {
  const kinesis = await startKinesis({ streamName: 'exports', shards: 1 });
  const client = kinesis.client();
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const Records = [
        { SequenceNumber: '1', ShardId: 'a' },
        { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' },
        { ErrorCode: 'InternalFailure', ErrorMessage: 'oh' },
      ];
      return { ...result, output: { ...result.output, Records } };
    },
    { step: 'initialize' },
  );
  const entries = ['a', 'b', 'c', 'd'].map((key) => ({ key, body: Buffer.from(key) }));
  const fates = await kinesisAppender({ client, stream: 'exports' }).append(
    entries,
    new AbortController().signal,
  );
  expect(fates.map(({ kind }) => kind)).toEqual(['durable', 'throttled', 'unavailable', 'unavailable']);
  await kinesis.close();
});

test('Event Hubs: what a batch has no room for is too large; its neighbours are in the hub', async () => {
  const hubs = [{ name: 'exports', partitions: 1, groups: ['$Default'] }];
  const emulator = await startEventHubs({ config: { namespace: 'emulatorNs1', hubs } });
  const producer = hubProducer(emulator.connectionString(), 'exports');
  const bodies = [Buffer.from('a'), Buffer.alloc(1_100_000), Buffer.from('b')];
  const appender = eventHubsAppender({ producer, hub: 'exports' });
  const fates = await appender.append(
    bodies.map((body) => ({ key: 'k', body })),
    new AbortController().signal,
  );
  expect(fates.map(({ kind }) => kind)).toEqual(['durable', 'too-large', 'durable']);
  expect(emulator.events('exports').map(({ body }) => String(body))).toEqual(['a', 'b']);
  await producer.close();
  await emulator.close();
});

const SECRETS = settingSecrets({
  TRIBUTARY_SECRET_DOOR_STREAM:
    'Endpoint=sb://a.servicebus.windows.net;SharedAccessKeyName=n;SharedAccessKey=TOPSECRET',
});

test('a setting names the stream', async () => {
  expect((await openAppender('kinesis:aep-exports', SECRETS)).place).toBe('kinesis:aep-exports');
  expect((await openAppender('event-hub:aep-exports', SECRETS)).place).toBe('event-hub:aep-exports');
  expect(await openAppender('memory:a', SECRETS)).toBe(memoryStream('a'));
});

test.each(['', 'kinesis:', 'kinesis:a b', 'sqs:a', 'event-hub:-', 'memory:a/b'])(
  '%j names none: the fault says what does',
  async (value) => {
    const opening = openAppender(value, SECRETS);
    await expect(opening).rejects.toThrow(/kinesis:STREAM, event-hub:HUB and memory:NAME/);
  },
);

test('a connection string that is none is not quoted', async () => {
  const secrets = settingSecrets({ TRIBUTARY_SECRET_DOOR_STREAM: 'TOPSECRET' });
  const fault: unknown = await openAppender('event-hub:a', secrets).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(Fault);
  expect(String(fault) + JSON.stringify(fault)).not.toContain('TOPSECRET');
});
