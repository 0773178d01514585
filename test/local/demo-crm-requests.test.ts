import { describe, expect, test } from 'vitest';
import type { DemoCrm } from '../../local/demo-crm/server.js';
import { type Answer, ada, CONTACTS, call, logIn, start, T0, tokenOf, upsert } from './demo-crm-client.js';

const MIXED = JSON.stringify({
  records: ['Contact', 'Lead'].map((type) => ({ attributes: { type }, AEP_Id__c: type, LastName: 'L' })),
});

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
