import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  MergeShardsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { until } from './hurried-clock.js';
import { failedAt, invoker, put, STREAM, sorted, stream, watch } from './mapping-fixture.js';

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
