import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { packAzure } from '../../build/azure.js';
import { AZURE_CONFIG } from '../../build/azure-places.js';
import type { Written } from '../../build/bundle.js';
import { packRules } from '../../build/rules.js';
import { entryOf, readWith, weigh } from '../../build/weight.js';
import { type DemoCrm, startDemoCrm } from '../../local/demo-crm/server.js';
import { encodeHubBatch } from '../../local/functions-host/event-hub-encoder.js';
import { packageFaults } from '../../local/functions-host/package-check.js';
import { type RunningPackage, startPackage } from '../../local/functions-host/package-client.js';
import { encodeQueueItem } from '../../local/functions-host/queue-encoder.js';
import type { FunctionMetadata, RpcInvocation } from '../../local/functions-host/rpc.js';
import { profile } from '../conformance/people.js';
import { rulesFile } from '../conformance/rules.js';
import { main } from '../infra/azure-world.js';

// The package is made outside of the project, so that nothing of the project can be found from it, and runs in a process
// that knows nothing of it but the folder.

const root = resolve(import.meta.dirname, '../..');
let home = '';
let written: Written;
let crm: DemoCrm;
let app: RunningPackage;

const settings = () => ({
  TRIBUTARY_CONFIG: AZURE_CONFIG,
  TRIBUTARY_STATE: 'memory:package',
  TRIBUTARY_PARKING: 'memory:package',
  TRIBUTARY_DEAD_LETTERS: 'memory:package',
  TRIBUTARY_STORAGE_CONNECTION: 'UseDevelopmentStorage=true',
  TRIBUTARY_PARKING_QUEUE: 'tributary-parked',
  TRIBUTARY_FILES_QUEUE: 'storage-queue:tributary-files',
  TRIBUTARY_DOOR_STREAM: 'memory:package',
  TRIBUTARY_DOOR_AUTH: 'none',
  SALESFORCE_DOMAIN: crm.url,
  TRIBUTARY_SECRET_SALESFORCE: JSON.stringify({ clientId: crm.clientId, clientSecret: crm.clientSecret }),
});

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'azure-package-'));
  crm = await startDemoCrm();
  await writeFile(join(home, 'tributary.yaml'), rulesFile(5_000));
  await packRules(home, { config: join(home, 'tributary.yaml') });
  written = await packAzure(root, join(home, 'app'), join(home, 'dist/rules'));
  app = await startPackage(join(home, 'app'), settings());
});
afterAll(async () => {
  await app?.close();
  await crm?.close();
  await rm(home, { recursive: true, force: true });
});

const bindingOf = (name: string): string => {
  const found = app.functions.find((each) => each.name === name);
  return Object.keys(found?.bindings ?? {}).find((binding) => binding !== '$return') ?? '';
};

const Http = z.looseObject({
  http: z.looseObject({ statusCode: z.string(), body: z.looseObject({ bytes: z.instanceof(Uint8Array) }) }),
});

async function call(method: string, path: string, body = ''): Promise<{ status: string; text: string }> {
  const http = {
    method,
    url: `https://acme.example.com${path}`,
    nullableHeaders: { 'content-type': { value: 'application/json' } },
    nullableParams: {},
    nullableQuery: {},
    body: { bytes: Buffer.from(body) },
  };
  const invocation = { inputData: [{ name: bindingOf('door'), data: { http } }], triggerMetadata: {} };
  const { returnValue } = await app.invoke('door', invocation);
  const answer = Http.parse(returnValue).http;
  return { status: answer.statusCode, text: Buffer.from(answer.body.bytes).toString() };
}

const message = (name: string, body: string): RpcInvocation => {
  const at = new Date();
  const item = { bytes: Buffer.from(body), id: 'm-1', popReceipt: 'p', dequeueCount: 1, insertedOn: at };
  return encodeQueueItem({ ...item, expiresOn: at, nextVisibleOn: at }, bindingOf(name), true);
};

describe('in a process of its own', () => {
  test('it registers every function, and asks for empty entries', () => {
    expect(app.functions.map(({ name }) => name).sort()).toEqual([
      'audience-exports',
      'door',
      'files',
      'parked-records',
      'poll-files',
    ]);
    expect(app.capabilities).toMatchObject({ IncludeEmptyEntriesInMessagePayload: 'true' });
  });

  test('a batch of the hub changes the CRM, and its line is written', async () => {
    const event = {
      body: Buffer.from(JSON.stringify(profile({ id: 'C-1', points: 7 }))),
      sequenceNumber: 1,
      offset: '1',
      enqueuedTimeUtc: new Date(),
      partitionKey: null,
    };
    const partition = {
      fullyQualifiedNamespace: 'acme.servicebus.windows.net',
      eventHubName: 'aep-exports',
      consumerGroup: 'tributary',
      partitionId: '0',
    };
    const how = { bindingName: bindingOf('audience-exports'), many: true, binary: true, emptyEntries: true };
    const invocation = encodeHubBatch({ events: [event], partition, checkpoints: true }, how);
    await app.invoke('audience-exports', invocation);
    expect(crm.rows('Contact').get('C-1')).toMatchObject({ Loyalty_Points__c: 7 });
    expect(app.output()).toMatch(/"event":"batch".*"source":"eventhub:aep-exports".*"delivered":1/);
  });

  test('the door answers, and puts exports into the stream', async () => {
    expect((await call('GET', '/health')).status).toBe('200');
    const taken = await call('POST', '/v1/exports', JSON.stringify(profile({ id: 'C-2' })));
    expect(taken).toMatchObject({ status: '200', text: expect.stringContaining('"accepted":1') });
  });

  test('a message of the retry queue is worked off, and one that nobody understands is not lost', async () => {
    await expect(
      app.invoke('parked-records', message('parked-records', 'no parked record')),
    ).resolves.toBeDefined();
    expect(app.output()).toContain('"event":"');
  });

  test('the triggers of files run: news of a container that no rule file names is passed over', async () => {
    const news = {
      eventType: 'Microsoft.Storage.BlobCreated',
      subject: '/blobServices/default/containers/aep-files/blobs/a.csv',
    };
    const timer = {
      inputData: [{ name: bindingOf('poll-files'), data: { json: '{"IsPastDue":false}' } }],
      triggerMetadata: {},
    };
    await app.invoke('files', message('files', JSON.stringify(news)));
    await app.invoke('poll-files', timer);
    expect(app.output()).toContain('"event":"file.arrived","told":1,"ordered":0');
  });
});

