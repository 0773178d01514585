import { readMappingSettings } from '../../../local/event-source-mapping/settings.js';

/** What differs from a plain file. */
export interface Given {
  /** Lines of the stream event, after `arn` on line 9. */
  readonly event?: string[];
  readonly arn?: string;
  /** Lines under `resources`, the stream itself left out. */
  readonly resources?: string[];
  readonly stream?: string[];
}

/** A file whose stream event begins on line 8, its `arn` on line 9, and its further lines on 10 and after. */
export const file = ({
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

/** What the mapping reads from such a file. */
export const read = (given: Given, name = 'consumer') => readMappingSettings(file(given), name);

/** Lines that extend the mapping osls makes. */
export const extension = (properties: string, id = 'ConsumerEventSourceMappingKinesisEvents') => [
  'extensions:',
  `  ${id}:`,
  `    Properties: ${properties}`,
];

/** The extension's properties for an on-failure destination. */
export const destination = (target: string) =>
  `{ DestinationConfig: { OnFailure: { Destination: ${target} } } }`;
