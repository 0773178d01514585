import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { startEventSourceMapping } from '../../../local/event-source-mapping/mapping.js';
import type { Invoke } from '../../../local/lambda-invoker.js';
import { systemClock } from '../../../shared/clock.js';
import { spin, until } from './hurried-clock.js';
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
