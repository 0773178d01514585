import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Template, under } from '../../build/template/template.js';
import { makePackage, type Packaged, ROOT } from '../build/packaged.js';
import { cfnGuard, judgedBy } from './cfn-guard.js';

const binary = (await cfnGuard()) ?? '';
if (binary === '')
  process.stderr.write('SKIPPED: infra/aws/rules.guard was not asked: cfn-guard is not here\n');

const RULES = readFileSync(join(ROOT, 'infra/aws/rules.guard'), 'utf8');
/** Those that are written for others take what they judge by name, and are not reported. */
const NAMES = [...RULES.matchAll(/^rule (\w+) when/gm)].map(([, name]) => name);

type Resources = Record<string, Record<string, unknown>>;

describe.runIf(binary !== '')('our rules for cfn-guard', () => {
  let packaged: Packaged;
  let template: Template;
  beforeAll(async () => {
    packaged = await makePackage('examples/sales-follow-up/tributary.yaml');
    template = await packaged.package('dev', 'exportsBucket=acme-exports');
  });
  afterAll(() => packaged?.remove());

  test('each of them is asked and kept: by what is made anew, and by what uses what exists', async () => {
    const found = await judgedBy(binary, RULES, template);
    expect(found.broken).toEqual([]);
    // A rule that meets nothing it is about says nothing, and would say nothing of a fault.
    expect(found.idle).toEqual([]);
    expect([...found.kept].sort()).toEqual([...NAMES].sort());
    const names = ['existingStream=aep-exports', 'existingLetters=acme-letters', 'existingTable=acme-state'];
    const existing = await packaged.package('prod', ...names, 'existingQueues=yes', 'existingLogKey=yes');
    expect((await judgedBy(binary, RULES, existing)).broken).toEqual([]);
  });

  /** The properties of all resources of a copy, to plant something in, and what is said of it then. */
  async function saidOf(plant: (properties: Resources, resources: Resources) => unknown) {
    const copy = structuredClone(template);
    const properties = Object.fromEntries(
      Object.entries(copy.Resources).map(([name, { Properties }]) => [name, Properties]),
    );
    plant(properties, copy.Resources);
    return (await judgedBy(binary, RULES, copy)).broken;
  }

  const put = (resource: Record<string, unknown> | undefined, values: object) =>
    Object.assign(resource ?? {}, values);
  /** The first statement of a policy, which is known to be there. */
  const first = (properties: Record<string, unknown> | undefined, path: string) =>
    under(properties, path) as Record<string, unknown>;
  const right = (properties: Resources, values: object) =>
    put(first(properties['DoorRole'], 'Policies.0.PolicyDocument.Statement.0'), values);
  const ofPolicy = (properties: Resources, values: object) =>
    put(first(properties['FilesPlace'], 'PolicyDocument.Statement.0'), values);
  const trusted = (properties: Resources, principal: object) =>
    put(first(properties['DoorRole'], 'AssumeRolePolicyDocument.Statement.0'), { Principal: principal });
  const weaker = [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }];
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
  const ARN = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}';
  const MAPPING = 'ConsumerEventSourceMappingKinesisEvents';

  test.each<[string, string, (properties: Resources, resources: Resources) => unknown]>([
    ['a stream in the clear', 'streams_are_encrypted', (p) => delete p['Events']?.['StreamEncryption']],
    ['a table in the clear', 'tables_are_encrypted', (p) => delete p['State']?.['SSESpecification']],
    ['a queue in the clear', 'queues_are_encrypted', (p) => delete p['Parked']?.['KmsMasterKeyId']],
    ['a topic in the clear', 'topics_are_encrypted', (p) => delete p['Alarms']?.['KmsMasterKeyId']],
    ['a bucket in the clear', 'buckets_are_encrypted', (p) => delete p['Letters']?.['BucketEncryption']],
    [
      'a bucket with a key of AWS',
      'buckets_are_encrypted',
      (p) => put(p['Letters'], { BucketEncryption: { ServerSideEncryptionConfiguration: weaker } }),
    ],
    [
      'a public bucket',
      'buckets_are_private',
      (p) => delete p['Letters']?.['PublicAccessBlockConfiguration'],
    ],
    ['a log in the clear', 'logs_are_encrypted', (p) => delete p['DoorLogGroup']?.['KmsKeyId']],
    ['a secret in the clear', 'secrets_are_encrypted', (p) => delete p['LogKey']?.['KmsKeyId']],
    ['a key for ever', 'keys_are_rotated', (p) => delete p['Key']?.['EnableKeyRotation']],
    ['a managed policy', 'roles_are_of_lambda', (p) => put(p['DoorRole'], { ManagedPolicyArns: ['arn:x'] })],
    ['a role for everybody', 'roles_are_of_lambda', (p) => trusted(p, { AWS: '*' })],
    [
      'a role for others too',
      'roles_are_of_lambda',
      (p) => trusted(p, { Service: ['lambda.amazonaws.com', 'x'] }),
    ],
    ['a star', 'roles_are_precise', (p) => right(p, { Action: 'kinesis:*' })],
    [
      'a star in a list',
      'roles_are_precise',
      (p) => right(p, { Action: ['kinesis:PutRecords', 'kinesis:Get*'] }),
    ],
    ['all but something', 'roles_are_precise', (p) => right(p, { NotAction: 'iam:*' })],
    ['everything', 'roles_are_precise', (p) => right(p, { Resource: '*' })],
    ['everything in a list', 'roles_are_precise', (p) => right(p, { Resource: ['arn:aws:s3:::a/*', '*'] })],
    ['every bucket', 'roles_are_precise', (p) => right(p, { Resource: 'arn:aws:s3:::*' })],
    ['every table', 'roles_are_precise', (p) => right(p, { Resource: { 'Fn::Sub': `${ARN}:table/*` } })],
    [
      'every table in a list',
      'roles_are_precise',
      (p) => right(p, { Resource: [{ 'Fn::Sub': `${ARN}:table/*` }] }),
    ],
    ['a star beside the roles', 'policies_are_precise', (p) => ofPolicy(p, { Action: ['s3:*'] })],
    ['everything beside the roles', 'policies_are_precise', (p) => ofPolicy(p, { Resource: '*' })],
    ['no dead-letter queue', 'queues_have_dead_letter_queues', (p) => delete p['Parked']?.['RedrivePolicy']],
    [
      'nowhere for what is given up',
      'mappings_lose_nothing',
      (p) => delete p[MAPPING]?.['DestinationConfig'],
    ],
    [
      'no report of single failures',
      'mappings_lose_nothing',
      (p) => delete p['ReplayEventSourceMappingSQSParked']?.['FunctionResponseTypes'],
    ],
    [
      'a schedule that nobody catches',
      'calls_without_an_answer_are_caught',
      (_, resources) => delete resources['PollLambdaEvConf'],
    ],
    [
      'calls that nobody catches at all',
      'calls_without_an_answer_are_caught',
      (_, resources) => [delete resources['PollLambdaEvConf'], delete resources['ArrivalsLambdaEvConf']],
    ],
    ['a log for ever', 'logs_end', (p) => delete p['DoorLogGroup']?.['RetentionInDays']],
    [
      'a function whose log Lambda makes',
      'functions_have_logs',
      (_, resources) => put(resources['DoorLambdaFunction'], { DependsOn: ['DoorRole'] }),
    ],
  ])('%s: %s', async (_, rule, plant) => {
    expect(await saidOf(plant)).toEqual([rule]);
  });
});
