import {
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStateTable } from '../../local/emulators/dynamodb.js';
import { personKey } from '../../shared/stores/person-key.js';
import { storeContract } from '../contracts/store.js';
import { digest, foundOf, put, somebody } from '../contracts/store-steps.js';
import { dynamoDbGround } from '../stores/dynamodb-ground.js';
import { weighing } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';
import { type DynamoDbLocal, javaVersion, startDynamoDbLocal } from './dynamodb-local.js';

const DAY_MS = 86_400_000;

const clientOf = (endpoint: string): DynamoDBClient =>
  new DynamoDBClient({
    endpoint,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });

async function makeTable(endpoint: string, name: string): Promise<void> {
  const client = clientOf(endpoint);
  await createStateTable(client, name);
  client.destroy();
}

function conformance(): void {
  storeContract({
    name: 'DynamoDB (DynamoDB Local)',
    remote: true,
    room: 400 * 1024 - 256,
    async start() {
      const local = await startDynamoDbLocal();
      await makeTable(local.endpoint, 'states');
      return dynamoDbGround(local.endpoint, 'states', () => local.close());
    },
  });

  describe("what only Amazon's own emulator does", () => {
    let local: DynamoDbLocal | undefined;
    beforeAll(async () => {
      local = await startDynamoDbLocal();
    });
    afterAll(() => local?.close());
    const endpoint = (): string => local?.endpoint ?? '';

    test('more than the 16 MB of one answer come in several', async () => {
      await makeTable(endpoint(), 'big');
      const store = dynamoDbGround(endpoint(), 'big', async () => undefined).open({ clock: fakeClock() });
      const ids = Array.from({ length: 44 }, () => somebody());
      const state = weighing(400_000);
      const answers = await store.write(ids.map((id) => ({ id, state, expected: undefined })));
      expect(answers.every(({ ok }) => ok)).toBe(true);
      const Keys = ids.map((id) => ({ person: { S: personKey(id) } }));
      const client = clientOf(endpoint());
      const once = await client.send(new BatchGetItemCommand({ RequestItems: { big: { Keys } } }));
      client.destroy();
      expect(once.UnprocessedKeys?.['big']?.Keys?.length).toBeGreaterThan(0);
      const states = await store.read(ids);
      expect(ids.every((id) => digest(foundOf(states, id)?.state) === digest(state))).toBe(true);
    });

    test('the time to live is one DynamoDB understands: it removes what has expired, and keeps the rest', async () => {
      await makeTable(endpoint(), 'mortal');
      const client = clientOf(endpoint());
      const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
      await client.send(new UpdateTimeToLiveCommand({ TableName: 'mortal', TimeToLiveSpecification }));
      const ground = dynamoDbGround(endpoint(), 'mortal', async () => undefined);
      const past = ground.open({ clock: fakeClock(Date.now() - 11 * DAY_MS), ttlDays: 10 });
      const present = ground.open({ clock: fakeClock(Date.now()), ttlDays: 10 });
      const [expired, alive] = [somebody(), somebody()];
      await put(present, alive, 'alive');
      await put(past, expired, 'expired');
      const isThere = async (id: string) => {
        const Key = { person: { S: personKey(id) } };
        return (await client.send(new GetItemCommand({ TableName: 'mortal', Key }))).Item !== undefined;
      };
      await expect.poll(() => isThere(expired), { timeout: 30_000, interval: 200 }).toBe(false);
      expect(await isThere(alive)).toBe(true);
      client.destroy();
    });
  });
}

const java = await javaVersion();
if (java !== undefined) conformance();
else {
  const text =
    'DynamoDB Local was NOT run: there is no java on this machine (Debian: openjdk-17-jre-headless)';
  process.stderr.write(`\n${'!'.repeat(text.length)}\n${text}\n${'!'.repeat(text.length)}\n\n`);
  test(text, ({ skip }) => skip(text));
}
