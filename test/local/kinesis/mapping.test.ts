import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { laneOf } from '../../../local/event-source-mapping/lane.js';
import { startEventSourceMapping } from '../../../local/event-source-mapping/mapping.js';
import type { Invoke } from '../../../local/lambda-invoker.js';
import { systemClock } from '../../../shared/clock.js';
import { until } from './hurried-clock.js';
import {
  failedAt,
  invoker,
  put,
  readEvent,
  SETTINGS,
  type Seen,
  STREAM,
  stream,
  watch,
} from './mapping-fixture.js';

const spin = async (turns: number): Promise<void> => {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
};

/** A function whose calls stay open until the test lets them go. */
function gate() {
  const waiting: { seen: Seen[]; answer: (payload: unknown) => void }[] = [];
  const invoke: Invoke = async (event) => {
    const payload = await new Promise<unknown>((answer) => waiting.push({ seen: readEvent(event), answer }));
    return { requestId: 'r', payload };
  };
  return { waiting, invoke };
}

test('the event is what Lambda hands over: every member of a Kinesis record, data in base64, time in seconds', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['person-1:hello']);
  let event: unknown;
  const invoke: Invoke = async (given) => {
    event = given;
    return { requestId: 'r' };
  };
  const mapping = await watch(kinesis, invoke);
  await until('the record', () => mapping.stats().records === 1);
  expect(event).toEqual({
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: 'person-1',
          sequenceNumber: expect.stringMatching(/^\d{56}$/),
          data: Buffer.from('person-1:hello').toString('base64'),
          approximateArrivalTimestamp: expect.any(Number),
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: expect.stringMatching(/^shardId-000000000000:\d{56}$/),
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: expect.stringMatching(/^arn:aws:iam:/),
        awsRegion: 'eu-central-1',
        eventSourceARN: `arn:aws:kinesis:eu-central-1:000000000000:stream/${STREAM}`,
      },
    ],
  });
  const [seen] = readEvent(event);
  expect(seen?.text).toBe('person-1:hello');
  expect(JSON.stringify(event)).toMatch(/"approximateArrivalTimestamp":\d{10}(\.\d+)?[,}]/);
});

test('nothing is read past an open batch: the stream itself is the buffer', async () => {
  const kinesis = await stream();
  const { waiting, invoke } = gate();
  await put(kinesis.client(), ['k:1', 'k:2']);
  const mapping = await watch(kinesis, invoke);
  await until('the first batch', () => waiting.length === 1);
  await put(kinesis.client(), ['k:3']);
  await spin(200);
  expect(mapping.stats()).toMatchObject({ behind: 2 });
  waiting[0]?.answer(null);
  await until('the second batch', () => waiting.length === 2);
  waiting[1]?.answer(null);
  await until('the end', () => mapping.stats().records === 3);
});

test('close waits for the call under way, keeps what it finished, and discards nothing of the rest', async () => {
  const kinesis = await stream();
  const { waiting, invoke } = gate();
  await put(kinesis.client(), ['k:1', 'k:2', 'k:3']);
  const settings = { maximumRetryAttempts: 0, bisectBatchOnFunctionError: true };
  const mapping = await watch(kinesis, invoke, { settings });
  await until('the batch', () => waiting.length === 1);
  let closed = false;
  const closing = mapping.close().then(() => {
    closed = true;
  });
  await spin(50);
  expect(closed).toBe(false);
  waiting[0]?.answer(failedAt(waiting[0].seen[1]?.id ?? ''));
  await closing;
  expect(waiting).toHaveLength(1);
  expect(mapping.stats()).toEqual({ invocations: 1, records: 1, discarded: 0, behind: 2 });
  expect(mapping.failures).toEqual([]);
  expect(mapping.errors).toEqual([]);
  const again = await watch(kinesis, invoke, { settings });
  await until('the batch comes back', () => waiting.length === 2);
  waiting[1]?.answer(null);
  await until('and is done', () => again.stats().records === 3);
});

