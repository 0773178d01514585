import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { recordId } from '../../local/demo-crm/records.js';
import { type DemoCrm, type DemoCrmOptions, startDemoCrm } from '../../local/demo-crm/server.js';

const T0 = Date.UTC(2026, 10, 1, 12, 0, 0);
const CONTACTS = '/services/data/v66.0/composite/sobjects/Contact/AEP_Id__c';

const MIXED = JSON.stringify({
  records: ['Contact', 'Lead'].map((type) => ({ attributes: { type }, AEP_Id__c: type, LastName: 'L' })),
});

const open: DemoCrm[] = [];
async function start(options: DemoCrmOptions = {}): Promise<DemoCrm> {
  const crm = await startDemoCrm({ now: () => T0, ...options });
  open.push(crm);
  return crm;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((crm) => crm.close()));
});

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

async function call(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

const logIn = (crm: DemoCrm, form: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  call(`${crm.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: crm.clientId,
      client_secret: crm.clientSecret,
      ...form,
    }),
  });

async function tokenOf(crm: DemoCrm): Promise<string> {
  const { body } = await logIn(crm);
  if (typeof body !== 'object' || body === null || !('access_token' in body)) throw new Error('no token');
  return String(body.access_token);
}

interface Sending {
  readonly token?: string;
  readonly path?: string;
  readonly allOrNone?: boolean;
  readonly object?: string;
  readonly signal?: AbortSignal;
}

async function upsert(
  crm: DemoCrm,
  rows: readonly Readonly<Record<string, unknown>>[],
  { path = CONTACTS, allOrNone = false, object = 'Contact', ...rest }: Sending = {},
): Promise<Answer> {
  const token = rest.token ?? (await tokenOf(crm));
  const records = rows.map((row) => ({ attributes: { type: object }, ...row }));
  return call(`${crm.url}${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ allOrNone, records }),
    signal: rest.signal ?? null,
  });
}

const ada = { AEP_Id__c: 'p1', LastName: 'Lovelace', Email: 'ada@example.com' };
const codes = ({ body }: Answer): unknown =>
  Array.isArray(body) ? body.map((row) => row.errors?.[0]?.statusCode ?? row.errorCode ?? 'ok') : body;

