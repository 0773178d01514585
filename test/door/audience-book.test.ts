import { TableClient } from '@azure/data-tables';
import { expect, test } from 'vitest';
import { startAzurite } from '../../local/emulators/azurite.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import { audienceIdOf } from '../../shared/door/audience.js';
import { audienceBook } from '../../shared/door/audience-book.js';
import { memoryStore } from '../../shared/stores/memory.js';
import { audienceBookContract } from '../contracts/audience-book.js';
import { azureTableGround } from '../stores/azure-table-ground.js';
import { dynamoDbGround } from '../stores/dynamodb-ground.js';
import { marked } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';

audienceBookContract({
  name: 'memory',
  async start() {
    const memory = memoryStore();
    return { open: () => memory, close: () => Promise.resolve() };
  },
});

audienceBookContract({
  name: 'DynamoDB (dynalite)',
  async start() {
    const dynamo = await startDynamoDb();
    await dynamo.createStateTable('states');
    return dynamoDbGround(dynamo.endpoint, 'states', () => dynamo.close());
  },
});

audienceBookContract({
  name: 'Azure Table (Azurite)',
  async start() {
    const azurite = await startAzurite();
    const insecure = { allowInsecureConnection: true };
    await TableClient.fromConnectionString(azurite.connectionString, 'states', insecure).createTable();
    return azureTableGround(azurite.connectionString, 'states', () => azurite.close());
  },
});

const TIME = '2026-11-21T08:00:00.000Z';

test('a page that is not ours is a fault that says so, never an empty book', async () => {
  const store = memoryStore();
  const book = audienceBook(store, fakeClock());
  const pages = Array.from({ length: 16 }, (_, page) => `:audiences/${page}`);
  await store.write(pages.map((id) => ({ id, state: marked('no record'), expected: undefined })));
  await expect(book.get('mark')).rejects.toMatchObject({ code: 'store.format' });
  await expect(book.all()).rejects.toMatchObject({ code: 'store.format' });
});

test('nobody may wait for ever: a change that never gets through ends at its deadline', async () => {
  const clock = fakeClock();
  const store = {
    ...memoryStore(),
    async write() {
      clock.advance(100);
      return [{ ok: false as const, reason: 'conflict' as const }];
    },
  };
  const book = audienceBook(store, clock);
  const record = { id: 'aud_1', name: 'a', created: TIME, updated: TIME };
  await expect(book.change('aud_1', () => record, clock.now() + 1_000)).rejects.toMatchObject({
    code: 'store.contended',
  });
});

test('a person with the most awkward of keys never reads or writes a page', async () => {
  const store = memoryStore();
  const clock = fakeClock();
  const book = audienceBook(store, clock);
  for (const id of ['email::audiences/0', 'a:audiences/1'])
    await store.write([{ id, state: marked('person'), expected: undefined }]);
  expect(await book.all()).toEqual([]);
});

test('one audience is another in another org, sandbox, destination or source, and the same in any other respect', () => {
  const call = { org: 'o', sandbox: 's', source: 'x', destination: 'd', audience: 'a', name: 'n' };
  const ids = [
    call,
    ...(['org', 'sandbox', 'source', 'destination', 'audience'] as const).map((part) => ({
      ...call,
      [part]: 'other',
    })),
    { ...call, audience: undefined },
    { ...call, org: undefined },
  ].map(({ audience, org, ...rest }) =>
    audienceIdOf({ ...rest, ...(audience && { audience }), ...(org && { org }) }),
  );
  expect(new Set(ids).size).toBe(ids.length);
  expect(audienceIdOf({ ...call, name: 'renamed', description: 'more' })).toBe(audienceIdOf(call));
});
