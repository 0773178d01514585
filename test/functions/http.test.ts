import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { consumerOf } from '../../functions/consumer.js';
import { httpOf } from '../../functions/http.js';
import { WORK_MS } from '../../functions/work-ms.js';
import { startEventHubs } from '../../local/emulators/event-hubs/server.js';
import { openApp } from '../../local/functions-host/app.js';
import { parseHostJson } from '../../local/functions-host/host-json.js';
import { startHttpFunction } from '../../local/functions-host/http-function.js';
import { httpRoutes } from '../../local/functions-host/http-routes.js';
import { systemClock } from '../../shared/clock.js';
import { answer, type DoorRequest } from '../../shared/door/request.js';
import { doorConformance } from '../door/door-conformance.js';
import { contextOf } from './event-hub-fixture.js';

const entry = new URL('../../functions/index.ts', import.meta.url).href;

/** The deployed app through the real library; of its functions only the door is started. */
doorConformance(async (env) => {
  const hubs = [{ name: 'exports', partitions: 2, groups: ['$Default'] }];
  // The door's own client stays open as long as the process, so the emulator meets it when it closes.
  const emulator = await startEventHubs({
    config: { namespace: 'emulatorNs1', hubs },
    report: () => undefined,
  });
  Object.assign(process.env, env, {
    TRIBUTARY_DOOR_STREAM: 'event-hub:exports',
    TRIBUTARY_SECRET_DOOR_STREAM: emulator.connectionString(),
  });
  const app = await openApp(entry, () => undefined);
  const hostJson: unknown = JSON.parse(await readFile(new URL('../../host.json', import.meta.url), 'utf8'));
  const settings = parseHostJson(hostJson);
  const routes = httpRoutes(settings.http.routePrefix);
  const metadata = app.core.functions.get('door');
  const [binding] = Object.values(metadata?.bindings ?? {});
  if (!metadata) throw new Error('the app has no function door');
  await startHttpFunction(app.core, 'door', metadata, binding, {
    ...settings,
    settings: {},
    capabilities: app.capabilities,
    routes,
    blobConnectionString: '',
    clock: systemClock,
    random: Math.random,
    report: (error) => {
      throw error;
    },
    invoked: () => undefined,
  });
  const front = await routes.start(0);
  return {
    url: front?.url ?? '',
    async consume(bodies, pipeline) {
      const enqueuedTimeUtcArray = bodies.map((_, i) => new Date(1_790_000_000_000 + i).toISOString());
      const sequenceNumberArray = bodies.map((_, i) => i);
      const metadata = {
        enqueuedTimeUtcArray,
        sequenceNumberArray,
        partitionContext: { partitionId: '0', eventHubName: 'exports' },
      };
      const consumer = consumerOf(async () => pipeline, { clock: systemClock, workMs: WORK_MS });
      await consumer(bodies, contextOf({ metadata, cardinality: 'many' }));
    },
    read: async () => emulator.events('exports').map(({ body }) => body),
    async close() {
      await front?.close();
      await app.release();
      await emulator.close();
    },
  };
});

/** What the adapter makes of a request of the library's own class. */
async function translated(headers: Record<string, string>): Promise<DoorRequest | undefined> {
  // The default export only: native ESM on Node 20 and 22 sees no class among the named ones.
  const { default: library } = await import('@azure/functions');
  let seen: DoorRequest | undefined;
  const handler = httpOf(async (request) => {
    seen = request;
    return answer(200, {});
  });
  const url = 'https://door.example.com/v1/exports/a%20b?x=1&x=2';
  const request = new library.HttpRequest({ method: 'POST', url, headers, body: { string: '{}' } });
  await handler(request, new library.InvocationContext());
  return seen;
}

test('the caller is the last of the forwarded addresses: the others were written by the client', async () => {
  const request = await translated({ 'x-forwarded-for': '203.0.113.9, 192.0.2.7:4711' });
  expect(request).toMatchObject({
    remote: '192.0.2.7:4711',
    path: '/v1/exports/a%20b',
    clientCertificate: undefined,
  });
  expect(request?.query.getAll('x')).toEqual(['1', '2']);
});

test('a certificate of App Service has been checked by nobody', async () => {
  const request = await translated({ 'X-ARR-ClientCert': 'MIIB' });
  expect(request?.clientCertificate).toEqual({ text: 'MIIB', verified: false });
});
