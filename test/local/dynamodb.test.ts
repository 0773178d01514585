import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';

const item = { person: { S: 'k' }, version: { S: '1' } };

test('items can be written and read, and closing ends the server with connections open', async () => {
  const dynamo = await startDynamoDb();
  await dynamo.createStateTable('states');
  const client = dynamo.client();
  await client.send(new PutItemCommand({ TableName: 'states', Item: item }));
  const { Item } = await client.send(
    new GetItemCommand({ TableName: 'states', Key: { person: { S: 'k' } } }),
  );
  expect(Item).toEqual(item);
  const begun = performance.now();
  await dynamo.close();
  expect(performance.now() - begun).toBeLessThan(3_000);
  await expect(fetch(dynamo.endpoint)).rejects.toThrow('fetch failed');
});

test('two emulators do not share tables', async () => {
  const [one, other] = [await startDynamoDb(), await startDynamoDb()];
  await one.createStateTable('states');
  await other.createStateTable('states');
  await one.client().send(new PutItemCommand({ TableName: 'states', Item: item }));
  const get = new GetItemCommand({ TableName: 'states', Key: { person: { S: 'k' } } });
  expect((await other.client().send(get)).Item).toBeUndefined();
  await Promise.all([one.close(), other.close()]);
});

test('a port that is taken is a fault that says what to do', async () => {
  const one = await startDynamoDb();
  const port = Number(new URL(one.endpoint).port);
  await expect(startDynamoDb({ port })).rejects.toMatchObject({
    code: 'config.port-in-use',
    message: expect.stringContaining(`port ${port} on 127.0.0.1 is taken`),
  });
  await one.close();
});
