import { describe, expect, test } from 'vitest';
import { readMappingSettings } from '../../../local/event-source-mapping/settings.js';
import { readLambdaSettings } from '../../../local/lambda-settings.js';
import { destination, extension, file, type Given, read } from './serverless-text.js';

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
