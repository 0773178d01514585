import { afterEach, describe, expect, test } from 'vitest';
import {
  type DemoHubspot,
  type DemoHubspotOptions,
  startDemoHubspot,
} from '../../local/demo-hubspot/server.js';

const running: DemoHubspot[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((hub) => hub.close()));
});

async function start(options: DemoHubspotOptions = {}) {
  const hub = await startDemoHubspot(options);
  running.push(hub);
  const ask = async (
    path: string,
    body: unknown,
    { method = 'POST', token = hub.serviceKey, type = 'application/json' } = {},
  ) => {
    const answer = await fetch(`${hub.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const said: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: answer.status, said, headers: answer.headers };
  };
  return { hub, ask };
}

const UPSERT = '/crm/objects/2026-09/contacts/batch/upsert';
const UPDATE = '/crm/objects/2026-09/contacts/batch/update';
const input = (id: string, properties: unknown = { firstname: 'Ada' }, more = {}) => ({
  id,
  idProperty: 'aep_id',
  objectWriteTraceId: id,
  properties,
  ...more,
});
const inputs = (...list: readonly unknown[]) => ({ inputs: list });

describe('what the account refuses as a whole', () => {
  test.each<[string, unknown]>([
    ['a number', inputs(input('p1', { loyalty_points: 5 }))],
    ['true', inputs(input('p1', { hot_prospect: true }))],
    ['null', inputs(input('p1', { firstname: null }))],
    ['a number as id', inputs({ ...input('p1'), id: 1 })],
    ['no properties', inputs({ id: 'p1', idProperty: 'aep_id' })],
    ['a misspelt member', inputs({ ...input('p1'), idproperty: 'aep_id' })],
    ['no inputs', inputs()],
    ['101 inputs', inputs(...Array.from({ length: 101 }, (_, i) => input(`p${i}`)))],
    ['a key twice', inputs(input('p1'), input('P1', {}, { objectWriteTraceId: '2' }))],
    ['no idProperty', inputs({ ...input('p1'), idProperty: undefined })],
    ['an idProperty without unique values', inputs({ ...input('p1'), idProperty: 'firstname' })],
    ['hs_object_id as idProperty', inputs({ ...input('p1'), idProperty: 'hs_object_id' })],
    ['no JSON', '{"inputs":['],
  ])('%s', async (_, body) => {
    const { hub, ask } = await start();
    expect(await ask(UPSERT, body)).toMatchObject({ status: 400, said: { category: 'VALIDATION_ERROR' } });
    expect(hub.records.all('contacts')).toEqual([]);
  });

  test('an update by email', async () => {
    const { ask } = await start();
    expect(await ask(UPDATE, inputs({ ...input('a@example.com'), idProperty: 'email' }))).toMatchObject({
      status: 400,
    });
  });

  test('a stranger, another content type, another version, another path', async () => {
    const { ask } = await start();
    expect(await ask(UPSERT, inputs(input('p1')), { token: 'x' })).toMatchObject({ status: 401 });
    expect(await ask(UPSERT, inputs(input('p1')), { type: 'text/plain' })).toMatchObject({ status: 415 });
    expect(await ask(UPSERT.replace('2026-09', 'v3'), inputs(input('p1')))).toMatchObject({ status: 404 });
    expect(await ask('/crm/objects/2026-09/contacts/batch/merge', {})).toMatchObject({ status: 404 });
  });

  test('too few scopes, one request too many', async () => {
    const poor = await start({ scopes: [] });
    expect(await poor.ask(UPSERT, inputs(input('p1')))).toMatchObject({
      status: 403,
      said: { category: 'MISSING_SCOPES' },
    });
    let now = 1_790_000_000_000;
    const busy = await start({ perWindow: 1, perDay: 2, now: () => now });
    const once = () => busy.ask(UPSERT, inputs(input('p1')));
    expect((await once()).status).toBe(200);
    const second = await once();
    expect(second).toMatchObject({ status: 429, said: { policyName: 'TEN_SECONDLY_ROLLING' } });
    expect(second.headers.get('x-hubspot-ratelimit-interval-milliseconds')).toBe('10000');
    now += 10_001;
    expect((await once()).status).toBe(200);
    now += 10_001;
    expect(await once()).toMatchObject({ status: 429, said: { policyName: 'DAILY' } });
  });
});

describe('what it refuses row by row', () => {
  test('with traces: 207, and the good rows are written', async () => {
    const { hub, ask } = await start();
    const body = inputs(
      input('good'),
      input('bad', { tier: 'platinum' }),
      input('nobody', { tier: 'gold' }),
      input('stranger', { nope: 'x' }),
    );
    expect(await ask(UPSERT, body)).toMatchObject({
      status: 207,
      said: {
        status: 'COMPLETE',
        results: [{ objectWriteTraceId: 'good', new: true }],
        numErrors: 3,
        errors: [
          { category: 'VALIDATION_ERROR', context: { objectWriteTraceId: ['bad'] } },
          { context: { objectWriteTraceId: ['nobody'] } },
          { context: { objectWriteTraceId: ['stranger'] } },
        ],
      },
    });
    expect(hub.records.all('contacts')).toHaveLength(1);
  });

  test('without: 400, and none is', async () => {
    const { hub, ask } = await start();
    const bare = { objectWriteTraceId: undefined };
    const body = inputs(input('good', { firstname: 'Ada' }, bare), input('bad', { tier: 'platinum' }, bare));
    expect(await ask(UPSERT, body)).toMatchObject({ status: 400 });
    expect(hub.records.all('contacts')).toEqual([]);
  });

  test('an address that somebody else has', async () => {
    const { hub, ask } = await start();
    hub.records.create('contacts', { email: 'ada@example.com' });
    expect(await ask(UPSERT, inputs(input('p1', { email: 'Ada@example.com' })))).toMatchObject({
      status: 207,
      said: { errors: [{ category: 'CONFLICT' }] },
    });
  });
});

test('lists take ids as texts, know their own, and pass over everybody else', async () => {
  const { hub, ask } = await start();
  const { id } = hub.records.create('contacts', { aep_id: 'p1' });
  const change = (verb: string, body: unknown) =>
    ask(`/crm/lists/2026-09/123/memberships/${verb}`, body, { method: 'PUT' });
  expect(await change('add', [51])).toMatchObject({ status: 400 });
  const nothing = { recordsIdsAdded: [], recordIdsRemoved: [], recordIdsMissing: [] };
  expect((await change('add', [id, '1'])).said).toEqual({
    ...nothing,
    recordsIdsAdded: [id],
    recordIdsMissing: ['1'],
  });
  expect((await change('add', [id])).said).toEqual(nothing);
  expect((await change('remove', [id])).said).toEqual({ ...nothing, recordIdsRemoved: [id] });
  expect((await change('remove', [id])).said).toEqual(nothing);
});

test('access tokens end', async () => {
  let now = 1_790_000_000_000;
  const { hub, ask } = await start({ tokenLifeMs: 60_000, now: () => now });
  const { clientId, clientSecret, refreshToken } = hub.app;
  const form = (more: Record<string, string> = {}) =>
    ask(
      '/oauth/2026-09/token',
      new URLSearchParams({
        grant_type: 'refresh_token',
        client_id: clientId,
        client_secret: clientSecret,
        refresh_token: refreshToken,
        ...more,
      }).toString(),
      { type: 'application/x-www-form-urlencoded' },
    );
  expect(await form({ refresh_token: 'x' })).toMatchObject({ status: 400, said: { error: 'invalid_grant' } });
  expect(await form({ grant_type: 'client_credentials' })).toMatchObject({ status: 400 });
  const { said } = await form();
  const token = String(Object(said).access_token);
  expect((await ask(UPSERT, inputs(input('p1')), { token })).status).toBe(200);
  now += 60_000;
  expect(await ask(UPSERT, inputs(input('p1')), { token })).toMatchObject({
    status: 401,
    said: { category: 'EXPIRED_AUTHENTICATION' },
  });
});
