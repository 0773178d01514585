import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roleOf, statementsIn, statementsOf } from '../../build/template/access-rules.js';
import { type Template, under } from '../../build/template/template.js';
import { makePackage, type Packaged } from './packaged.js';
import { neededFor, pairsOf, rightsOf, unfit } from './permissions.js';

let packaged: Packaged;
let template: Template;

beforeAll(async () => {
  packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
  template = await packaged.package('dev', 'exportsBucket=acme-exports');
}, 300_000);
afterAll(() => packaged.remove());

/** The settings whose places a function opens: shared/assemble*.ts. Others are in its environment and never looked at. */
const OPENS: Readonly<Record<string, readonly string[]>> = {
  consumer: ['STATE', 'PARKING', 'DEAD_LETTERS', 'SECRETS'],
  replay: ['STATE', 'PARKING', 'DEAD_LETTERS', 'SECRETS'],
  files: ['STATE', 'PARKING', 'DEAD_LETTERS', 'SECRETS', 'FILES_QUEUE'],
  door: ['STATE', 'DEAD_LETTERS', 'SECRETS', 'DOOR_STREAM'],
  arrivals: ['FILES_QUEUE'],
  poll: ['STATE', 'SECRETS', 'FILES_QUEUE'],
};

const QUEUE_OF_COMMAND_LINE = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:ReceiveMessage',
];

/** Commands that are in a bundle and never run there: visiting, counting and dropping are for `tributary parked`. */
const NOT_RUN: Readonly<Record<string, readonly string[]>> = {
  consumer: QUEUE_OF_COMMAND_LINE,
  replay: QUEUE_OF_COMMAND_LINE,
  files: QUEUE_OF_COMMAND_LINE,
  door: [...QUEUE_OF_COMMAND_LINE, 's3:DeleteObject'],
  arrivals: QUEUE_OF_COMMAND_LINE,
  poll: QUEUE_OF_COMMAND_LINE,
};

const of = (resource: string, ...rights: readonly string[]): readonly string[] =>
  rights.map((right) => `${right} ${resource}`);
const READ_QUEUE = ['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage'];
const FAILED = of('sqs:tributary-dev-unfiled', 'sqs:SendMessage');

/** X-Ray has nothing that could be named; Lambda's daemon sends what functions hand it. */
const TRACES = of('*', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments');

/** What Lambda does in a function's name, before or after its code, and with what. */
const OF_PLATFORM: Readonly<Record<string, readonly string[]>> = {
  consumer: [
    ...of(
      'kinesis:stream/tributary-dev-events',
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
    ),
    ...of('FailedBatches.Arn/*', 's3:PutObject'),
    ...of('FailedBatches.Arn', 's3:ListBucket'),
    ...TRACES,
  ],
  replay: [...of('sqs:tributary-dev-parked', ...READ_QUEUE), ...TRACES],
  files: [...of('sqs:tributary-dev-files', ...READ_QUEUE), ...TRACES],
  arrivals: FAILED,
  poll: FAILED,
};

const EVERYWHERE = (name: string): readonly string[] => [
  ...of('Key.Arn', 'kms:Decrypt', 'kms:GenerateDataKey'),
  ...of(`logs:log-group:/aws/lambda/tributary-dev-${name}:*`, 'logs:CreateLogStream', 'logs:PutLogEvents'),
];

const NAMES = Object.keys(OPENS);
const LETTERS_OF_DOOR = 'secretsmanager:secret:tributary/dev/door-*';

/** A function's settings, role and bundle. */
function partsOf(name: string) {
  const lambda = template.Resources[`${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`];
  const role = lambda && template.Resources[roleOf(lambda) ?? ''];
  const written = packaged.bundles.get(name);
  if (!lambda || !role || !written) throw new Error(`${name} is not in the package`);
  const setting = (short: string): unknown =>
    under(lambda.Properties, `Environment.Variables.TRIBUTARY_${short}`);
  return { role, written, setting };
}

/** All that a function does, with what, by what is in its bundle and in its settings. */
function neededBy(name: string): readonly string[] {
  const { written, setting } = partsOf(name);
  const run = [...rightsOf(written, 'stores')].filter((right) => !NOT_RUN[name]?.includes(right));
  const needed = neededFor(run, (OPENS[name] ?? []).map(setting));
  return [...needed, ...(OF_PLATFORM[name] ?? []), ...EVERYWHERE(name)].map((pair) =>
    // The secrets of the door are its own, and it has no others.
    name === 'door' ? pair.replace('secret:tributary/dev/*', 'secret:tributary/dev/door-*') : pair,
  );
}

describe('no function may do what it does not, or does what it may not, and with nothing else', () => {
  test.each(NAMES)('%s', (name) => {
    expect(unfit(pairsOf(statementsOf(partsOf(name).role)), neededBy(name))).toEqual({
      unused: [],
      missing: [],
    });
  });

  test('every function is judged, and something is found of each', () => {
    expect([...packaged.bundles.keys()].sort()).toEqual([...NAMES].sort());
    for (const name of NAMES) expect(neededBy(name).length).toBeGreaterThan(5);
  });

  test('who reads secrets of connections reads none of the door', () => {
    for (const name of ['consumer', 'replay', 'files', 'poll'])
      expect(pairsOf(statementsOf(partsOf(name).role), 'Deny')).toEqual(
        of(LETTERS_OF_DOOR, 'secretsmanager:GetSecretValue'),
      );
  });

  test('the bucket of exports: files are read and reports written by one, looked for by another', () => {
    const given = (policy: string) => pairsOf(statementsIn(template.Resources[policy]?.Properties));
    const bucket = ['s3:acme-exports'];
    const files = neededFor(rightsOf(partsOf('files').written, 'places'), bucket);
    expect(unfit(given('FilesPlace'), files)).toEqual({ unused: [], missing: [] });
    const looks = neededFor(['s3:ListBucket'], bucket);
    expect(unfit(given('PollPlace'), looks)).toEqual({ unused: [], missing: [] });
  });
});

describe('what is planted is found', () => {
  const spoiled = (change: (statement: Record<string, unknown>) => void, sid: string) => {
    const role = structuredClone(partsOf('consumer').role);
    const policies: unknown = role.Properties['Policies'];
    const [policy] = Array.isArray(policies) ? policies : [];
    const statements: unknown = under(policy, 'PolicyDocument.Statement');
    for (const statement of Array.isArray(statements) ? statements : [])
      if (statement.Sid === sid) change(statement);
    return unfit(pairsOf(statementsOf(role)), neededBy('consumer'));
  };

  test('a right that nobody uses', () => {
    const found = spoiled((one) => (one['Action'] = ['dynamodb:Scan', 'dynamodb:GetItem']), 'State');
    expect(found.unused).toEqual(['dynamodb:Scan dynamodb:table/tributary-dev-state']);
    expect(found.missing).toEqual([
      'dynamodb:BatchGetItem dynamodb:table/tributary-dev-state',
      'dynamodb:PutItem dynamodb:table/tributary-dev-state',
    ]);
  });

  test('the right one, for the wrong thing', () => {
    const arn = 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:tributary-dev-files';
    const { unused, missing } = spoiled((one) => (one['Resource'] = { 'Fn::Sub': arn }), 'Park');
    expect(unused).toContain('sqs:SendMessage sqs:tributary-dev-files');
    expect(missing).toContain('sqs:SendMessage sqs:tributary-dev-parked');
  });
});
