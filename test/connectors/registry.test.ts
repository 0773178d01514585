import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { openConnector } from '../../shared/connectors/open-connector.js';
import { ConnectionConfig, OPERATIONS_OF } from '../../shared/connectors/registry.js';
import { secretsOf, stillClock } from './fakes.js';

const hole = (name: string): string => `\${${name}}`;
const SALES = {
  type: 'salesforce',
  domain: 'acme.my.salesforce.com',
  auth: { clientCredentials: { secret: 'secret:salesforce' } },
};
const HUB = { type: 'hubspot', auth: { bearer: { token: 'secret:hubspot' } } };
const DYNAMICS = {
  type: 'dynamics',
  url: 'https://acme.crm4.dynamics.com',
  tenant: 'contoso.example.com',
  auth: { clientCredentials: { secret: 'secret:dynamics' } },
};
const HTTP = { type: 'http', url: 'https://api.example.com' };

const AWS = { region: 'eu-central-1', credentials: 'secret:aws' };
const KINESIS = { type: 'kinesis', stream: 'decisions', ...AWS };
const HUB_STREAM = { type: 'event-hubs', hub: 'decisions', connection: 'secret:hub' };
const BRIDGE = { type: 'event-bridge', ...AWS };
const SNS = { type: 'sns', topic: 'arn:aws:sns:eu-central-1:123456789012:decisions.fifo' };
const BUS = {
  type: 'service-bus',
  url: 'https://acme.servicebus.windows.net',
  entity: 'decisions',
  policy: 'send',
  key: 'secret:bus',
};
const GRID = {
  type: 'event-grid',
  url: 'https://acme.westeurope-1.eventgrid.azure.net/api/events',
  auth: { key: 'secret:grid' },
};
const RELAYS = [KINESIS, HUB_STREAM, BRIDGE, SNS, BUS, GRID];

const faults = (config: unknown): string => {
  const parsed = ConnectionConfig.safeParse(config);
  return parsed.success ? '' : z.prettifyError(parsed.error);
};

test('defaults are filled in', () => {
  expect(ConnectionConfig.parse(SALES)).toEqual({ ...SALES, apiVersion: 'v66.0', timeoutMs: 30_000 });
  expect(ConnectionConfig.parse(HUB)).toEqual({
    ...HUB,
    url: 'https://api.hubapi.com',
    apiVersion: '2026-09',
    timeoutMs: 30_000,
  });
  expect(ConnectionConfig.parse(HTTP)).toEqual({
    ...HTTP,
    method: 'POST',
    headers: {},
    auth: 'none',
    body: {
      operation: hole('operation'),
      object: hole('object'),
      list: hole('list'),
      key: hole('key'),
      fields: hole('fields'),
      idempotencyKey: hole('idempotencyKey'),
    },
    operations: {},
    encoding: 'json',
    allowPrivate: false,
    honoursIdempotencyKey: false,
    timeoutMs: 30_000,
    idempotent: true,
  });
});

describe('what is fine', () => {
  test.each([
    { ...SALES, domain: 'http://127.0.0.1:4000' },
    { ...SALES, domain: 'http://localhost:4000' },
    { ...SALES, domain: 'http://[::1]:4000' },
    { ...SALES, domain: 'acme--dev.sandbox.my.salesforce.com', apiVersion: 'v46.0' },
    { ...HUB, url: 'http://127.0.0.1:1', apiVersion: '2027-03-beta', sendKey: 'aep_event' },
    { ...HUB, auth: { refreshToken: { secret: 'secret:app' } } },
    { ...HTTP, url: 'http://127.0.0.1:1/x' },
    {
      ...HTTP,
      url: `https://api.example.com/${hole('object')}/${hole('key.id')}?a=${hole('fields.My Field')}`,
    },
    { ...HTTP, headers: { Authorization: 'secret:token' } },
    { ...HTTP, url: 'https://10.0.0.5/x', allowPrivate: true },
    { ...HTTP, url: 'https://127.0.0.1/x' },
    { ...HTTP, url: 'secret:hook' },
    ...RELAYS,
    { ...KINESIS, endpoint: 'http://127.0.0.1:1', source: '/crm/decisions' },
    { ...BRIDGE, bus: 'arn:aws:events:eu-central-1:123456789012:event-bus/crm' },
    { ...BUS, entity: 'crm/decisions', sessions: true, batch: 1 },
    { ...GRID, auth: { signature: 'secret:grid' } },
    { ...HTTP, body: [hole('fields.a'), { b: `x${hole('key')}` }, null, 1] },
  ])('%j', (config) => {
    expect(faults(config)).toBe('');
  });
});

