import { expect, test } from 'vitest';
import { sqs } from '../../lambdas/sqs.js';
import type { Arrival, Replay } from '../../shared/pipeline/replay.js';

const NOW = 1_700_000_000_000;

const record = (index: number, more: object = {}) => ({
  messageId: `m-${index}`,
  receiptHandle: 'handle',
  body: `body ${index}`,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(NOW - 1_000 * index), SenderId: 'me' },
  messageAttributes: {},
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:tributary-dev-parked',
  awsRegion: 'eu-central-1',
  ...more,
});
const remaining = (ms: number) => ({ getRemainingTimeInMillis: () => ms });

function replayLeaving(...left: readonly string[]) {
  const runs: { arrivals: readonly Arrival[]; options: object }[] = [];
  const replay: Replay = async (arrivals, options) => {
    runs.push({ arrivals, options });
    return new Map(left.map((id) => [id, new Error(id)]));
  };
  return { replay, runs };
}

test('a message becomes an arrival: id, bytes, when it was sent', async () => {
  const { replay, runs } = replayLeaving();
  const answer = await sqs(replay, () => NOW)({ Records: [record(1), record(2)] }, remaining(120_000));
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(runs).toEqual([
    {
      arrivals: [1, 2].map((i) => ({
        id: `m-${i}`,
        body: Buffer.from(`body ${i}`),
        at: NOW - 1_000 * i,
      })),
      options: { deadline: NOW + 110_000 },
    },
  ]);
});

test('the invocation is named to those who write lines', async () => {
  const { replay, runs } = replayLeaving();
  await sqs(replay, () => NOW)({ Records: [record(1)] }, { ...remaining(120_000), awsRequestId: 'req-1' });
  expect(runs[0]?.options).toEqual({ deadline: NOW + 110_000, invocation: 'req-1' });
});

test('what could be kept nowhere is named, by its message id, and nothing else', async () => {
  const { replay } = replayLeaving('m-3', 'm-1');
  const event = { Records: [record(1), record(2), record(3)] };
  expect(await sqs(replay)(event, remaining(120_000))).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm-3' }, { itemIdentifier: 'm-1' }],
  });
});

test.each([
  ['of Kinesis', { Records: [{ kinesis: {}, eventSource: 'aws:kinesis' }] }],
  ['of another service', { Records: [record(1, { eventSource: 'aws:sns' })] }],
  ['without a time', { Records: [record(1, { attributes: {} })] }],
  ['with nothing', null],
])('an event %s fails the batch and says why', async (_, event) => {
  const { replay, runs } = replayLeaving();
  await expect(sqs(replay)(event, remaining(1_000))).rejects.toMatchObject({
    code: 'decode.shape',
    message: expect.stringContaining('another trigger'),
  });
  expect(runs).toEqual([]);
});
