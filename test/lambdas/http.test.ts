import { readFile } from 'node:fs/promises';
import { GetRecordsCommand, GetShardIteratorCommand } from '@aws-sdk/client-kinesis';
import { expect, test } from 'vitest';
import { consumerOf } from '../../lambdas/consumer.js';
import { httpOf } from '../../lambdas/http.js';
import { startKinesis } from '../../local/emulators/kinesis.js';
import { startHttpApi } from '../../local/http-api.js';
import { lambdaInvoker } from '../../local/lambda-invoker.js';
import { readLambdaSettings } from '../../local/lambda-settings.js';
import { answer, type DoorRequest } from '../../shared/door/request.js';
import { doorConformance } from '../door/door-conformance.js';

doorConformance(async (env) => {
  const kinesis = await startKinesis({ streamName: 'exports', shards: 1 });
  Object.assign(process.env, env, {
    TRIBUTARY_DOOR_STREAM: 'kinesis:exports',
    AWS_ENDPOINT_URL_KINESIS: kinesis.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  const serverless = await readFile(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const settings = readLambdaSettings(serverless, 'door');
  if (!settings.ok) throw settings.fault;
  const { name, timeoutMs, memory } = settings.value;
  const { handler: door } = await import('../../lambdas/entries/door.js');
  const front = await startHttpApi(lambdaInvoker(door, { name, timeoutMs, memory }));
  const reader = kinesis.client();
  const from = {
    StreamName: 'exports',
    ShardId: 'shardId-000000000000',
    ShardIteratorType: 'TRIM_HORIZON' as const,
  };
  return {
    url: front.url,
    async read() {
      const { ShardIterator } = await reader.send(new GetShardIteratorCommand(from));
      const { Records = [] } = await reader.send(new GetRecordsCommand({ ShardIterator, Limit: 10_000 }));
      return Records.map(({ Data = new Uint8Array() }) => Data);
    },
    async consume(bodies, pipeline) {
      const Records = bodies.map((body, i) => ({
        eventSource: 'aws:kinesis',
        eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/exports',
        kinesis: {
          partitionKey: 'p',
          sequenceNumber: `4968044178014809014931983783889213450675636833784483000${i}`,
          data: Buffer.from(body).toString('base64'),
          approximateArrivalTimestamp: 1_790_000_000 + i,
        },
      }));
      const invoke = lambdaInvoker(
        consumerOf(async () => pipeline),
        { name: 'consumer', timeoutMs: 30_000, memory: 512 },
      );
      expect(await invoke({ Records })).toMatchObject({ payload: { batchItemFailures: [] } });
    },
    async close() {
      await front.close();
      await kinesis.close();
    },
  };
});

const EVENT = {
  version: '2.0',
  routeKey: '$default',
  rawPath: '/v1/exports',
  rawQueryString: 'x=1&x=2',
  headers: { 'x-arr-clientcert': 'FORGED' },
  requestContext: {
    http: { method: 'POST', path: '/v1/exports', protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: '' },
    timeEpoch: 1_790_000_000_000,
  },
  isBase64Encoded: false,
};

async function translated(event: unknown): Promise<DoorRequest | undefined> {
  let seen: DoorRequest | undefined;
  const handler = httpOf(async (request) => {
    seen = request;
    return answer(200, {});
  });
  // The handler reads nothing of the context.
  await handler(event, {} as Parameters<typeof handler>[1]);
  return seen;
}

test('the certificate is the one the gateway has checked, and no header', async () => {
  expect((await translated(EVENT))?.clientCertificate).toBeUndefined();
  const authentication = { clientCert: { clientCertPem: 'PEM', subjectDN: 'CN=a' } };
  const shown = await translated({ ...EVENT, requestContext: { ...EVENT.requestContext, authentication } });
  expect(shown?.clientCertificate).toEqual({ text: 'PEM', verified: true });
});

test('the gateway says who called and when; values of a repeated name stay apart', async () => {
  const request = await translated(EVENT);
  expect(request).toMatchObject({ remote: '192.0.2.7', receivedAt: 1_790_000_000_000 });
  expect(request?.query.getAll('x')).toEqual(['1', '2']);
});

test('an event of another trigger is a fault that says so', async () => {
  await expect(translated({ Records: [] })).rejects.toThrow(/attached to another trigger/);
});