describe('what is refused, and where', () => {
  test.each<[unknown, RegExp]>([
    [{ type: 'nosuch' }, /at type/],
    [{ ...SALES, domain: 'https://acme.my.salesforce.com' }, /bare My Domain host[\s\S]*at domain/],
    [{ ...SALES, domain: 'http://acme.my.salesforce.com' }, /bare My Domain host/],
    [{ ...SALES, domain: 'acme.my.salesforce.com/services' }, /bare My Domain host/],
    [{ ...SALES, domain: 'acme' }, /bare My Domain host/],
    [{ ...SALES, domain: 'http://127.0.0.1.evil.example.com' }, /bare My Domain host/],
    [{ ...SALES, domain: 'login.salesforce.com' }, /My Domain host: login/],
    [{ ...SALES, domain: 'Test.Salesforce.com' }, /My Domain host: login/],
    [{ ...SALES, apiVersion: '66' }, /v66\.0[\s\S]*at apiVersion/],
    [{ ...SALES, apiVersion: 'v45.0' }, /v46\.0 or newer/],
    [{ ...SALES, auth: { clientCredentials: { secret: 'hunter2' } } }, /never the secret itself/],
    [{ ...SALES, extra: 1 }, /extra/],
    [{ ...HUB, url: 'http://api.hubapi.com' }, /must start with https[\s\S]*at url/],
    [{ ...HUB, url: 'https://api.hubapi.com/crm' }, /without a path/],
    [{ ...HUB, apiVersion: 'v3' }, /dated version[\s\S]*at apiVersion/],
    [{ ...HUB, auth: {} }, /at auth/],
    [{ ...HUB, auth: { ...HUB.auth, refreshToken: { secret: 'secret:app' } } }, /at auth/],
    [{ ...HUB, auth: { bearer: { token: 'pat-eu1' } } }, /at auth/],
    [{ ...HTTP, url: 'ftp://api.example.com' }, /https[\s\S]*at url/],
    [{ ...HTTP, url: 'http://api.example.com' }, /https/],
    [{ ...HTTP, url: 'https://ada:pw@api.example.com' }, /user name or password/],
    [{ ...HTTP, url: 'https://ada@api.example.com' }, /user name or password/],
    [{ ...HTTP, url: 'https://:pw@api.example.com' }, /user name or password/],
    [{ ...HTTP, url: `https://${hole('key')}.example.com/` }, /scheme or host/],
    [{ ...HTTP, url: `${hole('fields.url')}` }, /must start with/],
    [{ ...HTTP, url: 'https://api.example.com/#x' }, /fragment/],
    [{ ...HTTP, url: `https://api.example.com/a/../${hole('key')}` }, /"\.\."/],
    [{ ...HTTP, url: `https://api.example.com/${hole('fields')}` }, /is an object/],
    [{ ...HTTP, url: `https://api.example.com/${hole('nope')}` }, /unknown placeholder/],
    [{ ...HTTP, body: { a: hole('secret') } }, /unknown placeholder[\s\S]*at body/],
    [{ ...HTTP, body: { a: `x ${hole('fields')}` } }, /is an object/],
    [{ ...HTTP, body: { [hole('key')]: 1 } }, /member name/],
    [{ ...HTTP, method: 'GET' }, /at method/],
    [{ ...HTTP, headers: { Host: 'x' } }, /Host must not be set[\s\S]*at headers\.Host/],
    [{ ...HTTP, headers: { 'content-LENGTH': '1' } }, /must not be set/],
    [{ ...HTTP, headers: { 'Transfer-Encoding': 'chunked' } }, /must not be set/],
    [{ ...HTTP, headers: { connection: 'close' } }, /must not be set/],
    [{ ...HTTP, headers: { 'X-A': 'a\r\nHost: b' } }, /one line/],
    [{ ...HTTP, headers: { 'X A': 'a' } }, /not a header name/],
    [{ ...HTTP, headers: { authorization: 'x' }, auth: { bearer: { token: 'secret:t' } } }, /beside "auth"/],
    [{ ...HTTP, url: 'https://10.0.0.5/x' }, /private network[\s\S]*at url/],
    [{ ...HTTP, url: 'https://2852039166/latest' }, /private network/],
    [{ ...HTTP, url: 'https://0300.0250.1/x' }, /private network/],
    [{ ...HTTP, url: 'https://[::ffff:169.254.169.254]/x' }, /private network/],
    [{ ...HTTP, url: 'https://[fd00::1]/x' }, /private network/],
    [{ ...HTTP, url: 'https://0.0.0.0/' }, /private network/],
    [
      {
        ...HTTP,
        auth: { clientCredentials: { tokenUrl: 'https://192.168.1.1/t', clientId: 'a', secret: 'secret:s' } },
      },
      /private network[\s\S]*at auth\.clientCredentials\.tokenUrl/,
    ],
    [
      { ...HTTP, auth: { apiKey: { header: 'Host', key: 'secret:k' } } },
      /Host must not be set|host must not be set/i,
    ],
    [
      { ...HTTP, headers: { 'X-Key': 'a' }, auth: { apiKey: { header: 'x-key', key: 'secret:k' } } },
      /beside "auth"/,
    ],
    [{ ...HTTP, body: { a: hole('found.id') } }, /unknown placeholder/],
    [{ ...HTTP, body: { a: `x${hole('key as number')}` } }, /stand alone/],
    [{ ...HTTP, encoding: 'form', body: ['a'] }, /must be an object/],
    [{ ...HTTP, operations: { upsert: { create: {} } } }, /needs "find"/],
    [
      { ...HTTP, batch: { maxRows: 5, body: { a: hole('key') }, answer: 'all-or-nothing' } },
      /unknown placeholder[\s\S]*at batch\.body/,
    ],
    [
      {
        ...HTTP,
        url: `https://api.example.com/${hole('key')}`,
        batch: { maxRows: 5, answer: 'all-or-nothing' },
      },
      /unknown placeholder[\s\S]*at url/,
    ],
    [{ ...HTTP, batch: { maxRows: 5, answer: { items: 'a' } } }, /others: accepted/],
    [{ ...HTTP, batch: { maxRows: 5 } }, /at batch\.answer/],
    [{ ...HTTP, errors: { statuses: { 999: 'accepted' } } }, /at errors\.statuses/],
    [{ ...HTTP, signature: { secrets: ['whsec_x'] } }, /never the secret itself/],
    [{ ...HTTP, auth: {} }, /exactly one of/],
    [{ ...HTTP, auth: { bearer: { token: 'abc' } } }, /at auth\.bearer\.token/],
    [{ ...HTTP, auth: { basic: { user: 'a:b', password: 'secret:p' } } }, /must not hold ":"/],
    [{ ...HTTP, success: {} }, /at success/],
    [{ ...KINESIS, stream: 'arn:aws:kinesis:eu-central-1:1:stream/x' }, /not its ARN[\s\S]*at stream/],
    [{ ...KINESIS, region: 'Frankfurt' }, /at region/],
    [{ ...KINESIS, credentials: 'AKIA' }, /never the secret itself/],
    [{ ...KINESIS, endpoint: 'http://kinesis.example.com' }, /must start with https/],
    [{ ...BRIDGE, source: 'aws.crm' }, /AWS keeps for itself/],
    [{ ...SNS, topic: 'decisions' }, /ARN of a topic/],
    [{ ...BUS, url: 'https://acme.servicebus.windows.net/decisions' }, /without a path/],
    [{ ...BUS, entity: '../admin?x' }, /queue or topic/],
    [{ ...BUS, batch: 51 }, /at batch/],
    [{ ...GRID, auth: { key: 'secret:a', signature: 'secret:b' } }, /at auth/],
    [{ ...HUB_STREAM, connection: 'Endpoint=sb://x' }, /never the secret itself/],
  ])('%j', (config, words) => {
    expect(faults(config)).toMatch(words);
  });
});

