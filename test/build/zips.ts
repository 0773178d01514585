import { rm } from 'node:fs/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { type Template, under } from '../../build/template/template.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import { startKinesis } from '../../local/emulators/kinesis.js';
import { startSqsS3 } from '../../local/emulators/sqs-s3.js';
import type { Packaged } from './packaged.js';
import { type RuntimeOptions, startRuntime } from './runtime-api.js';
import { startSecrets } from './secrets-stub.js';

const TOKEN = '4f1f0c9f8e2b4b7d9a51c6e0d2b8a7f3';
const SECRETS = {
  'tributary/dev/log-key': 'k'.repeat(64),
  'tributary/dev/door-bearer': TOKEN,
};

/** AWS as far as these functions need it, on this machine. */
async function startAws() {
  const kinesis = await startKinesis({ streamName: 'tributary-dev-events', shards: 1 });
  const dynamo = await startDynamoDb();
  const aws = await startSqsS3();
  const secrets = await startSecrets(SECRETS);
  await dynamo.createStateTable('tributary-dev-state');
  await aws.createBucket('tributary-dev-letters');
  for (const name of ['parked', 'files']) await aws.createQueue(`tributary-dev-${name}`);
  return {
    secrets,
    environment: {
      ...{ ...dynamo.environment, ...aws.environment, ...secrets.environment },
      AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint,
    },
    letters: async () =>
      (await aws.s3().send(new ListObjectsV2Command({ Bucket: 'tributary-dev-letters' }))).KeyCount ?? 0,
    async close() {
      for (const one of [secrets, aws, dynamo, kinesis]) await one.close();
    },
  };
}

const record = (data: string, sequenceNumber: string) => ({
  eventSource: 'aws:kinesis',
  eventSourceARN: 'arn:aws:kinesis:eu-central-1:000000000000:stream/tributary-dev-events',
  kinesis: {
    data: Buffer.from(data).toString('base64'),
    sequenceNumber,
    approximateArrivalTimestamp: 1_700_000_000.123,
  },
});

const IRRELEVANT = '{"identityMap":{"CRMID":[{"id":"C-9"}]},"segmentMembership":{"ups":{}}}';

const call = (method: string, path: string, body?: string, authorization?: string) => ({
  ...{ version: '2.0', rawPath: path, rawQueryString: '', isBase64Encoded: false },
  headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
  requestContext: { http: { method, sourceIp: '192.0.2.1' }, timeEpoch: 1_700_000_000_000 },
  ...(body !== undefined && { body }),
});

/**
 * Each packaged function, unpacked into a folder of its own and called through Lambda's Runtime API: with the environment of
 * the template and nothing else but where AWS is on this machine.
 */
export function testZips(
  made: () => { packaged: Packaged; template: Template },
  runtime: Pick<RuntimeOptions, 'node' | 'client'> = {},
): void {
  async function run(name: string, work: (parts: Awaited<ReturnType<typeof start>>) => Promise<void>) {
    const parts = await start(name);
    try {
      await work(parts);
    } finally {
      await parts.lambda.stop();
      await parts.aws.close();
      await rm(parts.taskRoot, { recursive: true });
    }
  }

  async function start(name: string) {
    const { packaged, template } = made();
    const lambdaOf = `${name.charAt(0).toUpperCase()}${name.slice(1)}LambdaFunction`;
    const properties = under(template.Resources[lambdaOf], 'Properties');
    const aws = await startAws();
    const taskRoot = await packaged.unzip(name);
    // As osls wrote them: texts.
    const variables = under(properties, 'Environment.Variables') as Record<string, string>;
    const environment = {
      ...{ ...variables, ...aws.environment },
      TRIBUTARY_DOOR_AUTH: 'bearer',
      // CloudFormation puts account and region into the template's.
      TRIBUTARY_DEAD_LETTERS: 's3:tributary-dev-letters',
    };
    const handler = String(under(properties, 'Handler'));
    return { aws, taskRoot, lambda: await startRuntime({ ...runtime, taskRoot, handler, environment }) };
  }

  test('consumer: a person is remembered, what cannot be read becomes a letter, nothing is given back', async () => {
    await run('consumer', async ({ lambda, aws }) => {
      const Records = [record(IRRELEVANT, '1'), record('{"broken', '2')];
      expect(await lambda.invoke({ Records }), lambda.log()).toEqual({
        failed: false,
        payload: { batchItemFailures: [] },
      });
      const batch =
        lambda
          .log()
          .split('\n')
          .find((line) => line.includes('"event":"batch"')) ?? '{}';
      expect(JSON.parse(batch)).toMatchObject({ records: 2, endings: { irrelevant: 1, malformed: 1 } });
      expect(await aws.letters()).toBe(1);
      expect(aws.secrets.asked).toEqual(['tributary/dev/log-key']);
    });
  });

  test('replay: what is no parked message becomes a letter', async () => {
    await run('replay', async ({ lambda, aws }) => {
      const attributes = { SentTimestamp: '1700000000000' };
      const Records = [{ messageId: 'm-1', body: 'bm90aGluZw==', attributes, eventSource: 'aws:sqs' }];
      expect(await lambda.invoke({ Records }), lambda.log()).toEqual({
        failed: false,
        payload: { batchItemFailures: [] },
      });
      expect(await aws.letters()).toBe(1);
    });
  });

  test('door: lets in who has the token of Secrets Manager, and puts an export into the stream', async () => {
    await run('door', async ({ lambda, aws }) => {
      const refused = await lambda.invoke(call('POST', '/v1/exports', IRRELEVANT));
      expect(refused.payload, lambda.log()).toMatchObject({ statusCode: 401 });
      const taken = await lambda.invoke(call('POST', '/v1/exports', IRRELEVANT, `Bearer ${TOKEN}`));
      expect(taken.payload, lambda.log()).toMatchObject({ statusCode: 200 });
      expect(aws.secrets.asked).toEqual(['tributary/dev/door-bearer']);
    });
  });

  test('files, arrivals, poll: start and take what comes to them', async () => {
    await run('arrivals', async ({ lambda }) =>
      expect(await lambda.invoke({ Event: 's3:TestEvent' }), lambda.log()).toMatchObject({ failed: false }),
    );
    await run('poll', async ({ lambda }) =>
      expect(await lambda.invoke({ source: 'aws.events' }), lambda.log()).toMatchObject({ failed: false }),
    );
    await run('files', async ({ lambda }) =>
      expect(await lambda.invoke({ Records: [] }), lambda.log()).toMatchObject({ failed: false }),
    );
  });
}
