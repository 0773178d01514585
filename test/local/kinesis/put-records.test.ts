import {
  type KinesisClient,
  ProvisionedThroughputExceededException,
  type PutRecordsCommandInput,
  type PutRecordsCommandOutput,
} from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { putAll, sizeOf } from '../../../local/put-records.js';
import { cutCalls } from '../../../shared/stores/kinesis-calls.js';
import { hurriedClock, until } from './hurried-clock.js';
import { invoker, put, STREAM, sorted, stream, watch } from './mapping-fixture.js';

const entry = (bytes: number) => ({ partitionKey: 'kk', data: new Uint8Array(bytes) });

test('a call holds 500 entries and 5 MiB at most, keys included, in order', () => {
  expect(cutCalls([], sizeOf)).toEqual([]);
  expect(
    cutCalls(
      Array.from({ length: 1_001 }, () => entry(1)),
      sizeOf,
    ).map((call) => call.length),
  ).toEqual([500, 500, 1]);
  const exact = entry(1024 * 1024 - 2);
  expect(
    cutCalls(
      Array.from({ length: 11 }, () => exact),
      sizeOf,
    ).map((call) => call.length),
  ).toEqual([5, 5, 1]);
  const entries = [1, 2, 3].map(entry);
  expect(cutCalls(entries, sizeOf).flat()).toEqual(entries);
});

/** Refuses every second entry of the calls `when` picks, as Kinesis does when a shard is busy. */
function refuseInPart(client: KinesisClient, when: (call: number) => boolean, sizes: number[]): void {
  let call = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      // The only command this client is used for.
      const input = args.input as PutRecordsCommandInput;
      const all = input.Records ?? [];
      sizes.push(all.length);
      if (!when(call++)) return next(args);
      const taken = all.filter((_, index) => index % 2 === 0);
      const result = await next({ ...args, input: { ...input, Records: taken } });
      // The answer to that same command.
      const output = result.output as PutRecordsCommandOutput;
      const refused = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'slow down' };
      const Records = all.map((_, index) => (index % 2 === 0 ? output.Records?.[index / 2] : refused));
      return { ...result, output: { ...output, FailedRecordCount: all.length - taken.length, Records } };
    },
    { step: 'initialize' },
  );
}

test('a call that succeeds in part: only what was refused is sent again, and all arrive once', async () => {
  const kinesis = await stream(2);
  const client = kinesis.client();
  const sizes: number[] = [];
  refuseInPart(client, (call) => call < 3, sizes);
  const texts = Array.from({ length: 20 }, (_, index) => `k${index}:x`);
  await put(client, texts);
  expect(sizes).toEqual([20, 10, 5, 2]);
  const seen: string[] = [];
  const mapping = await watch(
    kinesis,
    invoker((records) => {
      seen.push(...records.map(({ text }) => text));
    }),
  );
  await until('20 records', () => mapping.stats().records >= 20);
  expect(sorted(seen)).toEqual(sorted(texts));
});

test('a throttled call is waited for; endless throttling ends in a fault instead of a hang', async () => {
  const kinesis = await stream();
  const client = kinesis.client();
  let refusals = 5;
  client.middlewareStack.add(
    (next) => (args) => {
      if (refusals-- > 0)
        throw new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: {} });
      return next(args);
    },
    { step: 'initialize' },
  );
  const clock = hurriedClock();
  await putAll(client, STREAM, [entry(1)], clock);
  expect(clock.slept).toEqual([40, 80, 160, 320, 640]);
  refusals = 1_000;
  await expect(putAll(client, STREAM, [entry(1)], clock)).rejects.toMatchObject({ code: 'remote.throttled' });
});