test('factor 4: a stuck lane holds its own keys only, until it has a batch waiting; then it holds the shard', async () => {
  const kinesis = await stream();
  const keys = Array.from({ length: 16 }, (_, index) => `k${index}`);
  const round = (number: number) => keys.map((key) => `${key}:${number}`);
  const isStuck = (key: string) => laneOf(key, 4) === laneOf('k0', 4);
  const done: Seen[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let stuckCalls = 0;
  const invoke = invoker(async (seen) => {
    if (seen.some(({ key }) => isStuck(key)) && stuckCalls++ === 0) await released;
    done.push(...seen);
  });
  await put(kinesis.client(), round(0));
  const settings = { parallelizationFactor: 4, batchSize: 5 };
  const mapping = await watch(kinesis, invoke, { settings });
  const free = keys.filter((key) => !isStuck(key)).length;
  await until('the other lanes are done', () => done.length === free);
  for (let number = 1; number < 4; number++) await put(kinesis.client(), round(number));
  await until('the stuck lane has a full batch waiting', () => mapping.stats().behind >= 10);
  await spin(100);
  const { behind } = mapping.stats();
  await put(kinesis.client(), round(4));
  await spin(200);
  expect(mapping.stats().behind).toBe(behind);
  expect(stuckCalls).toBe(1);
  expect(done.some(({ key }) => isStuck(key))).toBe(false);
  release();
  await until('everything', () => mapping.stats().records === 80);
  for (const key of keys) {
    expect(done.filter((one) => one.key === key).map(({ text }) => text)).toEqual(
      [0, 1, 2, 3, 4].map((number) => `${key}:${number}`),
    );
  }
});

test('a shard that is found while the mapping closes is not read after close has resolved', async () => {
  const kinesis = await stream();
  const client = kinesis.client();
  const reader = kinesis.client();
  let reads = 0;
  let asked = false;
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  reader.middlewareStack.add(
    (next, context) => async (args) => {
      const command = 'commandName' in context ? context.commandName : '';
      if (command === 'GetRecordsCommand') reads += 1;
      // The only command with a ShardId in its input.
      if (
        command === 'GetShardIteratorCommand' &&
        JSON.stringify(args.input).includes('shardId-000000000001')
      ) {
        asked = true;
        await held;
      }
      return next(args);
    },
    { step: 'initialize', priority: 'high' },
  );
  const mapping = await watch(
    kinesis,
    invoker(() => null),
    { client: reader },
  );
  const halves = { ShardToSplit: 'shardId-000000000000', NewStartingHashKey: (2n ** 127n).toString() };
  await client.send(new SplitShardCommand({ StreamName: STREAM, ...halves }));
  await until('the child is found', () => asked);
  const closing = mapping.close();
  await spin(50);
  letGo();
  await closing;
  const before = reads;
  await spin(100);
  expect(reads).toBe(before);
});

test('a batching window gathers what comes in, and a batch never exceeds its size', async () => {
  const kinesis = await stream();
  const sizes: number[] = [];
  const invoke = invoker((seen) => {
    sizes.push(seen.length);
  });
  await put(
    kinesis.client(),
    Array.from({ length: 25 }, (_, index) => `k:${index}`),
  );
  const mapping = await watch(kinesis, invoke, { settings: { batchSize: 10, batchWindow: 3 } });
  await until('all', () => mapping.stats().records === 25);
  expect(sizes).toEqual([10, 10, 5]);
});

test('on the real clock a mapping starts, delivers and stops at once', async () => {
  const kinesis = await stream();
  const invoke = invoker(() => null);
  const mapping = await startEventSourceMapping({
    client: kinesis.client(),
    streamName: STREAM,
    settings: SETTINGS,
    invoke,
    onFailure: async () => {},
    clock: systemClock,
  });
  await put(kinesis.client(), ['k:1']);
  await until('the record', () => mapping.stats().records === 1);
  await mapping.close();
});
