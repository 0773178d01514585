import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AzureNamedKeyCredential, generateTableSas, TableClient } from '@azure/data-tables';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startAzurite } from '../../local/emulators/azurite.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import { closeMemories, openStore } from '../../shared/stores/open.js';
import { answer, startFaultServer } from '../connectors/fault-server.js';
import { markOf, put, somebody } from '../contracts/store-steps.js';
import { fakeClock } from '../support/fakes.js';

const open = (value: string, more: { connection?: string; ttlDays?: number } = {}) =>
  openStore(value, { clock: fakeClock(), ...more });

describe('memory', () => {
  afterEach(closeMemories);

  test('the same name is the same store, another name another, until all are forgotten', async () => {
    const one = await open('memory:one');
    const id = somebody();
    await put(one, id, 'here');
    expect(await open('memory:one')).toBe(one);
    expect((await (await open('memory:two')).read([id])).size).toBe(0);
    closeMemories();
    expect((await (await open('memory:one')).read([id])).size).toBe(0);
  });
});

describe('settings nobody can follow', () => {
  test.each([
    '',
    'memory',
    'memory:',
    'memory:a b',
    'dynamo:table',
    'dynamodb:',
    'dynamodb:ab',
    'dynamodb:a/b',
    `dynamodb:${'t'.repeat(256)}`,
    'azure-table:ab',
    'azure-table:1states',
    'azure-table:my-states',
    'redis:states',
    'Memory:a',
  ])('%j', async (value) => {
    const fault = { code: 'config.invalid', message: expect.stringContaining('dynamodb:TABLE') };
    await expect(open(value, { connection: 'x' })).rejects.toMatchObject(fault);
  });

  test('an Azure table without an account', async () => {
    const fault = {
      code: 'config.missing-setting',
      message: expect.stringContaining('TRIBUTARY_STATE_CONNECTION'),
    };
    await expect(open('azure-table:states')).rejects.toMatchObject(fault);
  });

  test.each([
    ['text', 'S3cr3t'],
    ['a URL without a signature', 'https://S3cr3t.table.core.windows.net'],
    ['no account', 'DefaultEndpointsProtocol=https;AccountKey=S3cr3t'],
    ['no key', 'AccountName=S3cr3t'],
  ])('an account that cannot be read (%s) is not quoted', async (_, connection) => {
    const error: unknown = await open('azure-table:states', { connection }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: 'config.invalid' });
    expect(String(error)).toContain('TRIBUTARY_STATE_CONNECTION');
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('S3cr3t');
  });
});

describe('DynamoDB, found through the environment of the SDK', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
    vi.stubEnv('AWS_REGION', 'eu-central-1');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('states are kept, for as long as told', async () => {
    const dynamo = await startDynamoDb();
    for (const [name, value] of Object.entries(dynamo.environment)) vi.stubEnv(name, value);
    await dynamo.createStateTable('my.states-1');
    const clock = fakeClock();
    const store = await openStore('dynamodb:my.states-1', { clock, ttlDays: 2 });
    const id = somebody();
    await put(store, id, 'kept');
    clock.advance(86_400_000);
    expect(await markOf(store, id)).toBe('kept');
    clock.advance(86_400_000);
    expect((await store.read([id])).size).toBe(0);
    expect(store.kind).toBe('dynamodb');
    await dynamo.close();
  });

  test('the SDK does no retrying of its own: each try is one of ours, with its wait', async () => {
    const throttled = {
      __type: 'com.amazonaws.dynamodb.v20120810#ThrottlingException',
      message: 'slow down',
    };
    const said = answer(400, { 'content-type': 'application/x-amz-json-1.0' }, JSON.stringify(throttled));
    const server = await startFaultServer(() => said);
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', server.url);
    let sleeps = 0;
    const clock = fakeClock();
    const store = await openStore('dynamodb:states', {
      clock: {
        ...clock,
        sleep(ms, signal) {
          sleeps++;
          return clock.sleep(ms, signal);
        },
      },
      random: () => 0.5,
    });
    await expect(store.read([somebody()])).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(server.requests).toHaveLength(sleeps + 1);
    await server.close();
  });

  test('reads are consistent: the wire says so', async () => {
    const server = await startFaultServer(() => answer(400, {}, '{}'));
    vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', server.url);
    const store = await open('dynamodb:states');
    await expect(store.read([somebody()])).rejects.toMatchObject({ code: 'store.unavailable' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      RequestItems: { states: { ConsistentRead: true } },
    });
    await server.close();
  });
});

describe('Azure Table', () => {
  test('an account is named by its connection string or by a URL with a signature', async () => {
    const azurite = await startAzurite();
    const { connectionString } = azurite;
    await TableClient.fromConnectionString(connectionString, 'states', {
      allowInsecureConnection: true,
    }).createTable();
    const part = (name: string) => new RegExp(`${name}=([^;]*)`).exec(connectionString)?.[1] ?? '';
    const credential = new AzureNamedKeyCredential(part('AccountName'), part('AccountKey'));
    const permissions = { query: true, add: true, update: true, delete: false };
    const signature = generateTableSas('states', credential, {
      permissions,
      expiresOn: new Date(Date.now() + 600_000),
    });
    const id = somebody();
    const byKey = await open('azure-table:states', { connection: connectionString });
    const version = await put(byKey, id, 'by key');
    const bySignature = await open('azure-table:states', {
      connection: `${part('TableEndpoint')}?${signature}`,
    });
    expect(await markOf(bySignature, id)).toBe('by key');
    await put(bySignature, id, 'by signature', version);
    expect(await markOf(byKey, id)).toBe('by signature');
    expect(byKey.kind).toBe('azure-table');
    await azurite.close();
  });

  const account = 'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=c2VjcmV0';
  test.each([
    `${account};TableEndpoint=http://example.com/a`,
    `${account};TableEndpoint=http://127.0.0.1.example.com/a`,
    `${account};EndpointSuffix=core.windows.net`,
    'http://example.com?sv=1&sig=x',
  ])('plain HTTP is for this machine only: %s', async (connection) => {
    const fault = { code: 'config.invalid', message: expect.stringContaining('only https') };
    await expect(open('azure-table:states', { connection })).rejects.toMatchObject(fault);
  });
});

test('a cloud SDK is loaded by open.ts alone, and by what sweeps its table, and only when it is chosen', () => {
  const root = resolve(import.meta.dirname, '../..');
  const reaching = ['shared', 'functions', 'lambdas', 'cli']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => ({ name: entry.name, text: readFileSync(join(entry.parentPath, entry.name), 'utf8') }))
    .flatMap(({ name, text }) =>
      [...text.matchAll(/.*['"](?:[^'"]*\/(?:dynamodb|azure-table(?:-client)?)\.js)['"].*/g)].map(
        ([line]) => `${name}: ${line.trim()}`,
      ),
    );
  expect(reaching.sort()).toEqual([
    "assemble-sweep.ts: const { tableClient } = await import('./stores/azure-table-client.js');",
    "assemble-sweep.ts: const { tableStore } = await import('./stores/azure-table.js');",
    "open.ts: const { dynamoClient, dynamoStore } = await import('./dynamodb.js');",
    "open.ts: const { tableClient } = await import('./azure-table-client.js');",
    "open.ts: const { tableStore } = await import('./azure-table.js');",
  ]);
});
