import { randomUUID } from 'node:crypto';
import {
  DynamoDBClient,
  InternalServerError,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  type ServiceInputTypes,
} from '@aws-sdk/client-dynamodb';
import { TTL_DAYS } from '../../shared/stores/deps.js';
import { dynamoStore } from '../../shared/stores/dynamodb.js';
import { personKey } from '../../shared/stores/person-key.js';
import type { StoreGround, StoreSetup } from '../contracts/store-subject.js';

/** Keys of the persons a request is about. */
function about(input: ServiceInputTypes): string {
  if ('RequestItems' in input) return JSON.stringify(input.RequestItems);
  if ('Item' in input) return String(input.Item?.['person']?.S);
  return 'Key' in input ? String(input.Key?.['person']?.S) : '';
}

const throttled = () =>
  new ProvisionedThroughputExceededException({ message: 'slow down', $metadata: { httpStatusCode: 400 } });
const failed = () => new InternalServerError({ message: 'oh', $metadata: { httpStatusCode: 500 } });
const hungUp = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** A client whose requests a test may interfere with, as the SDK's own errors. */
export function dynamoDbClient(endpoint: string, interfere: StoreSetup['interfere']): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials, maxAttempts: 1 });
  let index = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const what = interfere?.(about(args.input), index++) ?? 'none';
      if (what === 'throttled') throw throttled();
      if (what === 'unavailable') throw failed();
      const answer = await next(args);
      if (what === 'lost') throw hungUp();
      return answer;
    },
    { step: 'initialize', name: 'interfere' },
  );
  return client;
}

/** Stores on a table of a DynamoDB, whichever it is. */
export function dynamoDbGround(endpoint: string, madeTable: string, end: () => Promise<void>): StoreGround {
  const clients: DynamoDBClient[] = [];
  return {
    open({ clock, random = Math.random, ttlDays = TTL_DAYS, table = madeTable, ...setup }) {
      const client = dynamoDbClient(setup.endpoint ?? endpoint, setup.interfere);
      clients.push(client);
      return dynamoStore({ client, table, clock, random, ttlDays, newToken: randomUUID });
    },
    async spoil(id) {
      const client = dynamoDbClient(endpoint, undefined);
      const Item = { person: { S: personKey(id) }, version: { S: '1' }, state: { S: 'mine' } };
      await client.send(new PutItemCommand({ TableName: madeTable, Item }));
      client.destroy();
    },
    async close() {
      for (const client of clients) client.destroy();
      await end();
    },
  };
}
