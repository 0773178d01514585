import { readFile } from 'node:fs/promises';
import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startSqsS3 } from '../../local/emulators/sqs-s3.js';
import { doneOf, startQueueMapping } from '../../local/queue-mapping/mapping.js';
import { readQueueMappingSettings } from '../../local/queue-mapping/settings.js';

const Records = z.object({ Records: z.array(z.object({ messageId: z.string(), body: z.string() })) });

const DEPLOYED = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');

test("the project's own function: queue, batches, what becomes of what fails", () => {
  expect(readQueueMappingSettings(DEPLOYED, 'replay')).toEqual({
    ok: true,
    value: {
      functionName: 'tributary-dev-replay',
      queue: {
        name: 'tributary-dev-parked',
        visibilityTimeout: 720,
        redrive: { queue: 'tributary-dev-unparked', maxReceives: 20 },
      },
      batchSize: 10,
      reportBatchItemFailures: true,
    },
  });
});

const STAGED = ['QueueName: tributary-$', '{sls:stage}-unparked'].join('');

test.each([
  ['batchSize: 10', 'batchSize: 11', 'batchSize'],
  [
    'arn: !GetAtt Parked.Arn\n          batchSize',
    'arn: !GetAtt Nowhere.Arn\n          batchSize',
    '!GetAtt <queue>.Arn',
  ],
  ['VisibilityTimeout: 720', 'VisibilityTimeout: 90000', 'VisibilityTimeout'],
  [STAGED, STAGED.replace('sls:stage', 'env:NAME'), 'its only variable'],
])('%s as %s is a fault that says where', (from, to, why) => {
  const text = DEPLOYED.replace(from, to);
  expect(text).not.toBe(DEPLOYED);
  const read = readQueueMappingSettings(text, 'replay');
  expect(!read.ok && read.fault.message).toMatch(/^serverless\.yml:\d+: /);
  expect(!read.ok && read.fault.message).toContain(why);
});

describe('which messages of a batch are done', () => {
  const ids = ['a', 'b', 'c'];
  const named = (...failed: unknown[]) => ({
    batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })),
  });

  test.each<[string, unknown, string[]]>([
    ['nothing is said', null, ids],
    ['none is named', named(), ids],
    ['one is named', named('b'), ['a', 'c']],
    ['all are', named(...ids), []],
    ['one that is not of the batch', named('b', 'x'), []],
    ['an empty one', named(''), []],
    ['none but null', named(null), []],
    ['a wrong key', { batchItemFailures: [{ id: 'a' }] }, []],
  ])('%s', (_, payload, done) => {
    expect(doneOf(ids, { requestId: 'r', payload }, true)).toEqual(done);
  });

  test('none after an error; all when partial answers are off', () => {
    expect(doneOf(ids, { requestId: 'r', functionError: 'Unhandled', payload: named() }, true)).toEqual([]);
    expect(doneOf(ids, { requestId: 'r', payload: named('b') }, false)).toEqual(ids);
  });
});

describe('a queue that feeds a function', () => {
  test('what is done is deleted; what fails comes back until the queue gives it to its dead-letter queue', async () => {
    const aws = await startSqsS3();
    try {
      const given = await aws.createQueue('given-up');
      const url = await aws.createQueue('parked', { deadLetters: 'given-up', maxReceives: 2 });
      const client = aws.sqs();
      const visible = { QueueUrl: url, Attributes: { VisibilityTimeout: '0' } };
      await client.send(new SetQueueAttributesCommand(visible));
      const batches: string[][] = [];
      const mapping = startQueueMapping({
        client,
        queueUrl: url,
        settings: {
          functionName: 'replay',
          queue: { name: 'parked', visibilityTimeout: 0 },
          batchSize: 10,
          reportBatchItemFailures: true,
        },
        async invoke(event) {
          const records = Records.parse(event).Records;
          batches.push(records.map(({ body }) => body));
          const failed = records.filter(({ body }) => body === 'bad');
          const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
          return { requestId: 'r', payload: { batchItemFailures } };
        },
        onError: (error) => {
          throw error;
        },
      });
      const Entries = ['a', 'bad', 'c'].map((text) => ({ Id: text, MessageBody: text }));
      await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      const end = performance.now() + 20_000;
      let bodies: (string | undefined)[] = [];
      while (bodies.length === 0 && performance.now() < end) {
        const received = await client.send(
          new ReceiveMessageCommand({ QueueUrl: given, WaitTimeSeconds: 1 }),
        );
        bodies = received.Messages?.map(({ Body }) => Body) ?? [];
      }
      await mapping.close();
      expect(bodies).toEqual(['bad']);
      expect(batches.flat().sort()).toEqual(['a', 'bad', 'bad', 'c']);
      expect(mapping.stats().done).toBe(2);
    } finally {
      await aws.close();
    }
  });
});
