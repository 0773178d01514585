import { expect, test } from 'vitest';
import { arrivalsOf } from '../../lambdas/arrivals.js';
import { filesOf, pollOf } from '../../lambdas/files.js';
import type { Arrival } from '../../shared/files/intake/arrivals.js';
import type { Intake } from '../../shared/files/intake/intake.js';

const context = { getRemainingTimeInMillis: () => 900_000, awsRequestId: 'req-1' };

function lent(more: Partial<Intake> = {}) {
  const arrived: Arrival[] = [];
  const taken: { text: string; limits: object }[] = [];
  let polls = 0;
  const intake: Intake = {
    arrive: async (arrivals) => void arrived.push(...arrivals),
    take: async (body, limits) => void taken.push({ text: Buffer.from(body).toString(), limits }),
    poll: async () => void polls++,
    ...more,
  };
  return { arrived, taken, polls: () => polls, give: async () => intake };
}

const record = (eventName: string, key: string) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-central-1',
  eventTime: '2026-09-01T02:00:00.000Z',
  eventName,
  s3: {
    s3SchemaVersion: '1.0',
    bucket: { name: 'exports', arn: 'arn:aws:s3:::exports' },
    object: { key, size: 1024, eTag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0A1B2C3D4E5F678901' },
  },
});

// middy's types want the whole context of Lambda; the handlers read the remaining time alone.
const run = async (handler: unknown, event: unknown): Promise<unknown> =>
  (handler as (event: unknown, context: unknown) => Promise<unknown>)(event, context);

test('S3 writes keys as forms do; what was removed is no news', async () => {
  const { arrived, give } = lent();
  const Records = [
    record('ObjectCreated:Put', 'daily/High+propensity+%26+loyal_%C3%A4.csv'),
    record('ObjectCreated:CompleteMultipartUpload', 'daily/a%2Bb.csv'),
    record('ObjectRemoved:Delete', 'daily/old.csv'),
    record('ObjectCreated:Copy', 'daily/100%.csv'),
  ];
  await run(arrivalsOf(give), { Records });
  expect(arrived).toEqual([
    { kind: 's3', root: 'exports', path: 'daily/High propensity & loyal_ä.csv' },
    { kind: 's3', root: 'exports', path: 'daily/a+b.csv' },
    { kind: 's3', root: 'exports', path: 'daily/100%.csv' },
  ]);
});

test('the test that S3 sends when a notification is set up is no news', async () => {
  const { arrived, give } = lent();
  await run(arrivalsOf(give), {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2026-09-01T02:00:00.000Z',
    Bucket: 'exports',
  });
  expect(arrived).toEqual([]);
});

test('an event of another trigger is refused', async () => {
  const { give } = lent();
  await expect(run(arrivalsOf(give), { Records: [{ eventSource: 'aws:sqs' }] })).rejects.toThrow(
    /no notification of S3/,
  );
});

const message = (messageId: string, body: string) => ({
  messageId,
  receiptHandle: 'r',
  body,
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: '1790000000000' },
  eventSource: 'aws:sqs',
});

test('a message of the files queue is worked on until shortly before the time-out', async () => {
  const { taken, give } = lent();
  const answer = await run(
    filesOf(give, () => 1_000),
    { Records: [message('m-1', 'eyJ9')] },
  );
  expect(taken).toEqual([{ text: 'eyJ9', limits: { deadline: 1_000 + 890_000, invocation: 'req-1' } }]);
  expect(answer).toEqual({ batchItemFailures: [] });
});

test('an order that could not be worked on is shown again; of several only that one', async () => {
  const fails = lent({
    take: async (body) => {
      if (Buffer.from(body).toString() === 'bad') throw new Error('no');
    },
  });
  await expect(run(filesOf(fails.give), { Records: [message('m-1', 'bad')] })).rejects.toThrow();
  const answer = await run(filesOf(fails.give), { Records: [message('m-1', 'bad'), message('m-2', 'good')] });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });
});

test('a schedule looks through the places', async () => {
  const { polls, give } = lent();
  await run(pollOf(give), { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} });
  expect(polls()).toBe(1);
});
