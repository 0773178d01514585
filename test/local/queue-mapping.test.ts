import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { doneOf } from '../../local/queue-mapping/mapping.js';
import { readQueueMappingSettings } from '../../local/queue-mapping/settings.js';

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
