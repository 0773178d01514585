import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { kinesis } from '../../lambdas/kinesis.js';
import type { Message, Pipeline, RunOptions, Settlement } from '../../shared/core/ports.js';
import { hurriedClock } from '../local/kinesis/hurried-clock.js';

const ARN = 'arn:aws:kinesis:eu-central-1:123456789012:stream/tributary-dev-events';
const NOW = 1_700_000_000_000;

const sequence = (index: number): string =>
  `4968044178014809014931983783889213450675636833784483${String(index).padStart(4, '0')}`;

const SHARD = 'shardId-000000000000';

const record = (index: number, data: string | Buffer = `body ${index}`, arn = ARN) => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: 'p0',
    sequenceNumber: sequence(index),
    data: Buffer.from(data).toString('base64'),
    approximateArrivalTimestamp: 1_700_000_000.1236,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${SHARD}:${sequence(index)}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: 'arn:aws:iam::123456789012:role/x',
  awsRegion: 'eu-central-1',
  eventSourceARN: arn,
});

const eventOf = (...records: unknown[]) => ({ Records: records });
const remaining = (ms: number) => ({ getRemainingTimeInMillis: () => ms });

/** A pipeline that settles what it is told to, in whatever order it is told to answer. */
function pipelineThat(answer: (messages: readonly Message[]) => readonly Settlement[]) {
  const runs: { messages: readonly Message[]; options: RunOptions }[] = [];
  const pipeline: Pipeline = {
    run: async (messages, options) => {
      runs.push({ messages, options });
      return answer(messages);
    },
  };
  return { pipeline, runs };
}

const settle = (settled: (index: number) => boolean) => (messages: readonly Message[]) =>
  messages.map(({ id }, index): Settlement => ({ id, settled: settled(index), endings: [] }));

test('a record becomes a message: bytes, sequence number, arrival in whole milliseconds, name of the stream', async () => {
  const { pipeline, runs } = pipelineThat(settle(() => true));
  const bytes = Buffer.from([0, 255, 254, 10]);
  const answer = await kinesis(pipeline, hurriedClock(NOW))(
    eventOf(record(1, bytes), record(2)),
    remaining(60_000),
  );
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(runs[0]?.messages).toEqual([
    {
      id: sequence(1),
      body: bytes,
      at: 1_700_000_000_124,
      source: 'kinesis:tributary-dev-events',
      partition: SHARD,
    },
    {
      id: sequence(2),
      body: Buffer.from('body 2'),
      at: 1_700_000_000_124,
      source: 'kinesis:tributary-dev-events',
      partition: SHARD,
    },
  ]);
});

test('the stream delivers again, and the run ends early enough to answer within the time-out', async () => {
  const { pipeline, runs } = pipelineThat(settle(() => true));
  const handler = kinesis(pipeline, hurriedClock(NOW));
  for (const ms of [60_000, 900_000, 6_000]) await handler(eventOf(record(1)), remaining(ms));
  expect(runs.map(({ options }) => options)).toEqual([
    { redelivers: true, deadline: NOW + 50_000 },
    { redelivers: true, deadline: NOW + 890_000 },
    { redelivers: true, deadline: NOW + 4_500 }, // a short function keeps back a quarter
  ]);
});

test('the first unsettled record in the order of the batch is named, and only that one', async () => {
  const flags = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(flags, fc.boolean(), async (settled, backwards) => {
      const { pipeline } = pipelineThat((messages) => {
        const answers = settle((index) => settled[index] === true)(messages);
        return backwards ? [...answers].reverse() : answers;
      });
      const { batchItemFailures } = await kinesis(pipeline, hurriedClock())(
        eventOf(...settled.map((_, index) => record(index))),
        remaining(60_000),
      );
      const first = settled.indexOf(false);
      expect(batchItemFailures).toEqual(first < 0 ? [] : [{ itemIdentifier: sequence(first) }]);
    }),
  );
});

test('a record without an answer counts as unsettled', async () => {
  const { pipeline } = pipelineThat((messages) => settle(() => true)(messages.slice(0, 1)));
  const answer = await kinesis(pipeline)(eventOf(record(1), record(2), record(3)), remaining(60_000));
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: sequence(2) }] });
});

