import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { HOST, listen } from '../listen.js';

/** Where the emulated DynamoDB listens. */
export interface DynamoDbOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly region?: string;
}

/** A DynamoDB in this process, in memory. */
export interface DynamoDbEmulator {
  readonly endpoint: string;
  /** What the SDK reads from the environment to come here. */
  readonly environment: Readonly<Record<string, string>>;
  /** A client of its own for the caller; `close` ends it. */
  client(): DynamoDBClient;
  /** Makes a table for states, as docs/stores.md says. */
  createStateTable(name: string): Promise<void>;
  close(): Promise<void>;
}

/** How long requests under way may still take when the emulator closes. */
const GRACE_MS = 1_000;

/** dynalite waits for idle keep-alive connections when it closes, so those are ended first, busy ones a little later. */
async function shut(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const grace = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await closed;
  clearTimeout(grace);
}

/** Makes a table for states by any client: the string key `person`, billed by request. */
export async function createStateTable(client: DynamoDBClient, name: string): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: name,
      AttributeDefinitions: [{ AttributeName: 'person', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'person', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  const describe = new DescribeTableCommand({ TableName: name });
  while ((await client.send(describe)).Table?.TableStatus !== 'ACTIVE') await sleep(5);
}

/** Starts dynalite in this process. A port that is taken is a `config.port-in-use` fault. */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDbEmulator> {
  const { port = 0, region = 'eu-central-1' } = options;
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const endpoint = `http://${HOST}:${await listen(server, port, 'DynamoDB')}`;
  const clients: DynamoDBClient[] = [];
  const client = (): DynamoDBClient => {
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const made = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 });
    clients.push(made);
    return made;
  };
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    client,
    createStateTable: (name) => createStateTable(client(), name),
    async close() {
      for (const one of clients) one.destroy();
      await shut(server);
    },
  };
}
