import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';

// The SDK refuses to send a token in the clear, so Azurite speaks TLS here, and a process of its own trusts its issuer:
// Node reads NODE_EXTRA_CA_CERTS at its start and never again.

const pem = (name: string) => resolve(import.meta.dirname, `../connectors/wire/fixtures/${name}.pem`);
const built = (path: string) => JSON.stringify(resolve(import.meta.dirname, `../../dist/shared/${path}.js`));

const CLIENT_ID = '11111111-2222-3333-4444-555555555555';

/** As App Service gives tokens: https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference */
const asked: { resource: string | null; clientId: string | null; header: unknown }[] = [];
let answers = true;
const endpoint = createServer((request: IncomingMessage, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const resource = searchParams.get('resource');
  asked.push({
    resource,
    clientId: searchParams.get('client_id'),
    header: request.headers['x-identity-header'],
  });
  if (!answers) {
    response.writeHead(400).end('{"statusCode":400,"message":"no such identity"}');
    return;
  }
  const token = new UnsecuredJWT({ appid: CLIENT_ID, ver: '1.0' })
    .setIssuer('https://sts.windows.net/11111111-0000-0000-0000-000000000000/')
    .setAudience(resource ?? '')
    .setIssuedAt()
    .setNotBefore('-1m')
    .setExpirationTime('1h')
    .encode();
  const expires = String(Math.floor(Date.now() / 1000) + 3600);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ access_token: token, expires_on: expires, resource, token_type: 'Bearer' }));
});

let azurite: Azurite | undefined;
beforeAll(async () => {
  azurite = await startAzurite({ cert: pem('server'), key: pem('server.key') });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
});
afterAll(async () => {
  endpoint.close();
  await azurite?.close();
});

/** Writes and reads a state, a parked message and a letter, with nothing but the settings of a deployment. */
const PROGRAM = `
import { systemClock as clock } from ${built('clock')};
import { readSettings, keptOptions } from ${built('settings')};
import { openStore } from ${built('stores/open')};
import { openLetters, openParking } from ${built('stores/open-kept')};
import { EMPTY_STATE } from ${built('core/state')};
const settings = readSettings(process.env);
const store = await openStore(settings.TRIBUTARY_STATE, { clock, connection: settings.TRIBUTARY_STATE_CONNECTION });
const said = { table: await store.write([{ id: 'p', state: EMPTY_STATE, expected: undefined }]).then(([w]) => w?.ok, (e) => e.code + ' ' + e.message) };
const kept = { ...keptOptions(settings), clock };
said.queue = await openParking(kept).then((q) => q.total()).catch((e) => e.code + ' ' + e.message);
said.blob = await openLetters(kept).then((l) => l.reach(AbortSignal.timeout(10000))).then(() => 'reached', (e) => e.code + ' ' + e.message);
process.stdout.write(JSON.stringify(said));
`;

const address = () => {
  const at = endpoint.address();
  return `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/msi/token`;
};

async function run(more: Record<string, string> = {}): Promise<unknown> {
  const { blobUrl, queueUrl, tableUrl } = azurite ?? { blobUrl: '', queueUrl: '', tableUrl: '' };
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: pem('ca'),
      IDENTITY_ENDPOINT: address(),
      IDENTITY_HEADER: 'of-this-app',
      TRIBUTARY_STATE: 'azure-table:persons',
      TRIBUTARY_STATE_CONNECTION__tableServiceUri: tableUrl,
      TRIBUTARY_STATE_CONNECTION__credential: 'managedidentity',
      TRIBUTARY_STATE_CONNECTION__clientId: CLIENT_ID,
      TRIBUTARY_PARKING: 'storage-queue:parked',
      TRIBUTARY_DEAD_LETTERS: 'blob:letters',
      TRIBUTARY_STORAGE_CONNECTION__blobServiceUri: blobUrl,
      TRIBUTARY_STORAGE_CONNECTION__queueServiceUri: queueUrl,
      TRIBUTARY_STORAGE_CONNECTION__credential: 'managedidentity',
      TRIBUTARY_STORAGE_CONNECTION__clientId: CLIENT_ID,
      TRIBUTARY_LOG_KEY: '0123456789abcdef',
      ...more,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(out);
}

test('table, queue and container are opened by the identity of the app, as App Service lends it', async () => {
  const missing = await run();
  // The token is taken: the services say that nothing is there, and not that nobody may ask.
  expect(missing).toEqual({
    table: expect.stringContaining('404 TableNotFound'),
    queue: expect.stringContaining('404 QueueNotFound'),
    blob: expect.stringContaining('404 ContainerNotFound'),
  });
  expect(new Set(asked.map(({ resource }) => resource))).toEqual(new Set(['https://storage.azure.com']));
  expect(asked.every(({ header, clientId }) => header === 'of-this-app' && clientId === CLIENT_ID)).toBe(
    true,
  );
});

test('an identity that the app does not have is told of, and what to do', async () => {
  answers = false;
  const refused = await run();
  answers = true;
  const advice = expect.stringMatching(/^(?:store|park)\.unavailable .*the identity could not sign in/);
  expect(refused).toEqual({ table: advice, queue: advice, blob: advice });
});
