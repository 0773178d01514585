import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readMappingSettings } from '../../../local/event-source-mapping/settings.js';
import { readLambdaSettings } from '../../../local/lambda-settings.js';
import { destination, extension, read } from './serverless-text.js';

const DEPLOYED = readFileSync(new URL('../../../serverless.yml', import.meta.url), 'utf8');

test("the project's own serverless.yml: what the reference recommends for a stream that may lose nothing", () => {
  expect(readMappingSettings(DEPLOYED, 'consumer')).toEqual({
    ok: true,
    value: {
      functionName: 'tributary-dev-consumer',
      stream: { logicalId: 'Events', name: 'tributary-dev-events', shards: 4 },
      enabled: true,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 500,
      batchWindow: 1,
      parallelizationFactor: 1,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: 590_400,
      bisectBatchOnFunctionError: true,
      reportBatchItemFailures: true,
      onFailure: { kind: 's3', target: 'FailedBatches' },
    },
  });
  const staged = readMappingSettings(DEPLOYED, 'consumer', { stage: 'prod' });
  expect(staged).toMatchObject({ value: { stream: { name: 'tributary-prod-events' } } });
});

test("the project's own function: handler, time-out and environment", () => {
  expect(readLambdaSettings(DEPLOYED, 'consumer')).toMatchObject({
    ok: true,
    value: {
      name: 'tributary-dev-consumer',
      module: 'dist/aws/consumer/index',
      export: 'handler',
      timeoutMs: 300_000,
      memory: 512,
      environment: {
        TRIBUTARY_CONFIG: 'dist/rules/tributary.json',
        TRIBUTARY_FUNCTIONS: '',
        TRIBUTARY_STATE: 'dynamodb:tributary-dev-state',
        TRIBUTARY_DEAD_LETTERS: 's3:tributary-dev-letters-${AWS::AccountId}-${AWS::Region}',
      },
    },
  });
});

test("osls' and AWS's defaults are filled in", () => {
  expect(read({ event: ['type: kinesis'] })).toMatchObject({
    ok: true,
    value: {
      functionName: 'shop-dev-consumer',
      stream: { name: 'events', shards: 2 },
      enabled: true,
      startingPosition: 'TRIM_HORIZON',
      batchSize: 10,
      batchWindow: 0,
      parallelizationFactor: 1,
      maximumRetryAttempts: -1,
      maximumRecordAgeInSeconds: -1,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
    },
  });
});

test.each([
  ['the short form', '!GetAtt Events.Arn', 'events'],
  ['the short form of a list', '!GetAtt [Events, Arn]', 'events'],
  ['the long form', '{ Fn::GetAtt: [Events, Arn] }', 'events'],
  ['an ARN', 'arn:aws:kinesis:eu-central-1:123456789012:stream/elsewhere', 'elsewhere'],
])('the stream may be given by %s', (_, arn, name) => {
  expect(read({ arn })).toMatchObject({ ok: true, value: { stream: { name } } });
});

test('a stream event that is only an ARN has all defaults', () => {
  const arn = 'arn:aws:kinesis:eu-central-1:123456789012:stream/elsewhere';
  const text = `service: shop\nfunctions: { consumer: { handler: a.b, events: [{ stream: '${arn}' }] } }`;
  expect(readMappingSettings(text, 'consumer')).toMatchObject({ ok: true, value: { batchSize: 10 } });
});

test.each([
  [
    'a queue in the event',
    { event: ['destinations: { onFailure: { type: sqs, arn: !GetAtt Failed.Arn } }'] },
    'sqs',
    'Failed',
  ],
  [
    'a topic in the event',
    { event: ['destinations: { onFailure: { type: sns, arn: !Ref Told } }'] },
    'sns',
    'Told',
  ],
  [
    'an ARN in the event',
    { event: ['destinations: { onFailure: arn:aws:sqs:r:1:q }'] },
    'sqs',
    'arn:aws:sqs:r:1:q',
  ],
  ['a bucket in the extension', { resources: extension(destination('!GetAtt Kept.Arn')) }, 's3', 'Kept'],
  ['a bucket by ARN', { resources: extension(destination('arn:aws:s3:::kept')) }, 's3', 'arn:aws:s3:::kept'],
])('what is given up may go to %s', (_, given, kind, target) => {
  expect(read(given)).toMatchObject({ ok: true, value: { onFailure: { kind, target } } });
});
