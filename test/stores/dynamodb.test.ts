import { BatchGetItemCommand, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DynamoDbEmulator, startDynamoDb } from '../../local/emulators/dynamodb.js';
import { dynamoStore } from '../../shared/stores/dynamodb.js';
import { personKey } from '../../shared/stores/person-key.js';
import { storeContract } from '../contracts/store.js';
import { digest, foundOf, put, somebody, words } from '../contracts/store-steps.js';
import { fakeClock } from '../support/fakes.js';
import { dynamoDbClient, dynamoDbGround } from './dynamodb-ground.js';
import { marked, weighing } from './states.js';

storeContract({
  name: 'DynamoDB (dynalite)',
  remote: true,
  room: 400 * 1024 - 256,
  async start() {
    const dynamo = await startDynamoDb();
    await dynamo.createStateTable('states');
    return dynamoDbGround(dynamo.endpoint, 'states', () => dynamo.close());
  },
});

let dynamo: DynamoDbEmulator | undefined;
beforeAll(async () => {
  dynamo = await startDynamoDb();
  await dynamo.createStateTable('states');
});
afterAll(() => dynamo?.close());

function started(): DynamoDbEmulator {
  if (!dynamo) throw new Error('the service has not been started');
  return dynamo;
}

let tokens = 0;
const storeOn = (client = started().client(), clock = fakeClock()) =>
  dynamoStore({
    client,
    table: 'states',
    clock,
    random: () => 0.5,
    ttlDays: 10,
    newToken: () => `token-${++tokens}`,
  });

describe('what is in the table', () => {
  test('an item holds a hashed key, a version, an expiry in epoch seconds and the packed state, nothing else', async () => {
    const id = somebody('ada@example.com');
    const version = await put(storeOn(), id, 'ada');
    const key = { person: { S: personKey(id) } };
    const { Item } = await started()
      .client()
      .send(new GetItemCommand({ TableName: 'states', Key: key }));
    expect(Item).toEqual({
      ...key,
      version: { S: version },
      expires: { N: String(1_790_000_000 + 10 * 86_400) },
      state: { B: expect.any(Uint8Array) },
    });
    expect(JSON.stringify(Item)).not.toContain('example.com');
  });

  test.each([
    ['of a newer version', { state: { B: Buffer.of(9, 0, 1) } }, 'is in format 9'],
    ['that is damaged', { state: { B: Buffer.of(1, 1, 1) } }, 'the payload is damaged'],
    ['of somebody else', { state: { S: 'text' } }, 'not as tributary writes them'],
    [
      'without an expiry',
      { state: { B: Buffer.of(1, 0) }, expires: { S: 'soon' } },
      'not as tributary writes them',
    ],
  ])('an item %s is never taken for a person nobody knows', async (_, changed, words) => {
    const id = somebody();
    const Item = {
      person: { S: personKey(id) },
      version: { S: '1' },
      expires: { N: '1890000000' },
      ...changed,
    };
    await started()
      .client()
      .send(new PutItemCommand({ TableName: 'states', Item }));
    expect((await storeOn().read([id])).get(id)).toMatchObject({
      ok: false,
      fault: { code: 'store.format', message: expect.stringContaining(words) },
    });
  });
});

describe('round trips', () => {
  async function requestsFor(work: (store: ReturnType<typeof storeOn>) => Promise<unknown>): Promise<number> {
    let requests = 0;
    const client = dynamoDbClient(started().endpoint, () => {
      requests++;
      return 'none';
    });
    await work(storeOn(client));
    client.destroy();
    return requests;
  }

  test.each([
    [1, 1],
    [100, 1],
    [101, 2],
    [250, 3],
  ])('%d persons are read in %d', async (persons, trips) => {
    const ids = Array.from({ length: persons }, () => somebody());
    expect(await requestsFor((store) => store.read(ids))).toBe(trips);
  });

  test('each write takes one, a conflict included', async () => {
    const writes = Array.from({ length: 30 }, (_, i) => ({
      id: somebody(),
      state: marked('x'),
      expected: i % 2 ? 'other' : undefined,
    }));
    expect(await requestsFor((store) => store.write(writes))).toBe(30);
  });
});

describe('answers in part', () => {
  test('what DynamoDB gives back unread is asked for again, after a wait', async () => {
    const ids = Array.from({ length: 80 }, () => somebody());
    await storeOn().write(ids.map((id) => ({ id, state: marked(id), expected: undefined })));
    const asked: number[] = [];
    const client = dynamoDbClient(started().endpoint, () => 'none');
    // Answers for fifty keys at most, as a table with too little capacity does.
    client.middlewareStack.add(
      (next) => async (args) => {
        if (!('RequestItems' in args.input)) return next(args);
        const keys = Object.values(args.input.RequestItems ?? {}).flatMap(
          (one) => ('Keys' in one && one.Keys) || [],
        );
        asked.push(keys.length);
        const RequestItems = { states: { Keys: keys.slice(0, 30), ConsistentRead: true } };
        const answered = await next({ ...args, input: { ...args.input, RequestItems } });
        const left = keys.slice(30);
        if (left.length > 0) Object.assign(answered.output, { UnprocessedKeys: { states: { Keys: left } } });
        return answered;
      },
      { step: 'initialize' },
    );
    const clock = fakeClock();
    const begun = clock.now();
    expect((await storeOn(client, clock).read(ids)).size).toBe(80);
    expect(asked).toEqual([80, 50, 20]);
    expect(clock.now() - begun).toBe(25 + 25);
  });

  // DynamoDB stops at 16 MB, dynalite already a little after one; test/full has the former.
  test('more bytes than go into one answer come in several', async () => {
    const ids = Array.from({ length: 9 }, () => somebody());
    const state = weighing(400_000);
    const store = storeOn();
    expect(new Set(words(await store.write(ids.map((id) => ({ id, state, expected: undefined })))))).toEqual(
      new Set(['ok']),
    );
    const keys = ids.map((id) => ({ person: { S: personKey(id) } }));
    const once = await started()
      .client()
      .send(new BatchGetItemCommand({ RequestItems: { states: { Keys: keys } } }));
    expect(once.UnprocessedKeys?.['states']?.Keys?.length).toBeGreaterThan(0);
    const states = await store.read(ids);
    expect(ids.every((id) => digest(foundOf(states, id)?.state) === digest(state))).toBe(true);
  });
});
