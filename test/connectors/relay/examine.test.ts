import { CreateTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { afterEach, describe, expect, test } from 'vitest';
import { startEventHubs } from '../../../local/emulators/event-hubs/server.js';
import { startKinesis } from '../../../local/emulators/kinesis.js';
import { startSqsS3 } from '../../../local/emulators/sqs-s3.js';
import { openExaminer } from '../../../shared/connectors/open-connector.js';
import { ConnectionConfig } from '../../../shared/connectors/registry.js';
import type { Finding } from '../../../shared/core/remote.js';
import { never, secretsOf, stillClock } from '../fakes.js';
import { answerJson, closedPort, startFaultServer } from '../fault-server.js';
import { configAt, SECRETS } from './targets.js';

const closing: (() => Promise<void>)[] = [];
const closes = <T extends { close(): Promise<void> }>(thing: T): T => {
  closing.push(() => thing.close());
  return thing;
};
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What doctor would be told of a connection. */
async function examined(
  config: unknown,
  secrets: Readonly<Record<string, string>> = SECRETS,
): Promise<readonly Finding[]> {
  const deps = { secrets: secretsOf(secrets), clock: stillClock() };
  const examiner = openExaminer('crm', ConnectionConfig.parse(config), deps);
  return (await examiner?.examine([], never())) ?? [];
}

const failing = (what: RegExp) => [
  { level: 'error', what: expect.stringMatching(what), advice: expect.stringMatching(/relays\.md/) },
];

test('kinesis: a stream that is there, and one that is not', async () => {
  const { endpoint } = closes(await startKinesis({ streamName: 'decisions', shards: 3 }));
  expect(await examined(configAt.kinesis(endpoint))).toEqual([
    { level: 'well', what: 'the stream decisions is ACTIVE, with 3 shards' },
  ]);
  const missing = await examined({ ...configAt.kinesis(endpoint), stream: 'nowhere' });
  expect(missing).toEqual(failing(/nowhere.*Create it, or correct its name or region/));
});

test('event-hubs: a hub that is there, and one that is not', async () => {
  const hubs = [{ name: 'decisions', partitions: 4, groups: ['$Default'] }];
  const config = { namespace: 'emulatorNs1', hubs };
  const emulator = closes(await startEventHubs({ config, report: () => undefined }));
  const secrets = { hub: emulator.connectionString() };
  const relay = { type: 'event-hubs', hub: 'decisions', connection: 'secret:hub', timeoutMs: 5000 };
  expect(await examined(relay, secrets)).toEqual([
    { level: 'well', what: 'the hub decisions is there, with 4 partitions' },
  ]);
  expect(await examined({ ...relay, hub: 'nowhere' }, secrets)).toEqual(failing(/nowhere/));
  expect(await examined(relay, { hub: 'TOPSECRET' })).toEqual(
    failing(/^the secret hub is no connection string(?!.*TOPSECRET)/),
  );
});

test('sns: a topic that is there, and one that is not', async () => {
  const { endpoint } = closes(await startSqsS3());
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const sns = new SNSClient({ endpoint, region: 'eu-central-1', credentials });
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'decisions' }));
  sns.destroy();
  expect(await examined({ ...configAt.sns(endpoint), topic: TopicArn })).toMatchObject([{ level: 'well' }]);
  expect(await examined({ ...configAt.sns(endpoint), topic: `${TopicArn}-not` })).toEqual(
    failing(/Create it/),
  );
});

describe('event-bridge', () => {
  test('a bus that is there', async () => {
    const server = closes(await startFaultServer(() => answerJson(200, { Name: 'decisions' })));
    expect(await examined(configAt['event-bridge'](server.url))).toEqual([
      { level: 'well', what: 'the event bus decisions is there' },
    ]);
    expect(server.requests[0]?.headers['x-amz-target']).toBe('AWSEvents.DescribeEventBus');
  });

  test('a right that is missing is named', async () => {
    const denied = answerJson(400, { __type: 'AccessDeniedException', message: 'no' });
    const server = closes(await startFaultServer(() => denied));
    expect(await examined(configAt['event-bridge'](server.url))).toEqual(
      failing(/Allow events:DescribeEventBus/),
    );
  });

  test('nobody listens', async () => {
    expect(await examined(configAt['event-bridge'](await closedPort()))).toEqual(
      failing(/cannot be reached/),
    );
  });
});

test.each(['service-bus', 'event-grid'] as const)('%s has nothing that a sender may look at', (type) => {
  const deps = { secrets: secretsOf(SECRETS), clock: stillClock() };
  const config = ConnectionConfig.parse(configAt[type]('http://127.0.0.1:9'));
  expect(openExaminer('crm', config, deps)).toBeUndefined();
});