test('an answer that leaves the stream where it is waits, so that a long outage is few rounds; others do not', async () => {
  const answerOf = async (settled: readonly boolean[], ms: number, tookMs = 0) => {
    const clock = hurriedClock(NOW);
    const { pipeline: quick } = pipelineThat(settle((index) => settled[index] === true));
    const pipeline: Pipeline = {
      run: async (messages, options) => {
        await clock.sleep(tookMs);
        return quick.run(messages, options);
      },
    };
    const event = eventOf(...settled.map((_, index) => record(index)));
    const answer = await kinesis(pipeline, clock)(event, remaining(ms));
    return { answer, waited: clock.now() - NOW - tookMs };
  };
  const held = { batchItemFailures: [{ itemIdentifier: sequence(0) }] };
  expect(await answerOf([false, false], 300_000)).toEqual({ answer: held, waited: 5_000 });
  expect(await answerOf([false, true], 300_000)).toEqual({ answer: held, waited: 5_000 });
  // What is settled moves the checkpoint, so the next round is another one.
  expect((await answerOf([true, false], 300_000)).waited).toBe(0);
  expect((await answerOf([true, true], 300_000)).waited).toBe(0);
  // Never beyond the time that is kept back for the answer.
  expect((await answerOf([false], 300_000, 288_000)).waited).toBe(2_000);
  expect((await answerOf([false], 300_000, 291_000)).waited).toBe(0);
});

test('a pipeline that throws fails the batch: nothing is swallowed', async () => {
  const { pipeline } = pipelineThat(() => {
    throw new Error('broken');
  });
  await expect(kinesis(pipeline)(eventOf(record(1)), remaining(60_000))).rejects.toThrow('broken');
});

test('members nobody knows are no harm, and an enhanced fan-out ARN names the same stream', async () => {
  const { pipeline, runs } = pipelineThat(settle(() => true));
  const grown = { ...record(1, 'x', `${ARN}/consumer/fast:1700000000`), newMember: { a: 1 } };
  await kinesis(pipeline)({ ...eventOf(grown), window: null }, remaining(60_000));
  expect(runs[0]?.messages[0]?.source).toBe('kinesis:tributary-dev-events');
});

const { eventSourceARN: _, ...homeless } = record(1);
test.each([
  ['nothing', undefined],
  ['a text', 'hello'],
  ['no Records', {}],
  [
    'an SQS record',
    eventOf({ messageId: '1', body: '{}', eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:r:1:q' }),
  ],
  ['a record of no stream', eventOf(homeless)],
  ['an ARN of something else', eventOf(record(1, 'x', 'arn:aws:dynamodb:eu-central-1:1:table/t/stream/s'))],
  [
    'a sequence number that is a number',
    eventOf({ ...record(1), kinesis: { ...record(1).kinesis, sequenceNumber: 496 } }),
  ],
  [
    'no arrival',
    eventOf({ ...record(1), kinesis: { ...record(1).kinesis, approximateArrivalTimestamp: null } }),
  ],
])('a broken envelope throws before anything runs: %s', async (_name, event) => {
  const { pipeline, runs } = pipelineThat(settle(() => true));
  await expect(kinesis(pipeline)(event, remaining(60_000))).rejects.toMatchObject({
    code: 'decode.shape',
    message: expect.stringContaining('another trigger'),
  });
  expect(runs).toEqual([]);
});

test('the invocation is called as Lambda calls it; a record without an event id has no shard', async () => {
  const { pipeline, runs } = pipelineThat(settle(() => true));
  const { eventID: _, ...nameless } = record(1);
  const context = { ...remaining(60_000), awsRequestId: 'req-1' };
  await kinesis(pipeline, hurriedClock(NOW))(eventOf(nameless, { ...record(2), eventID: 'else' }), context);
  expect(runs[0]?.options.invocation).toBe('req-1');
  for (const message of runs[0]?.messages ?? []) expect(message).not.toHaveProperty('partition');
});