describe('logging in', () => {
  test('gives what Salesforce gives, and no expiry', async () => {
    const crm = await start();
    const { status, body } = await logIn(crm);
    expect(status).toBe(200);
    expect(body).toMatchObject({ instance_url: crm.url, token_type: 'Bearer', issued_at: String(T0) });
    expect(body).not.toHaveProperty('expires_in');
    expect(body).not.toHaveProperty('refresh_token');
  });

  test.each([
    [{ client_id: 'nobody' }, 400, 'invalid_client_id'],
    [{ client_secret: 'guess' }, 401, 'invalid_client'],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('%j is %d', async (form, status, error) => {
    expect(await logIn(await start(), form)).toMatchObject({ status, body: { error } });
  });

  test('only as a form', async () => {
    const crm = await start();
    const body = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: crm.clientId,
      client_secret: crm.clientSecret,
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await call(`${crm.url}/services/oauth2/token`, { method: 'POST', body, headers });
    expect(answer.status).toBe(400);
  });
});

describe('upsert', () => {
  test('creates, then updates; absent leaves, null and empty clear', async () => {
    const crm = await start();
    const first = await upsert(crm, [
      { ...ada, Tier__c: 'gold', Hot_Prospect__c: true, Loyalty_Points__c: 7 },
    ]);
    expect(first.body).toEqual([{ id: '003000000000001AAA', success: true, errors: [], created: true }]);
    const second = await upsert(crm, [{ AEP_Id__c: 'p1', Email: null, Tier__c: '', Hot_Prospect__c: false }]);
    expect(second.body).toEqual([{ id: '003000000000001AAA', success: true, errors: [], created: false }]);
    expect(Object.fromEntries(crm.rows('Contact'))).toEqual({
      p1: { AEP_Id__c: 'p1', LastName: 'Lovelace', Hot_Prospect__c: false, Loyalty_Points__c: 7 },
    });
    expect(crm.history('Contact', 'p1')).toMatchObject([
      { at: T0, fields: { LastName: 'Lovelace', Tier__c: 'gold' } },
      { at: T0, fields: { Email: null, Tier__c: '', Hot_Prospect__c: false } },
    ]);
  });

  test('a custom object has rows of its own', async () => {
    const crm = await start();
    const path = CONTACTS.replace('Contact', 'Audience_Entry__c');
    const row = { AEP_Id__c: 'e1', Entered_At__c: '2026-11-01T12:00:00Z' };
    expect((await upsert(crm, [row], { path, object: 'Audience_Entry__c' })).body).toMatchObject([
      { id: expect.stringMatching(/^a00/), success: true },
    ]);
    expect([crm.rows('Contact').size, crm.rows('Audience_Entry__c').size]).toEqual([0, 1]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['no last name on create', { AEP_Id__c: 'x' }, 'REQUIRED_FIELD_MISSING'],
    ['last name cleared', { AEP_Id__c: 'x', LastName: null }, 'REQUIRED_FIELD_MISSING'],
    ['last name too long', { AEP_Id__c: 'x', LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG'],
    ['no email', { ...ada, AEP_Id__c: 'x', Email: 'ada at example.com' }, 'INVALID_EMAIL_ADDRESS'],
    ['unknown field', { ...ada, AEP_Id__c: 'x', Shoe_Size__c: 38 }, 'INVALID_FIELD'],
    ['a name of the language', { ...ada, AEP_Id__c: 'x', constructor: 'y' }, 'INVALID_FIELD'],
    ['record id in the body', { ...ada, AEP_Id__c: 'x', Id: '003000000000001AAA' }, 'INVALID_FIELD'],
    [
      'text for a checkbox',
      { ...ada, AEP_Id__c: 'x', Hot_Prospect__c: 'true' },
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
    ],
    [
      'text for a number',
      { ...ada, AEP_Id__c: 'x', Loyalty_Points__c: '7' },
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
    ],
    ['number for a text', { ...ada, AEP_Id__c: 'x', Tier__c: 7 }, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    [
      'a date without time',
      { ...ada, AEP_Id__c: 'x', Entered_At__c: '2026-11-01' },
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
    ],
    ['no key', { LastName: 'Lovelace' }, 'MISSING_ARGUMENT'],
    ['an empty key', { AEP_Id__c: '', LastName: 'Lovelace' }, 'MISSING_ARGUMENT'],
  ])('%s is refused, its neighbours are not', async (_, row, code) => {
    const crm = await start();
    const answer = await upsert(crm, [ada, row, { ...ada, AEP_Id__c: 'p2' }]);
    expect([answer.status, codes(answer)]).toEqual([200, ['ok', code, 'ok']]);
    expect([...crm.rows('Contact').keys()]).toEqual(['p1', 'p2']);
    expect(crm.stats()).toEqual({ calls: 1, rows: 3, accepted: 2, rejected: 1 });
  });

  test('the longest last name, and an update without one, are fine', async () => {
    const crm = await start();
    expect(codes(await upsert(crm, [{ AEP_Id__c: 'p1', LastName: 'x'.repeat(80) }]))).toEqual(['ok']);
    expect(codes(await upsert(crm, [{ AEP_Id__c: 'p1', Tier__c: 'gold' }]))).toEqual(['ok']);
  });

  test('the same key twice: both rows are refused, and counted', async () => {
    const crm = await start();
    const answer = await upsert(crm, [ada, { ...ada, AEP_Id__c: 'p2' }, { ...ada, Tier__c: 'gold' }]);
    expect(codes(answer)).toEqual(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE']);
    expect(crm.log()).toMatchObject({ duplicateKeys: 2 });
  });

  test('allOrNone takes the innocent with it', async () => {
    const crm = await start();
    const answer = await upsert(crm, [ada, { AEP_Id__c: 'p2' }], { allOrNone: true });
    expect(codes(answer)).toEqual(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
    expect(crm.rows('Contact').size).toBe(0);
  });

  test('200 rows, not 201', async () => {
    const crm = await start();
    const rows = Array.from({ length: 201 }, (_, i) => ({ ...ada, AEP_Id__c: `p${i}` }));
    expect(await upsert(crm, rows)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }],
    });
    expect((await upsert(crm, rows.slice(1))).status).toBe(200);
    expect(crm.rows('Contact').size).toBe(200);
  });
});

describe('requests it does not take', () => {
  const raw = async (crm: DemoCrm, init: RequestInit & { path?: string }): Promise<Answer> => {
    const authorization = `Bearer ${await tokenOf(crm)}`;
    const headers = { authorization, 'content-type': 'application/json' };
    return call(`${crm.url}${init.path ?? CONTACTS}`, { method: 'PATCH', headers, ...init });
  };
  const body = JSON.stringify({ allOrNone: false, records: [{ attributes: { type: 'Contact' }, ...ada }] });

  test.each<[string, RequestInit & { path?: string }, number, string]>([
    ['malformed JSON', { body: '{"records":[' }, 400, 'JSON_PARSER_ERROR'],
    ['no records', { body: '{}' }, 400, 'JSON_PARSER_ERROR'],
    ['an unknown member', { body: '{"allOrNothing":true,"records":[]}' }, 400, 'JSON_PARSER_ERROR'],
    ['an empty list', { body: '{"records":[]}' }, 400, 'INVALID_INPUT'],
    ['no attributes', { body: '{"records":[{"AEP_Id__c":"p1"}]}' }, 400, 'JSON_PARSER_ERROR'],
    ['another type', { body: body.replace('"Contact"', '"Lead"') }, 400, 'INVALID_INPUT'],
    ['one of two of another type', { body: MIXED }, 400, 'INVALID_INPUT'],
    ['a version to come', { body, path: CONTACTS.replace('v66', 'v99') }, 404, 'NOT_FOUND'],
    ['an unknown object', { body, path: CONTACTS.replace('Contact', 'Lead') }, 404, 'NOT_FOUND'],
    ['an unknown key field', { body, path: CONTACTS.replace('AEP_Id__c', 'Email') }, 404, 'NOT_FOUND'],
    ['an unknown path', { body, path: '/services/data/v66.0/nope' }, 404, 'NOT_FOUND'],
    ['a version before collections', { body, path: CONTACTS.replace('v66', 'v45') }, 404, 'NOT_FOUND'],
    ['a retired version', { body, path: CONTACTS.replace('v66', 'v30') }, 410, 'UNSUPPORTED_API_VERSION'],
    ['another method', { method: 'PUT', body }, 405, 'METHOD_NOT_ALLOWED'],
  ])('%s', async (_, init, status, errorCode) => {
    const crm = await start();
    expect(await raw(crm, init)).toMatchObject({ status, body: [{ errorCode }] });
    expect(crm.rows('Contact').size).toBe(0);
    expect(crm.stats()).toEqual({ calls: 1, rows: 0, accepted: 0, rejected: 0 });
  });

  test('another content type', async () => {
    const crm = await start();
    const headers = { authorization: `Bearer ${await tokenOf(crm)}`, 'content-type': 'text/plain' };
    expect(await raw(crm, { body, headers })).toMatchObject({ status: 415 });
  });

  test('no session, or a made-up one', async () => {
    const crm = await start();
    for (const token of ['', 'guess', crm.clientSecret])
      expect(await upsert(crm, [ada], { token })).toMatchObject({
        status: 401,
        body: [{ errorCode: 'INVALID_SESSION_ID' }],
      });
  });
});

describe('limits', () => {
  test('every answer says how much is used; the day rolls', async () => {
    const time = { now: T0 };
    const crm = await start({ dailyLimit: 2, now: () => time.now });
    const token = await tokenOf(crm);
    const usage: (string | null)[] = [];
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) {
      const answer = await upsert(crm, [ada], { token });
      usage.push(answer.headers.get('sforce-limit-info'));
      statuses.push(answer.status);
    }
    expect(usage).toEqual(['api-usage=1/2', 'api-usage=2/2', 'api-usage=2/2']);
    expect(statuses).toEqual([200, 200, 403]);
    time.now += 24 * 3_600_000 - 60_000;
    expect(await upsert(crm, [ada], { token })).toMatchObject({
      status: 403,
      body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: expect.stringContaining('TotalRequests') }],
    });
    time.now += 60_000;
    const after = await upsert(crm, [ada], { token });
    expect([after.status, after.headers.get('sforce-limit-info')]).toEqual([200, 'api-usage=1/2']);
  });
});

describe('misbehaviour', () => {
  test('a status, as often as told, with Retry-After', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'answer', status: 429, retryAfter: 2, count: 2 });
    const answers = [await upsert(crm, [ada]), await upsert(crm, [ada]), await upsert(crm, [ada])];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers.get('retry-after')).toBe('2');
  });

  test('down until told otherwise, for logging in as well', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'down' });
    for (let i = 0; i < 3; i++) expect((await upsert(crm, [ada], { token })).status).toBe(503);
    expect((await logIn(crm)).status).toBe(503);
    crm.behave();
    expect((await upsert(crm, [ada], { token })).status).toBe(200);
  });

  test('a page for browsers', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'html', count: 1 });
    expect(await upsert(crm, [ada])).toMatchObject({ status: 200, body: expect.stringContaining('<html>') });
    expect(crm.rows('Contact').size).toBe(0);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a reset %s writing', async (when, rows) => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'reset', when, count: 1 });
    await expect(upsert(crm, [ada], { token })).rejects.toThrow('fetch failed');
    expect(crm.rows('Contact').size).toBe(rows);
  });

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('no answer, %s writing; closing does not wait for it', async (when, rows) => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'hang', when, count: 1 });
    await expect(upsert(crm, [ada], { token, signal: AbortSignal.timeout(150) })).rejects.toThrow();
    expect(crm.rows('Contact').size).toBe(rows);
    crm.misbehave({ kind: 'hang', when });
    const ended = upsert(crm, [ada], { token }).then(
      () => 'answered',
      () => 'cut',
    );
    await expect.poll(() => crm.stats().calls).toBe(2);
    await crm.close();
    expect(await ended).toBe('cut');
  });

  test('a locked row, a refused key, and then neither', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'lock-row', key: 'p2', count: 1 });
    crm.misbehave({ kind: 'refuse-key', key: 'p3', count: 1 });
    const rows = ['p1', 'p2', 'p3'].map((key) => ({ ...ada, AEP_Id__c: key }));
    expect(codes(await upsert(crm, rows))).toEqual([
      'ok',
      'UNABLE_TO_LOCK_ROW',
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    ]);
    expect(codes(await upsert(crm, rows))).toEqual(['ok', 'ok', 'ok']);
  });

  test('a whole request is refused for one row in it', async () => {
    const crm = await start();
    crm.misbehave({ kind: 'refuse-batch', key: 'p2' });
    const poison = { ...ada, AEP_Id__c: 'p2' };
    expect(await upsert(crm, [ada, poison])).toMatchObject({
      status: 400,
      body: [{ errorCode: 'JSON_PARSER_ERROR' }],
    });
    expect((await upsert(crm, [ada])).status).toBe(200);
    expect((await upsert(crm, [poison])).status).toBe(400);
    expect([...crm.rows('Contact').keys()]).toEqual(['p1']);
  });

  test.each(['TotalRequests', 'ConcurrentRequests', 'ConcurrentPerOrgLongTxn'] as const)(
    'the limit %s',
    async (limit) => {
      const crm = await start();
      crm.misbehave({ kind: 'limit', limit, count: 1 });
      const message = expect.stringContaining(limit);
      expect(await upsert(crm, [ada])).toMatchObject({
        status: 403,
        body: [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message }],
      });
    },
  );

  test('a session that ends: this one for ever, a new one works', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'expire-token', count: 1 });
    expect((await upsert(crm, [ada], { token })).status).toBe(401);
    expect((await upsert(crm, [ada], { token })).status).toBe(401);
    expect((await upsert(crm, [ada])).status).toBe(200);
  });

  test('logging in can be hit alone', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'answer', status: 500, on: 'token', count: 1 });
    expect((await upsert(crm, [ada], { token })).status).toBe(200);
    expect((await logIn(crm)).status).toBe(500);
    expect((await logIn(crm)).status).toBe(200);
  });

  test('logging in can be hit after the token was made, data is not', async () => {
    const crm = await start();
    const token = await tokenOf(crm);
    crm.misbehave({ kind: 'reset', when: 'after', on: 'token', count: 1 });
    expect((await upsert(crm, [ada], { token })).status).toBe(200);
    await expect(logIn(crm)).rejects.toThrow('fetch failed');
    expect((await logIn(crm)).status).toBe(200);
  });

  test('a client that leaves in the middle of its request harms nobody', async () => {
    const crm = await start();
    const socket = connect(Number(new URL(crm.url).port), '127.0.0.1');
    socket.write(`PATCH ${CONTACTS} HTTP/1.1\r\nhost: crm\r\ncontent-length: 100\r\n\r\n{"rec`);
    await expect.poll(() => crm.stats().calls).toBe(1);
    socket.destroy();
    expect((await upsert(crm, [ada])).status).toBe(200);
  });

  test('what is no misbehaviour is a broken caller', async () => {
    const crm = await start();
    expect(() => crm.misbehave({ kind: 'answer', status: 99 })).toThrow();
  });
});