test('opening reads no secret and sends nothing', () => {
  const secrets = secretsOf({});
  const fetch = () => Promise.reject(new Error('something was sent'));
  for (const config of [SALES, HUB, DYNAMICS, HTTP, ...RELAYS]) {
    const connector = openConnector('crm', ConnectionConfig.parse(config), {
      secrets,
      clock: stillClock(),
      fetch,
    });
    expect(connector.name).toBe('crm');
  }
});

test('the config has a JSON Schema, for editors', () => {
  const schema = z.toJSONSchema(ConnectionConfig, { io: 'input' });
  expect(schema.oneOf).toHaveLength(10);
});

test('each type of connection can do what its connectors say', () => {
  const deps = { secrets: secretsOf({}), clock: stillClock() };
  for (const config of [SALES, HUB, DYNAMICS, HTTP, ...RELAYS].map((raw) => ConnectionConfig.parse(raw)))
    expect(OPERATIONS_OF.get(config.type)).toEqual(openConnector('x', config, deps).operations);
  expect([...OPERATIONS_OF.keys()].sort()).toEqual([
    'dynamics',
    'event-bridge',
    'event-grid',
    'event-hubs',
    'http',
    'hubspot',
    'kinesis',
    'salesforce',
    'service-bus',
    'sns',
  ]);
});