describe('the package', () => {
  test('needs nothing beside itself: no package is left to be found', () => {
    const outside = Object.values(written.outputs).flatMap(({ imports }) =>
      imports.filter((each) => each.external),
    );
    const names = new Set(outside.map(({ path }) => path).filter((path) => !/^node:/.test(path)));
    expect([...names].filter((name) => !isBuiltin(name)).sort()).toEqual([
      './crypto/build/Release/sshcrypto.node',
      '@azure/functions-core',
      'cpu-features',
      'esbuild',
    ]);
  });

  test('has host.json, package.json, the bundle and the rules, and nothing that is not published', async () => {
    const files = await readdir(join(home, 'app'));
    expect(files.sort()).toEqual([
      '.funcignore',
      'host.json',
      'index.mjs',
      'index.mjs.map',
      'local.settings.json',
      'package.json',
      'parts',
      'rules',
    ]);
    expect(await readFile(join(home, 'app/host.json'), 'utf8')).toBe(
      await readFile(join(root, 'host.json'), 'utf8'),
    );
  });

  test('reads little at each cold start', () => {
    // The registrations, and the library that makes them: each trigger brings its code with its first invocation.
    expect(weigh(written).atStart).toBeLessThan(150_000);
    expect(readWith(written, entryOf(written)).size).toBeLessThan(5);
  });
});

describe('ready to publish', () => {
  const hostJson = async (): Promise<unknown> => JSON.parse(await readFile(join(root, 'host.json'), 'utf8'));
  const names = (given: Record<string, unknown>) => {
    const found = main(given).resources.find(({ name }) => name.endsWith('/appsettings'))?.body['properties'];
    return new Set(Object.keys(z.record(z.string(), z.string()).parse(found)));
  };

  test('with the settings that the template gives', async () => {
    const published = {
      functions: app.functions,
      hostJson: await hostJson(),
      settings: names({ files: true }),
    };
    expect(packageFaults(published)).toEqual([]);
  });

  const [hub, blob] = ['eventHubTrigger', 'blobTrigger'];
  const one = (binding: object, more: object = {}): FunctionMetadata => ({
    name: 'f',
    bindings: { b: binding },
    ...more,
  });
  const stream = { type: hub, connection: 'C', eventHubName: 'h', consumerGroup: 'g' };
  const http = { type: 'httpTrigger', authLevel: 'anonymous' };

  test.each<[string, readonly FunctionMetadata[], unknown, string]>([
    ['no function', [], undefined, 'no function is registered'],
    [
      'two triggers',
      [{ name: 'f', bindings: { a: http, b: { ...stream } } }],
      undefined,
      'f: has 2 triggers',
    ],
    ['no trigger', [one({ type: 'http' })], undefined, 'f: has 0 triggers'],
    [
      'a connection nobody set',
      [one({ ...stream, connection: 'D' })],
      undefined,
      'no setting is D, nor begins with D__',
    ],
    ['a name nobody set', [one({ ...stream, eventHubName: '%HUB%' })], undefined, 'no setting is HUB'],
    [
      'a blob trigger that looks for itself',
      [one({ type: blob, connection: 'C', path: 'a/{n}' })],
      undefined,
      'source: EventGrid',
    ],
    ['a door without a lock', [one({ type: 'httpTrigger' })], undefined, 'authLevel is not said'],
    [
      'haste',
      [one(stream, { retryOptions: { minimumInterval: { seconds: 0 } } })],
      undefined,
      'less than a second',
    ],
    [
      'a group of two',
      [one(stream), { ...one(stream), name: 'g' }],
      undefined,
      'f and g share the consumer group h/g',
    ],
    [
      'an old bundle',
      [one(stream)],
      {
        version: '2.0',
        extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[3.*, 4.0.0)' },
      },
      'extensionBundle',
    ],
    ['no bundle', [one(stream)], { version: '2.0' }, 'extensionBundle'],
  ])('not with %s', async (_, functions, other, found) => {
    const published = {
      functions,
      hostJson: other ?? (await hostJson()),
      settings: new Set(['C__credential']),
    };
    expect(packageFaults(published).join('\n')).toContain(found);
  });

  test('not with a package.json that names nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'azure-empty-'));
    await writeFile(join(folder, 'host.json'), '{"version":"2.0"}');
    await writeFile(join(folder, 'package.json'), '{"main":"dist/*.js"}');
    await expect(startPackage(folder, {})).rejects.toThrow('no file is dist/*.js');
    await rm(folder, { recursive: true });
  });
});
