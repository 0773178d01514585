import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CelEngine, TemplateFile } from '@aws/cloudformation-validate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judge } from '../../build/template/judge.js';
import { ofType, type Template, under } from '../../build/template/template.js';
import { entryOf, readWith, weigh } from '../../build/weight.js';
import { makePackage, type Packaged, ROOT } from './packaged.js';

let packaged: Packaged;
let template: Template;

beforeAll(async () => {
  packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
  template = await packaged.package('dev');
});
afterAll(() => packaged.remove());

const engine = new CelEngine();
afterAll(() => engine.free());

/** What CloudFormation itself would refuse, by AWS's own published types; W3030 is a value that is none of its list. */
async function refused(judged: Template): Promise<readonly string[]> {
  const path = join(packaged.folder, 'judged.json');
  await writeFile(path, JSON.stringify(judged));
  return engine
    .validateStandard(new TemplateFile(path))
    .diagnostics.filter(({ severity, ruleId }) => ['FATAL', 'ERROR'].includes(severity) || ruleId === 'W3030')
    .map(({ ruleId, message, entity }) => `${ruleId} ${entity?.logicalId}: ${message}`);
}

test('CloudFormation has nothing against the template, and neither have our rules', async () => {
  expect(await refused(template)).toEqual([]);
  expect(judge(template)).toEqual([]);
});

test('a deployment on a stream, a bucket and a table that exist makes none and uses those', async () => {
  const names = ['existingStream=aep-exports', 'existingLetters=acme-letters', 'existingTable=acme-state'];
  const left = ['existingQueues=yes', 'existingLogKey=yes', 'retentionHours=24'];
  const prod = await packaged.package('prod', ...names, ...left);
  expect(await refused(prod)).toEqual([]);
  expect(judge(prod)).toEqual([]);
  const text = JSON.stringify(prod);
  for (const arn of ['stream/aep-exports"', 's3:::acme-letters/*"', 'table/acme-state"'])
    expect(text).toContain(arn);
  expect(under(prod.Resources['ConsumerLambdaFunction'], 'Properties.Environment.Variables')).toMatchObject({
    TRIBUTARY_STATE: 'dynamodb:acme-state',
    TRIBUTARY_DEAD_LETTERS: { 'Fn::Sub': 's3:acme-letters' },
    TRIBUTARY_SECRETS: 'secrets-manager:tributary/prod/',
  });
  // Twenty hours: what is too old is given up before the stream forgets it, and half of the retention is an alarm.
  expect(
    under(prod.Resources['ConsumerEventSourceMappingKinesisEvents'], 'Properties.MaximumRecordAgeInSeconds'),
  ).toBe(72_000);
  expect(text).toContain('age / 36000 / 24');
  for (const name of ['OwnStream', 'OwnLetters', 'OwnTable', 'OwnQueues', 'OwnLogKey'])
    expect(under(under(prod, 'Conditions'), `${name}.Fn::Equals`)).toEqual([expect.stringMatching(/./), '']);
});

test('a stage may have a hyphen in its name', async () => {
  expect(judge(await packaged.package('eu-prod'))).toEqual([]);
});

test('what is there only under a condition is asked for only under one', () => {
  const all = Object.entries(template.Resources);
  const conditional = all.filter(([, one]) => one['Condition'] !== undefined);
  const always = all.filter(([, one]) => one['Condition'] === undefined);
  const bare = JSON.stringify(always, (key, value: unknown) => (key === 'Fn::If' ? undefined : value));
  expect(conditional.length).toBeGreaterThan(7);
  for (const [name] of conditional)
    for (const asked of [`"Fn::GetAtt":["${name}"`, `"Ref":"${name}"`, `\${${name}.`])
      expect(bare).not.toContain(asked);
});

test('the dashboard shows every function and every queue', () => {
  const body = JSON.stringify(under(template.Resources['Dashboard'], 'Properties.DashboardBody'));
  for (const name of packaged.bundles.keys())
    expect(body.split(`tributary-dev-${name}`).length).toBeGreaterThan(2);
  for (const queue of ['parked', 'unparked', 'files', 'unfiled'])
    expect(body).toContain(`tributary-dev-${queue}\\"`);
});

test('only the bucket of exports, where one is named, may call the function that it tells', async () => {
  const named = await packaged.package('dev', 'exportsBucket=acme-exports');
  const { SourceArn: arn, SourceAccount: account } = named.Resources['ArrivalsFromS3']?.Properties ?? {};
  expect(account).toEqual({ Ref: 'AWS::AccountId' });
  expect(JSON.stringify(arn)).toContain('HasExports');
  expect(JSON.stringify(arn)).toContain('s3:::acme-exports');
});

