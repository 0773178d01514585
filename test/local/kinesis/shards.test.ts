import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  ProvisionedThroughputExceededException,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startEventSourceMapping } from '../../../local/event-source-mapping/mapping.js';
import type { Invoke } from '../../../local/lambda-invoker.js';
import { hurriedClock, until } from './hurried-clock.js';
import {
  failedAt,
  invoker,
  put,
  readEvent,
  SETTINGS,
  STREAM,
  sorted,
  stream,
  watch,
} from './mapping-fixture.js';

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}:${prefix}`);

async function active(client: KinesisClient): Promise<void> {
  const status = async () =>
    (await client.send(new DescribeStreamSummaryCommand({ StreamName: STREAM }))).StreamDescriptionSummary
      ?.StreamStatus;
  while ((await status()) !== 'ACTIVE') await new Promise(setImmediate);
}

async function split(client: KinesisClient): Promise<void> {
  await client.send(
    new SplitShardCommand({
      StreamName: STREAM,
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: (2n ** 127n).toString(),
    }),
  );
  await active(client);
}

/** Runs `before` the first time the client is asked for `command`, and then as often as it likes. */
function intercept(client: KinesisClient, command: string, before: (call: number) => void): void {
  let call = 0;
  client.middlewareStack.add(
    (next, context) => (args) => {
      if ('commandName' in context && context.commandName === command) before(call++);
      return next(args);
    },
    // Outside the SDK's own retries, which would only hide the error for a while.
    { step: 'initialize', priority: 'high' },
  );
}

test.each([
  ['one lane', { batchSize: 7 }],
  // A lane without records keeps reading, so the shard's end is seen while the other lane's last batch is open.
  ['four lanes', { batchSize: 100, parallelizationFactor: 4 }],
])(
  "after a split all of the parent's records are done before any of its children's is sent: %s",
  async (_, settings) => {
    const kinesis = await stream();
    const client = kinesis.client();
    await put(client, Array(21).fill('same:old'));
    await split(client);
    await put(client, numbered('new', 20));
    const texts: string[] = [];
    let held = 0;
    const invoke = invoker((seen) => {
      const [first] = seen;
      // The parent is held for a while: its children must wait for it.
      if (first?.text.endsWith('old') && held++ < 20) return failedAt(first.id);
      texts.push(...seen.map(({ text }) => text.slice(-3)));
      return null;
    });
    const mapping = await watch(kinesis, invoke, { settings });
    await until('all 41 records', () => mapping.stats().records === 41);
    expect(texts).toEqual([...Array(21).fill('old'), ...Array(20).fill('new')]);
  },
);

test('a split under a running mapping, and a merge after it, lose and repeat nothing', async () => {
  const kinesis = await stream();
  const client = kinesis.client();
  const texts: string[] = [];
  const invoke = invoker((seen) => {
    texts.push(...seen.map(({ text }) => text));
  });
  const mapping = await watch(kinesis, invoke, { settings: { startingPosition: 'LATEST' } });
  await put(client, numbered('a', 30));
  await split(client);
  await put(client, numbered('b', 30));
  await client.send(
    new MergeShardsCommand({
      StreamName: STREAM,
      ShardToMerge: 'shardId-000000000001',
      AdjacentShardToMerge: 'shardId-000000000002',
    }),
  );
  await active(client);
  await put(client, numbered('c', 30));
  await until('all 90 records', () => mapping.stats().records >= 90);
  expect(sorted(texts)).toEqual(sorted(['a', 'b', 'c'].flatMap((prefix) => numbered(prefix, 30))));
  expect(texts.findLastIndex((text) => text.endsWith('a'))).toBeLessThan(
    texts.findIndex((text) => text.endsWith('c')),
  );
  const { Shards } = await client.send(new ListShardsCommand({ StreamName: STREAM }));
  expect(Shards).toHaveLength(4);
  expect(mapping.errors).toEqual([]);
});

test('LATEST sees nothing from before the mapping and everything after it', async () => {
  const kinesis = await stream(2);
  const client = kinesis.client();
  await put(client, numbered('before', 10));
  const texts: string[] = [];
  const invoke = invoker((seen) => {
    texts.push(...seen.map(({ text }) => text));
  });
  const mapping = await watch(kinesis, invoke, { settings: { startingPosition: 'LATEST' } });
  await put(client, numbered('after', 10));
  await until('ten records', () => mapping.stats().records >= 10);
  expect(sorted(texts)).toEqual(sorted(numbered('after', 10)));
});

test('an iterator that expired while a batch was held is renewed behind the last record read', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const kinesis = await stream();
  const client = kinesis.client();
  await put(client, ['k:one', 'k:two']);
  const texts: string[] = [];
  let release = (): void => {};
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const invoke: Invoke = async (event) => {
    await blocked;
    texts.push(...readEvent(event).map(({ text }) => text));
    return { requestId: 'r' };
  };
  const reader = kinesis.client();
  let expired = 0;
  reader.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && error.name === 'ExpiredIteratorException') expired += 1;
        throw error;
      }
    },
    { step: 'initialize' },
  );
  const mapping = await watch(kinesis, invoke, { client: reader });
  await until('the first batch is open', () => mapping.stats().behind === 2);
  vi.setSystemTime(Date.now() + 6 * 60_000); // kinesalite, like Kinesis, gives an iterator five minutes
  await put(client, ['k:three']);
  release();
  await until('all three records', () => mapping.stats().records === 3);
  expect(expired).toBe(1);
  expect(texts).toEqual(['k:one', 'k:two', 'k:three']);
  expect(mapping.errors).toEqual([]);
});

test('a throttled read is tried again and tells nobody; another error is told of, and reading goes on', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['k:one']);
  const reader = kinesis.client();
  const broken = new Error('connection reset');
  intercept(reader, 'GetRecordsCommand', (call) => {
    const throttled = { message: 'slow down', $metadata: {} };
    if (call < 3) throw new ProvisionedThroughputExceededException(throttled);
    if (call === 3) throw broken;
  });
  const mapping = await watch(
    kinesis,
    invoker(() => null),
    { client: reader },
  );
  await until('the record', () => mapping.stats().records === 1);
  expect(mapping.errors).toEqual([broken]);
});

test('a stream that does not exist is a fault at the start; a disabled mapping reads nothing', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['k:one']);
  let listed = 0;
  const reader = kinesis.client();
  intercept(reader, 'ListShardsCommand', () => {
    listed += 1;
  });
  const mapping = await watch(
    kinesis,
    invoker(() => null),
    { settings: { enabled: false }, client: reader },
  );
  for (let turns = 0; turns < 100; turns++) await new Promise(setImmediate);
  expect(listed).toBe(0);
  expect(mapping.stats()).toEqual({ invocations: 0, records: 0, discarded: 0, behind: 0 });
  const start = startEventSourceMapping({
    client: reader,
    streamName: 'nobody-made-this',
    settings: SETTINGS,
    invoke: invoker(() => null),
    onFailure: async () => {},
    clock: hurriedClock(),
  });
  await expect(start).rejects.toMatchObject({ code: 'config.unknown-name' });
});
