import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openExaminer } from '../../../shared/connectors/open-connector.js';
import { ConnectionConfig } from '../../../shared/connectors/registry.js';
import { never, secretsOf, stillClock } from '../fakes.js';

/** An API with a token endpoint, and what it was asked. */
async function api(tokenStatus: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const isToken = request.url === '/token';
    response.writeHead(isToken ? tokenStatus : 405, { 'content-type': 'application/json' });
    const refused = { error: 'invalid_client', error_description: 'the client is not known here' };
    const granted = { access_token: 'granted-token', token_type: 'Bearer' };
    response.end(JSON.stringify(isToken ? (tokenStatus === 200 ? granted : refused) : {}));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // of a port
  return { base: `http://127.0.0.1:${port}`, asked };
}

const examine = (config: object) =>
  openExaminer('crm', ConnectionConfig.parse({ type: 'http', ...config }), {
    secrets: secretsOf({ client: 's3cret-of-client' }),
    clock: stillClock(),
  })?.examine([], never());

const withToken = (base: string) => ({
  url: `${base}/rows/\${key}`,
  auth: { clientCredentials: { tokenUrl: `${base}/token`, clientId: 'tributary', secret: 'secret:client' } },
});

test('a token is fetched, the root is asked, and no row is sent', async () => {
  const { base, asked } = await api(200);
  expect(await examine(withToken(base))).toMatchObject([{ level: 'well' }, { level: 'warning' }]);
  expect(asked).toEqual(['POST /token', 'OPTIONS /']);
});

test('a client that is refused is an error in the words of the endpoint, and its secret is not told', async () => {
  const { base } = await api(401);
  const found = await examine(withToken(base));
  expect(found).toMatchObject([{ level: 'error', what: expect.stringContaining('refused our credentials') }]);
  expect(found).toMatchObject([{ what: expect.stringContaining('the client is not known here') }]);
  expect(JSON.stringify(found)).not.toContain('s3cret');
});

test('an address where nobody listens, and a secret that is missing, are errors', async () => {
  expect(await examine({ url: 'http://127.0.0.1:9/rows' })).toMatchObject([{ level: 'error' }]);
  const missing = { url: 'https://crm.example.com/rows', auth: { bearer: { token: 'secret:nowhere' } } };
  expect(await examine(missing)).toMatchObject([{ level: 'error' }]);
});
