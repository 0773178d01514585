import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readMappingSettings } from '../../../local/event-source-mapping/settings.js';
import { readLambdaSettings } from '../../../local/lambda-settings.js';

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
      module: 'dist/lambdas/index',
      export: 'consumer',
      timeoutMs: 60_000,
      memory: 512,
      environment: { TRIBUTARY_CONFIG: 'tributary.yaml', TRIBUTARY_STATE: 'memory:tributary-dev-state' },
    },
  });
});

interface Given {
  /** Lines of the stream event, after `arn` on line 9. */
  readonly event?: string[];
  readonly arn?: string;
  /** Lines under `resources`, the stream itself left out. */
  readonly resources?: string[];
  readonly stream?: string[];
}

/** A file whose stream event begins on line 8, its `arn` on line 9, and its further lines on 10 and after. */
const file = ({
  event = [],
  arn = '!GetAtt Events.Arn',
  resources = [],
  stream = ['ShardCount: 2'],
}: Given): string =>
  [
    'service: shop',
    'provider: { name: aws }',
    'functions:',
    '  other: { handler: a.b }',
    '  consumer:',
    '    handler: dist/lambdas/index.consumer',
    '    events:',
    '      - stream:',
    `          arn: ${arn}`,
    ...event.map((line) => `          ${line}`),
    'resources:',
    '  Resources:',
    '    Failed: { Type: AWS::SQS::Queue }',
    '    Told: { Type: AWS::SNS::Topic }',
    '    Kept: { Type: AWS::S3::Bucket }',
    '    Events:',
    '      Type: AWS::Kinesis::Stream',
    '      Properties:',
    '        Name: events',
    ...stream.map((line) => `        ${line}`),
    ...resources.map((line) => `  ${line}`),
  ].join('\n');

const read = (given: Given, name = 'consumer') => readMappingSettings(file(given), name);

const extension = (properties: string, id = 'ConsumerEventSourceMappingKinesisEvents') => [
  'extensions:',
  `  ${id}:`,
  `    Properties: ${properties}`,
];
const destination = (target: string) => `{ DestinationConfig: { OnFailure: { Destination: ${target} } } }`;

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