test('a line of the access log is JSON, whatever stands in it', () => {
  const format = String(under(template.Resources['HttpApiStage'], 'Properties.AccessLogSettings.Format'));
  const line = format.replace(/\$context\.[\w.]+/g, (name) => (name.endsWith('String') ? '"x"' : '-'));
  expect(JSON.parse(line)).toHaveProperty('requestId', '-');
});

test('every alarm points to a heading of the runbooks that is there', () => {
  const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  const alarms = ofType(template, 'AWS::CloudWatch::Alarm');
  expect(alarms.length).toBeGreaterThan(15);
  for (const [, { Properties }] of alarms)
    expect(headings).toContain(/#(.*)$/.exec(String(Properties['AlarmDescription']))?.[1]);
});

test('what every cold start reads is small, and in few files', () => {
  for (const [name, written] of packaged.bundles) {
    expect(weigh(written).atStart, name).toBeLessThanOrEqual(400_000);
    expect(readWith(written, entryOf(written)).size, name).toBeLessThan(5);
  }
});

test('a start of the door reads neither tokens nor its description', () => {
  const door = packaged.bundles.get('door');
  const files = door ? [...readWith(door, entryOf(door))] : [];
  const sources = files.flatMap((file) => Object.keys(door?.outputs[file]?.inputs ?? {}));
  expect(sources).toContain('shared/door/exports.ts');
  expect(sources.filter((source) => /\/jose\/|\/openapi(?:-operations)?\.ts$/.test(source))).toEqual([]);
});

/** A copy of the template with something wrong in it. */
function planted(wrong: (resources: Record<string, Record<string, unknown>>) => void): Template {
  const copy = structuredClone(template);
  // Properties by resource: what faults are planted in.
  const properties = Object.fromEntries(
    Object.entries(copy.Resources).map(([name, { Properties }]) => [name, Properties]),
  );
  wrong(properties);
  return copy;
}

const policy = (properties: Record<string, unknown> | undefined): Record<string, unknown> => {
  // The first statement of a role, which is known to be there.
  const [first] = under(properties, 'Policies.0.PolicyDocument.Statement') as Record<string, unknown>[];
  return first ?? {};
};

describe('our rules catch what is planted', () => {
  test.each<[string, (r: Record<string, Record<string, unknown>>) => unknown, RegExp]>([
    ['a stream in the clear', (r) => delete r['Events']?.['StreamEncryption'], /Events is not encrypted/],
    ['a queue in the clear', (r) => delete r['Parked']?.['KmsMasterKeyId'], /Parked is not encrypted/],
    ['a bucket in the clear', (r) => delete r['Letters']?.['BucketEncryption'], /Letters is not encrypted/],
    ['a public bucket', (r) => delete r['Letters']?.['PublicAccessBlockConfiguration'], /made public/],
    [
      'a bucket that somebody else has',
      (r) => Object.assign(r['Letters'] ?? {}, { BucketName: 'tributary-dev-letters' }),
      /Letters has a name that another account/,
    ],
    ['a log for ever', (r) => delete r['DoorLogGroup']?.['RetentionInDays'], /DoorLogGroup keeps/],
    ['a log in the clear', (r) => delete r['DoorLogGroup']?.['KmsKeyId'], /DoorLogGroup is not encrypted/],
    ['a key for ever', (r) => delete r['Key']?.['EnableKeyRotation'], /Key is never rotated/],
    ['no recovery', (r) => delete r['State']?.['PointInTimeRecoverySpecification'], /brought back/],
    ['no expiry', (r) => delete r['State']?.['TimeToLiveSpecification'], /never forgets/],
    [
      'a right to everything of a service',
      (r) => (policy(r['DoorRole'])['Action'] = 'kinesis:*'),
      /kinesis:\*/,
    ],
    [
      'a right on everything',
      (r) => (policy(r['DoorRole'])['Resource'] = '*'),
      /DoorRole allows .* on everything/,
    ],
    [
      'a right on every table',
      (r) => (policy(r['DoorRole'])['Resource'] = { 'Fn::Sub': 'arn:aws:dynamodb:${AWS::Region}:1:table/*' }),
      /on everything/,
    ],
    [
      'a managed policy',
      (r) => Object.assign(r['DoorRole'] ?? {}, { ManagedPolicyArns: ['arn:x'] }),
      /managed/,
    ],
    [
      'two functions with one role',
      (r) => Object.assign(r['DoorLambdaFunction'] ?? {}, { Role: r['ReplayLambdaFunction']?.['Role'] }),
      /no role of its own/,
    ],
    [
      'a secret in a setting',
      (r) =>
        Object.assign(r['DoorLambdaFunction'] ?? {}, {
          Environment: { Variables: { TRIBUTARY_SECRET_DOOR_BEARER: 'x', TRIBUTARY_LOG_KEY: 'y' } },
        }),
      /secret in its environment.*TRIBUTARY_LOG_KEY must name a secret/s,
    ],
    [
      'no report of single failures',
      (r) => delete r['ConsumerEventSourceMappingKinesisEvents']?.['FunctionResponseTypes'],
      /report failures/,
    ],
    [
      'nowhere for what is given up',
      (r) => delete r['ConsumerEventSourceMappingKinesisEvents']?.['DestinationConfig'],
      /no destination/,
    ],
    [
      'retries that end',
      (r) => Object.assign(r['ConsumerEventSourceMappingKinesisEvents'] ?? {}, { MaximumRetryAttempts: 3 }),
      /outage/,
    ],
    ['no dead-letter queue', (r) => delete r['Parked']?.['RedrivePolicy'], /no dead-letter queue/],
    [
      'a hasty queue',
      (r) => Object.assign(r['Parked'] ?? {}, { VisibilityTimeout: 60 }),
      /shows messages again/,
    ],
    [
      'a notification that nobody catches',
      (r) => Object.assign(r['DoorLambdaPermissionHttpApi'] ?? {}, { Principal: 's3.amazonaws.com' }),
      /without an answer/,
    ],
    ['an open door', (r) => delete r['HttpApiStage']?.['DefaultRouteSettings'], /any number of requests/],
    ['an unwatched door', (r) => delete r['HttpApiStage']?.['AccessLogSettings'], /no access log/],
    ['an alarm for nobody', (r) => delete r['DoorErrors']?.['AlarmActions'], /nobody is told/],
    [
      'a late alarm',
      (r) => Object.assign(r['DoorDuration'] ?? {}, { Threshold: 10_000 }),
      /after its timeout/,
    ],
    [
      'no alarm',
      (r) => Object.assign(r['DoorErrors'] ?? {}, { MetricName: 'Invocations' }),
      /watches the Errors/,
    ],
    ['a stream nobody works on', (r) => delete r['ConsumerSilent']?.['AlarmName'], /no alarm silent/],
    [
      'an alarm that never rings',
      (r) => Object.assign(r['ConsumerErrors'] ?? {}, { Threshold: 1_000_000 }),
      /ConsumerErrors overlooks the first/,
    ],
    [
      'an alarm on nothing',
      (r) => Object.assign(r['RecordsHeld'] ?? {}, { ComparisonOperator: 'LessThanThreshold' }),
      /RecordsHeld rings for nothing/,
    ],
    [
      'a late alarm on what is seldom',
      (r) => delete r['ReplayErrors']?.['DatapointsToAlarm'],
      /ReplayErrors overlooks a message/,
    ],
    [
      'an alarm after hours',
      (r) => Object.assign(r['RecordsHeld'] ?? {}, { EvaluationPeriods: 100 }),
      /RecordsHeld comes too late/,
    ],
    [
      'an old runtime',
      (r) => Object.assign(r['DoorLambdaFunction'] ?? {}, { Runtime: 'nodejs18.x' }),
      /runtime/,
    ],
  ])('%s', (_, wrong, said) => {
    const found = judge(planted((resources) => void wrong(resources)));
    expect(found.join('\n')).toMatch(said);
  });

  test('what the stack would take with it', () => {
    const copy = structuredClone(template);
    delete copy.Resources['State']?.DeletionPolicy;
    delete copy.Resources['Parked']?.DeletionPolicy;
    delete copy.Resources['Letters']?.UpdateReplacePolicy;
    Object.assign(copy.Resources['Events'] ?? {}, { DeletionPolicy: 'Retain' });
    expect(judge(copy).join('\n')).toMatch(
      /Events would outlive.*State would be deleted.*Parked would be deleted.*Letters would be deleted when it is replaced/s,
    );
  });
});

describe("AWS's own types catch what is planted", () => {
  test.each<[string, (r: Record<string, Record<string, unknown>>) => unknown, RegExp]>([
    ['a misspelt property', (r) => Object.assign(r['Parked'] ?? {}, { VisibiltyTimeout: 1 }), /Parked/],
    ['a wrong type', (r) => Object.assign(r['Parked'] ?? {}, { VisibilityTimeout: 'long' }), /Parked/],
    ['a value that is none', (r) => Object.assign(r['State'] ?? {}, { BillingMode: 'FREE' }), /State/],
    [
      'a reference to nothing',
      (r) => Object.assign(r['Parked'] ?? {}, { KmsMasterKeyId: { Ref: 'Kye' } }),
      /Kye/,
    ],
  ])('%s', async (_, wrong, said) => {
    const found = await refused(planted((resources) => void wrong(resources)));
    expect(found.join('\n')).toMatch(said);
  });
});
