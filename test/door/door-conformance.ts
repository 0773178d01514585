import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCUMENTED_EVENTS } from '../../local/demo/documented-events.js';
import { systemClock } from '../../shared/clock.js';
import type { Pipeline } from '../../shared/core/ports.js';
import { decodeMessage } from '../../shared/pipeline/decode.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { openKept } from '../../shared/stores/open.js';
import { signingKey } from './auth-world.js';
import { doorToCrm } from './door-to-crm.js';
import { RULES } from './door-world.js';

/** A cloud's door on this machine, with the stream behind it. */
export interface DoorCloud {
  readonly url: string;
  /** Bodies of everything in the stream. */
  read(): Promise<readonly Uint8Array[]>;
  /** Hands records of the stream to the cloud's own consumer, as its platform does. */
  consume(bodies: readonly Uint8Array[], pipeline: Pipeline): Promise<void>;
  close(): Promise<void>;
}

const TOKEN = 'a-token-0123456789abcdef';
const CLIENT = { client_id: 'adobe', client_secret: 'a secret & more + than that' };

/** Settings of both deployments; only the stream differs. */
export async function doorEnv(): Promise<Record<string, string>> {
  return {
    TRIBUTARY_CONFIG: 'local/demo/tributary.yaml',
    SALESFORCE_DOMAIN: 'example.my.salesforce.com',
    TRIBUTARY_STATE: 'memory:door',
    TRIBUTARY_PARKING: 'memory:door',
    TRIBUTARY_DEAD_LETTERS: 'memory:door',
    TRIBUTARY_LOG_LEVEL: 'silent',
    TRIBUTARY_DOOR_AUTH: 'bearer,oauth',
    TRIBUTARY_DOOR_MAX_BYTES: '200000',
    TRIBUTARY_SECRET_DOOR_BEARER: TOKEN,
    TRIBUTARY_SECRET_DOOR_KEYS: JSON.stringify({ keys: [await signingKey('k1')] }),
    TRIBUTARY_SECRET_DOOR_CLIENTS: JSON.stringify({
      clients: [{ id: CLIENT.client_id, secret: CLIENT.client_secret }],
    }),
  };
}

const person = (crmid: string) => ({
  identityMap: { crmid: [{ id: crmid }] },
  segmentMembership: {
    ups: { 'hot-1': { lastQualificationTime: '2026-01-02T03:04:05Z', status: 'realized' } },
  },
});