describe('a fault names file, line and setting', () => {
  test.each([
    ['batchSize: 0', /^serverless\.yml:10: batchSize: expected a whole number from 1 to 10000; found 0\.$/],
    ['batchSize: 10001', /:10: batchSize: .*found 10001/],
    ['batchSize: "5"', /:10: batchSize: .*found "5"/],
    ['batchSize:', /:10: batchSize: .*found null/],
    ['batchWindow: 301', /:10: batchWindow: expected a whole number from 0 to 300/],
    ['parallelizationFactor: 11', /:10: parallelizationFactor: expected a whole number from 1 to 10/],
    ['maximumRetryAttempts: -2', /:10: maximumRetryAttempts: expected a whole number from -1 to 10000/],
    [
      'maximumRecordAgeInSeconds: 59',
      /:10: maximumRecordAgeInSeconds: expected -1 or .*60 to 604800; found 59/,
    ],
    ['maximumRecordAgeInSeconds: 604801', /:10: maximumRecordAgeInSeconds/],
    ['bisectBatchOnFunctionError: sometimes', /:10: bisectBatchOnFunctionError: expected true or false/],
    ['functionResponseType: ReportAll', /:10: functionResponseType: expected ReportBatchItemFailures/],
    ['startingPosition: AT_TIMESTAMP', /:10: startingPosition: expected TRIM_HORIZON or LATEST/],
    ['filterPatterns: [{ data: { a: [1] } }]', /:10: filterPatterns: a filter drops/],
    ['tumblingWindowInSeconds: 30', /:10: tumblingWindowInSeconds: a tumbling window/],
    ['maximumRetryAttempt: 3', /:10: maximumRetryAttempt is no setting known here/],
    [
      'destinations: { onFailure: { arn: !GetAtt Nothing.Arn, type: sqs } }',
      /:10: on-failure destination: expected/,
    ],
    [
      'destinations: { onFailure: { arn: !GetAtt Kept.Arn, type: sqs } }',
      /:10: destinations.onFailure: osls takes/,
    ],
    ['destinations: { onFailure: { arn: !Ref Failed, type: sqs } }', /:10: on-failure destination: expected/],
    ['destinations: { onFailed: x }', /:10: onFailed is no setting known here/],
  ])('%s', (line, message) => {
    const result = read({ event: [line] });
    expect(result.ok).toBe(false);
    expect(result).toMatchObject({ fault: { message: expect.stringMatching(message) } });
  });

  test('all of them at once', () => {
    const result = read({ event: ['batchSize: 0', 'batchWindow: -1'] });
    expect(result).toMatchObject({
      fault: { code: 'config.invalid', message: expect.stringMatching(/:10: .*\n.*:11: /) },
    });
  });

  test.each<[string, Given, string, RegExp]>([
    [
      'no such stream',
      { arn: '!GetAtt Evnts.Arn' },
      'config.unknown-name',
      /:9: arn: there is no AWS::Kinesis::Stream named Evnts/,
    ],
    ['a queue as stream', { arn: '!GetAtt Failed.Arn' }, 'config.unknown-name', /:9: arn: /],
    ['an arn of something else', { arn: 'arn:aws:sqs:r:1:q' }, 'config.invalid', /:9: arn: /],
    ['an imported stream', { arn: '!ImportValue events' }, 'config.invalid', /:9: arn: /],
    [
      'a stream of no size',
      { stream: [] },
      'config.missing-setting',
      /:1[0-9]: the stream Events needs a ShardCount/,
    ],
    [
      'an extension of a mapping that does not exist',
      { resources: extension(destination('!GetAtt Kept.Arn'), 'ConsumerEventSourceMappingKinesisEvent') },
      'config.unknown-name',
      /:2\d: .*it is called ConsumerEventSourceMappingKinesisEvents/,
    ],
    [
      'a setting overridden where nobody looks for it',
      { resources: extension('{ MaximumRetryAttempts: 3 }') },
      'config.invalid',
      /MaximumRetryAttempts is no setting known here/,
    ],
  ])('%s', (_, given, code, message) => {
    expect(read(given)).toMatchObject({
      ok: false,
      fault: { code, message: expect.stringMatching(message) },
    });
  });

  test('a function that is not there, or has no stream, or two', () => {
    expect(read({}, 'consumr')).toMatchObject({
      fault: {
        code: 'config.unknown-name',
        message: expect.stringContaining(':3: there is no function consumr; known: other, consumer'),
      },
    });
    expect(read({}, 'other')).toMatchObject({ fault: { code: 'config.missing-setting' } });
    const second = file({}).replace(
      'resources:',
      '      - stream: { arn: !GetAtt Events.Arn, type: kinesis }\nresources:',
    );
    expect(readMappingSettings(second, 'consumer')).toMatchObject({
      fault: { message: expect.stringMatching(/:10: .*exactly one Kinesis stream event, found 2/) },
    });
  });

  test('text that is no YAML, or no settings', () => {
    expect(readMappingSettings('a: 1\nb: [', 'consumer', { file: 'other.yml' })).toMatchObject({
      fault: { code: 'config.syntax', message: expect.stringMatching(/^other\.yml:2: /) },
    });
    expect(readMappingSettings('- a', 'consumer')).toMatchObject({ fault: { code: 'config.invalid' } });
  });

  test('of the function itself', () => {
    const text = 'service: shop\nfunctions:\n  consumer:\n    handler: nothing\n    timeout: 901\n';
    expect(readLambdaSettings(text, 'consumer')).toMatchObject({
      fault: {
        code: 'config.invalid',
        message: expect.stringMatching(/:4: handler: .*\n.*:5: timeout: .*1 to 900/),
      },
    });
  });
});