describe('control and log', () => {
  const post = (crm: DemoCrm, body: unknown, type = 'application/json'): Promise<Answer> =>
    call(`${crm.url}/_control`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    });

  test('misbehaviour over HTTP, also while down', async () => {
    const crm = await start();
    expect(await post(crm, { misbehave: { kind: 'down' } })).toMatchObject({
      status: 200,
      body: { misbehaviours: [{ kind: 'down' }] },
    });
    expect((await logIn(crm)).status).toBe(503);
    expect(await post(crm, { behave: true, latencyMs: 5 })).toMatchObject({
      body: { latencyMs: 5, misbehaviours: [] },
    });
    expect((await logIn(crm)).status).toBe(200);
  });

  test('what it does not understand, or what a web page could send unasked, is refused', async () => {
    const crm = await start();
    expect(await post(crm, { misbehave: { kind: 'sulk' } })).toMatchObject({ status: 400 });
    expect(await post(crm, { misbehave: { kind: 'down' } }, 'text/plain')).toMatchObject({ status: 415 });
    expect((await logIn(crm)).status).toBe(200);
  });

  test('the log counts paths, rows, requests at a time and work done twice', async () => {
    const crm = await start({ latencyMs: 50 });
    const token = await tokenOf(crm);
    await Promise.all(['p1', 'p2', 'p3'].map((key) => upsert(crm, [{ ...ada, AEP_Id__c: key }], { token })));
    await upsert(crm, [ada, { ...ada, AEP_Id__c: 'p2', Tier__c: 'gold' }], { token });
    const { body } = await call(`${crm.url}/_control`, {});
    expect(body).toMatchObject({
      log: {
        paths: { 'POST /services/oauth2/token': 1, [`PATCH ${CONTACTS}`]: 4 },
        calls: 4,
        rows: 5,
        accepted: 5,
        rejected: 0,
        concurrentPeak: 3,
        duplicateKeys: 0,
        repeatedWrites: 1,
      },
    });
  });
});

test('a taken port is a fault that says what to do', async () => {
  const crm = await start();
  const port = Number(new URL(crm.url).port);
  await expect(startDemoCrm({ port })).rejects.toMatchObject({
    code: 'config.port-in-use',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
});

test.each([
  ['003', 1, '003000000000001AAA'],
  ['003', 10, '00300000000000AAAQ'],
  ['001', 61, '00100000000000zAAA'],
])('record ids carry their checksum: %s %d', (prefix, count, id) => {
  expect(recordId(prefix, count)).toBe(id);
});
