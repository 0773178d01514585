import { expect, test } from 'vitest';
import { onFailureMessage } from '../../../local/event-source-mapping/on-failure.js';
import { held, sequence } from './held-records.js';
import { until } from './hurried-clock.js';
import { invoker, put, readEvent, stream, watch } from './mapping-fixture.js';

const IDENTITY = {
  mappingId: '0b1c2d3e-0000-4000-8000-000000000000',
  functionArn: 'arn:aws:lambda:eu-central-1:000000000000:function:tributary-test-consumer',
  streamArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/tributary-test-events',
  shardId: 'shardId-000000000000',
};
const NOW = Date.UTC(2026, 0, 31, 23, 59, 58, 987);
const AT = { now: NOW, random: 'random' };
const records = [held(1, { at: NOW - 2_000 }), held(2, { at: NOW - 1_000 })];

test('a queue gets the metadata, in the shape AWS documents', () => {
  const last = { requestId: 'request', functionError: 'Unhandled', payload: {} };
  const batch = { records, condition: 'RetryAttemptsExhausted', sends: 3, last } as const;
  expect(onFailureMessage({ kind: 'sqs', target: 'Failed' }, batch, IDENTITY, AT)).toEqual({
    kind: 'sqs',
    target: 'Failed',
    body: {
      requestContext: {
        requestId: 'request',
        functionArn: IDENTITY.functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: '2026-01-31T23:59:58.987Z',
      KinesisBatchInfo: {
        shardId: IDENTITY.shardId,
        startSequenceNumber: sequence(1),
        endSequenceNumber: sequence(2),
        approximateArrivalOfFirstRecord: '2026-01-31T23:59:56.987Z',
        approximateArrivalOfLastRecord: '2026-01-31T23:59:57.987Z',
        batchSize: 2,
        streamArn: IDENTITY.streamArn,
      },
    },
  });
});

test('a bucket gets the records too, under a name that says mapping, shard and time', () => {
  const batch = { records, condition: 'RecordAgeExceeded', sends: 0, last: undefined } as const;
  const message = onFailureMessage({ kind: 's3', target: 'FailedBatches' }, batch, IDENTITY, AT);
  if (message.kind !== 's3') throw new Error(`made for ${message.kind}`);
  expect(message.key).toBe(
    'aws/lambda/0b1c2d3e-0000-4000-8000-000000000000/shardId-000000000000/2026/01/31/2026-01-31T23.59.58-random',
  );
  expect(readEvent(JSON.parse(message.body.payload)).map(({ id }) => id)).toEqual([sequence(1), sequence(2)]);
  expect(message.body).not.toHaveProperty('responseContext');
  expect(message.body.requestContext).toMatchObject({ requestId: '', approximateInvokeCount: 0 });
});

const failing = invoker(() => {
  throw new Error('never');
});

test('a destination that fails is told of; the mapping goes on, as Lambda does', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['k:one']);
  const unreachable = new Error('no queue');
  const onFailure = () => Promise.reject(unreachable);
  const mapping = await watch(kinesis, failing, { settings: { maximumRetryAttempts: 0 }, onFailure });
  await until('the record is discarded', () => mapping.stats().discarded === 1);
  expect(mapping.errors).toEqual([unreachable]);
  await put(kinesis.client(), ['k:two']);
  await until('the next one too', () => mapping.stats().discarded === 2);
});

test('without a destination the loss is said aloud, and no message is made', async () => {
  const kinesis = await stream();
  await put(kinesis.client(), ['k:one']);
  const mapping = await watch(kinesis, failing, { settings: { maximumRetryAttempts: 0 }, silent: true });
  await until('the record is discarded', () => mapping.stats().discarded === 1);
  expect(mapping.failures).toEqual([]);
  expect(mapping.errors).toMatchObject([{ code: 'config.missing-setting' }]);
});