/** What every cloud's door answers, over HTTP. */
export function doorConformance(start: (env: Record<string, string>) => Promise<DoorCloud>): void {
  let cloud: DoorCloud;
  beforeAll(async () => {
    cloud = await start(await doorEnv());
  });
  afterAll(() => cloud.close());

  const call = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(cloud.url + path, { method: 'POST', ...init });
    const text = await response.text();
    const json: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
    return { status: response.status, headers: response.headers, json };
  };
  const send = (body: RequestInit['body'], headers: Record<string, string> = {}, path = '/v1/exports') =>
    call(path, { body: body ?? null, headers: { authorization: `Bearer ${TOKEN}`, ...headers } });
  const texts = async () => (await cloud.read()).map((body) => Buffer.from(body).toString());
  /** What comes into the stream by a call, parsed; the lanes of a stream have no common order. */
  async function added(work: () => Promise<unknown>): Promise<unknown[]> {
    const before = await texts();
    await work();
    const after = await texts();
    for (const text of before) after.splice(after.indexOf(text), 1);
    return after.map((text) => JSON.parse(text));
  }

  test("every one of Adobe's documented exports is taken in, and reads as it would from a stream", async () => {
    const letters = await openKept('TRIBUTARY_DEAD_LETTERS', 'memory:door', systemClock);
    for (const { title, body, ending } of DOCUMENTED_EVENTS) {
      const buried = letters.all().length;
      const records = await added(async () => {
        const { status, json } = await send(body, { 'content-type': 'application/json' });
        expect([title, status]).toEqual([title, json['error'] === 'decode.json' ? 400 : 200]);
      });
      expect([title, records]).toEqual([title, ending === 'malformed' ? [] : [JSON.parse(body)]]);
      expect([title, letters.all().length - buried]).toEqual([title, ending === 'malformed' ? 1 : 0]);
    }
    const messages = (await cloud.read()).map((body, i) => ({ id: `${i}`, body, at: 0, source: 'test' }));
    const kinds = messages.flatMap((message) => decodeMessage(message, { rules: RULES, inflate }));
    expect(kinds.filter(({ kind }) => kind === 'malformed')).toEqual([]);
  });

  doorToCrm({ send, added, consume: (bodies, pipeline) => cloud.consume(bodies, pipeline) });

  test.each(['application/json', 'text/plain', 'application/octet-stream', 'application/x-ndjson', ''])(
    'bytes survive the platform, whatever the content type: %j',
    async (type) => {
      const name = { person: { name: { firstName: 'Zoë 🎈' } } };
      const body = JSON.stringify([{ ...person('7'), ...name }, person('8')]);
      const records = await added(async () => {
        const answer = await send(Buffer.from(body), { 'content-type': type });
        expect(answer).toMatchObject({ status: 200, json: { received: 2, accepted: 2 } });
      });
      expect(records).toHaveLength(2);
      expect(records).toContainEqual({ ...person('7'), ...name });
    },
  );

  test('packed bodies are unpacked here, not by the platform', async () => {
    const body = gzipSync(JSON.stringify(person('9')));
    // Of application/json AWS makes text, packed or not.
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/octet-stream' };
    expect(await added(() => send(body, headers))).toEqual([person('9')]);
  });

  test('path, query and headers say where a call comes from', async () => {
    const headers = { 'X-Tributary-Tenant': 'acme' };
    const records = await added(() =>
      send(JSON.stringify(person('10')), headers, '/v1/exports/web%20shop?sandbox=prod%2Feu'),
    );
    const origin = { source: 'web shop', sandbox: 'prod/eu', tenant: 'acme' };
    expect(records).toEqual([{ ...person('10'), _tributary: origin }]);
  });

  test.each([
    ['no JSON', 'Hello', 400, 'decode.json'],
    ['no UTF-8', Uint8Array.of(0x7b, 0xff, 0x7d), 400, 'decode.encoding'],
    ['no body', '', 400, 'decode.empty'],
    ['too large', 'x'.repeat(200_001), 413, 'decode.too-large'],
  ])('%s is refused', async (_, body, status, error) => {
    expect(await send(body)).toMatchObject({ status, json: { error } });
  });

  test('without credentials, or with wrong ones: 401 and how to do it', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong-0123456789abcdef' }]) {
      const { status, json, headers: said } = await call('/v1/exports', { body: '{}', headers });
      expect([status, json['error']]).toEqual([401, 'door.unauthorized']);
      expect(said.get('www-authenticate')).toContain('Bearer realm="tributary"');
    }
  });

  test.each([
    ['in the body', CLIENT, {}],
    [
      'by Basic',
      {},
      {
        authorization: `Basic ${Buffer.from(`${CLIENT.client_id}:${encodeURIComponent(CLIENT.client_secret)}`).toString('base64')}`,
      },
    ],
  ])(
    "Adobe's documented token request, credentials %s, and an export with the token",
    async (_, form, headers) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
      const { status, json, headers: said } = await call('/oauth/token', { body, headers });
      expect([status, said.get('cache-control')]).toEqual([200, 'no-store']);
      const authorization = `Bearer ${String(json['access_token'])}`;
      expect((await send(JSON.stringify(person('11')), { authorization })).status).toBe(200);
    },
  );

  test('unknown paths and other methods are told so, in our words', async () => {
    expect(await call('/v1/nothing')).toMatchObject({ status: 404, json: { error: 'door.not-found' } });
    const { status, headers } = await call('/v1/exports', { method: 'DELETE' });
    expect([status, headers.get('allow')]).toEqual([405, 'POST, PUT, PATCH']);
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
}
