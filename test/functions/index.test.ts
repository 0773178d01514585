import { readdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { WORK_MS } from '../../functions/work-ms.js';
import { installCore } from '../../local/functions-host/core.js';
import { parseHostJson } from '../../local/functions-host/host-json.js';
import { RetryPolicy, retryDelay } from '../../local/functions-host/retry.js';

const root = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

const core = installCore(() => undefined);
let capabilities: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  await import('../../functions/index.js');
  capabilities = await core.finishStartup('/app');
});
afterAll(() => core.uninstall());

const consumer = () => {
  const metadata = core.functions.get('audience-exports');
  const [binding] = Object.values(metadata?.bindings ?? {});
  return { metadata, binding };
};

test('the consumer asks for batches of bytes and for empty entries', () => {
  expect(consumer().binding).toMatchObject({
    type: 'eventHubTrigger',
    direction: 'in',
    cardinality: 'many',
    dataType: 'binary',
    connection: 'EventHubConnection',
  });
  expect(capabilities).toMatchObject({ IncludeEmptyEntriesInMessagePayload: 'true' });
});

test('the consumer never gives up, and waits 2 s to 1 min between attempts', () => {
  const policy = RetryPolicy.parse(consumer().metadata?.retryOptions);
  expect(policy.maxRetryCount).toBe(-1);
  expect(retryDelay(policy, 1, () => 0)).toBe(2_000);
  expect(retryDelay(policy, 99, () => 0)).toBe(60_000);
});

test('the retry queue is asked for bytes, and its faults are retried as host.json says', async () => {
  const metadata = core.functions.get('parked-records');
  expect(Object.values(metadata?.bindings ?? {})).toMatchObject([
    {
      type: 'queueTrigger',
      direction: 'in',
      dataType: 'binary',
      queueName: '%TRIBUTARY_PARKING_QUEUE%',
      connection: 'TRIBUTARY_STORAGE_CONNECTION',
    },
  ]);
  expect(metadata?.retryOptions).toBeUndefined();
  // A setting that is broken for a week must not send what waits to the poison queue.
  const { visibilitySeconds, maxDequeueCount } = parseHostJson(JSON.parse(await root('host.json'))).queues;
  expect(visibilitySeconds * maxDequeueCount).toBeGreaterThanOrEqual(7 * 86_400);
});

test('every setting a binding names is in the example settings', async () => {
  const { Values } = z
    .object({ IsEncrypted: z.literal(false), Values: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await root('local.settings.example.json')));
  const Named = z.looseObject({ connection: z.string().optional() });
  for (const { bindings } of core.functions.values()) {
    for (const binding of Object.values(bindings)) {
      const { connection } = Named.parse(binding);
      const expanded = [...JSON.stringify(binding).matchAll(/%([^%]+)%/g)].map(([, name]) => name);
      for (const name of [connection, ...expanded])
        if (name !== undefined) expect(Values).toHaveProperty(name);
    }
  }
  expect(Values).toMatchObject({ FUNCTIONS_WORKER_RUNTIME: 'node' });
});

test('host.json: understood by the local host too, and its time-out leaves room for the last answer', async () => {
  const json: unknown = JSON.parse(await root('host.json'));
  expect(parseHostJson(json).eventHubs).toMatchObject({
    maxEventBatchSize: 200,
    batchCheckpointFrequency: 1,
  });
  const { functionTimeout } = z.object({ functionTimeout: z.string().regex(/^\d\d:\d\d:\d\d$/) }).parse(json);
  const [hours = 0, minutes = 0, seconds = 0] = functionTimeout.split(':').map(Number);
  const timeoutMs = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  expect(timeoutMs - WORK_MS).toBeGreaterThanOrEqual(60_000);
});

test('the pipeline is not composed at import: without settings only the invocation fails', async () => {
  const [name = ''] = Object.keys(consumer().metadata?.bindings ?? {});
  const request = {
    inputData: [{ name, data: { collectionBytes: { bytes: [Buffer.from('{}')] } } }],
    triggerMetadata: {},
  };
  await expect(core.invoke('audience-exports', request)).rejects.toMatchObject({
    code: 'config.missing-setting',
  });
});

test('.funcignore takes nothing away that the app needs', async () => {
  const patterns = (await root('.funcignore'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const needed = [
    '/host.json',
    '/package.json',
    '/tributary.yaml',
    '/dist/functions/index.js',
    '/dist/shared/assemble.js',
    '/node_modules/zod/package.json',
  ];
  for (const pattern of patterns) {
    // Rooted only: Core Tools and git disagree on what an unrooted pattern matches.
    expect(pattern).toMatch(/^\/[^*]+\*?$/);
    const prefix = pattern.replace(/\*$/, '');
    for (const path of needed) expect(path.startsWith(prefix), `${pattern} would drop ${path}`).toBe(false);
  }
});

test('only `app` is taken from the library as a value: native ESM on Node 20 and 22 sees no class of it', async () => {
  const folder = new URL('../../functions/', import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')));
  const imports = sources.join('\n').matchAll(/^import (?!type )\{([^}]*)\} from '@azure\/functions'/gm);
  const values = [...imports].flatMap(([, list = '']) => list.split(',')).map((name) => name.trim());
  expect(values.filter((name) => name !== '' && !name.startsWith('type '))).toEqual(['app']);
});
