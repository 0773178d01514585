import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { assembleDoor } from '../shared/assemble-door.js';
import { Health } from '../shared/door/health.js';
import { OPERATIONS } from '../shared/door/openapi-operations.js';
import { signingKey } from './door/auth-world.js';
import { request } from './door/door-world.js';

const folder = mkdtempSync(join(tmpdir(), 'tributary-door-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = join(folder, 'rules.yaml');
writeFileSync(
  config,
  'audiences: { hot: hot-1 }\nperson: { key: [crmid, _acme.id] }\nconnections: {}\nrules: []\n',
);

const ENV = {
  TRIBUTARY_CONFIG: config,
  TRIBUTARY_STATE: 'memory:assemble-door',
  TRIBUTARY_PARKING: 'memory:assemble-door',
  TRIBUTARY_DEAD_LETTERS: 'memory:assemble-door',
  TRIBUTARY_DOOR_STREAM: 'memory:assemble-door',
  TRIBUTARY_LOG_LEVEL: 'silent',
};

async function ask(env: object, method: string, path: string, body: unknown = '') {
  const door = await assembleDoor({ ...ENV, ...env }, { checksCertificates: false });
  const { status, body: text } = await door(request({ method, path, body }));
  const json: unknown = JSON.parse(text);
  return { status, json };
}

const OPEN = { TRIBUTARY_DOOR_AUTH: 'none' };

test('a door put together from settings knows audiences, target fields, health, and tells all it can do', async () => {
  expect(await ask(OPEN, 'POST', '/v1/exports', { identityMap: { crmid: [{ id: 'C-1' }] } })).toMatchObject({
    status: 200,
    json: { accepted: 1 },
  });
  expect(await ask(OPEN, 'PUT', '/v1/audiences/a-1', { name: 'VIP' })).toMatchObject({ status: 200 });
  // Another process with the same state store.
  expect(await ask(OPEN, 'GET', '/v1/audiences/a-1')).toMatchObject({ json: { name: 'VIP' } });
  expect(await ask(OPEN, 'GET', '/v1/schema')).toMatchObject({
    json: { attributes: ['_acme.id'], identities: ['crmid'] },
  });
  const { status, json } = await ask(OPEN, 'GET', '/health');
  expect(status).toBe(200);
  expect(Object.keys(Health.parse(json).parts)).toEqual(['store', 'stream', 'deadLetters']);
  expect(await ask(OPEN, 'GET', '/openapi.json')).toMatchObject({
    status: 200,
    json: { paths: { '/v1/exports': {}, '/v1/audiences/{id}': {}, '/health': {} } },
  });
});

test('with tokens of our own the document has the endpoint that gives them, and nothing is missing from it', async () => {
  const env = {
    TRIBUTARY_DOOR_AUTH: 'oauth',
    TRIBUTARY_SECRET_DOOR_KEYS: JSON.stringify({ keys: [await signingKey('k1')] }),
    TRIBUTARY_SECRET_DOOR_CLIENTS: JSON.stringify({
      clients: [{ id: 'aep', secret: 'sixteen-characters-or-more' }],
    }),
  };
  const { json } = await ask(env, 'GET', '/openapi.json');
  const { paths } = json as { paths: Record<string, object> };
  const documented = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const known = Object.keys(OPERATIONS).flatMap((one) =>
    one.includes('/{source*}') ? [one.replace('/{source*}', ''), one.replace('*}', '}')] : [one],
  );
  expect(documented.sort()).toEqual(known.sort());
  for (const path of ['/v1/audiences', '/v1/schema'])
    expect(await ask(env, 'GET', path)).toMatchObject({ status: 401 });
});
