import { generateKeyPairSync } from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { inFull } from '../../../shared/connectors/auth/said.js';
import { type Asked, fakeFetch, jsonResponse, never, secretsOf, T0 } from '../fakes.js';
import { contact, open, salesforceAt } from '../subjects.js';
import { accept, GRANT, HOST } from './org.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('JWT bearer', () => {
  const jwt = (audience?: string) => ({
    ...salesforceAt(HOST),
    auth: { jwt: { secret: 'secret:signer', ...(audience !== undefined && { audience }) } },
  });
  const signer = { clientId: '3MVG9.key', username: 'tributary@example.com', privateKey };
  const logIn = async (secret: unknown, audience?: string, grant = jsonResponse(200, GRANT)) => {
    const { fetch, asked } = fakeFetch((request) =>
      request.url.endsWith('/token') ? grant : accept(request),
    );
    const secrets = secretsOf({ signer: typeof secret === 'string' ? secret : JSON.stringify(secret) });
    const clock = { now: () => T0, sleep: () => Promise.reject(new Error('slept')) };
    const [outcome] = await open(jwt(audience), { fetch, secrets, clock }).send([contact('p1')], never());
    return { outcome, asked };
  };

  test.each([
    [undefined, 'https://login.salesforce.com'],
    ['https://test.salesforce.com', 'https://test.salesforce.com'],
  ])('an assertion for %s, good for less than three minutes', async (audience, expected) => {
    const { outcome, asked } = await logIn(signer, audience);
    expect(outcome).toMatchObject({ kind: 'accepted' });
    const form = new URLSearchParams(asked[0]?.body);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const key = await crypto.subtle.importKey(
      'spki',
      Buffer.from(publicKey.replace(/-----[^-]+-----|\s/g, ''), 'base64'),
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
      true,
      ['verify'],
    );
    const { payload, protectedHeader } = await jwtVerify(form.get('assertion') ?? '', key, {
      issuer: signer.clientId,
      subject: signer.username,
      audience: expected,
      currentDate: new Date(T0),
    });
    expect(protectedHeader.alg).toBe('RS256');
    expect((payload.exp ?? 0) - T0 / 1000).toBeLessThan(180);
  });

  test('a user who is not pre-authorised: the advice says where to look', async () => {
    const refusal = { error: 'invalid_grant', error_description: "user hasn't approved this consumer" };
    const { outcome } = await logIn(signer, undefined, jsonResponse(400, refusal));
    expect(outcome).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: 'remote.unauthorized' },
    });
    expect(outcome?.kind === 'retry' && inFull(outcome.fault)).toMatch(
      /pre-authorised.*approved this consumer/s,
    );
  });

  test.each([
    ['no JSON', `clientId ${privateKey}`],
    ['without a key', { clientId: 'a', username: 'b' }],
    ['with a key that is none', { ...signer, privateKey: 'S3cr3t' }],
  ])('a secret that is %s: nothing is sent, nothing is shown', async (_, secret) => {
    const { outcome, asked } = await logIn(secret);
    expect(outcome).toMatchObject({ kind: 'retry', fault: { code: 'config.invalid' } });
    const said = outcome?.kind === 'retry' ? `${outcome.fault.stack}${String(outcome.fault.cause)}` : '';
    for (const shown of ['S3cr3t', privateKey.split('\n')[1] ?? '']) expect(said).not.toContain(shown);
    expect(asked).toHaveLength(0);
  });
});

describe('headers', () => {
  const headersOf = async (config: object) => {
    const { fetch, asked } = fakeFetch((request) =>
      request.url.endsWith('/token') ? jsonResponse(200, GRANT) : accept(request),
    );
    await open({ ...salesforceAt(HOST), ...config }, { fetch }).send([contact('p1')], never());
    const headers = asked[1]?.headers;
    return [headers?.get('sforce-duplicate-rule-header'), headers?.get('sforce-auto-assign')];
  };

  test.each<[object, readonly (string | null)[]]>([
    [{}, [null, null]],
    [{ saveDuplicates: true, autoAssign: false }, ['allowSave=true', 'FALSE']],
    [{ saveDuplicates: false, autoAssign: true }, [null, 'TRUE']],
    [{ autoAssign: '01Q000000000001AAA' }, [null, '01Q000000000001AAA']],
  ])('%j', async (config, expected) => {
    expect(await headersOf(config)).toEqual(expected);
  });
});

describe('a reserve of requests', () => {
  const world = (used: { count: number }) => {
    const now = { now: T0 };
    const answer = (request: Asked): Response => {
      const reply = accept(request);
      reply.headers.set('sforce-limit-info', `api-usage=${used.count}/1000; api-bursts=1/750`);
      return reply;
    };
    const { fetch, asked } = fakeFetch((request) =>
      request.url.endsWith('/token') ? jsonResponse(200, GRANT) : answer(request),
    );
    const clock = { now: () => now.now, sleep: () => Promise.reject(new Error('slept')) };
    const connector = open({ ...salesforceAt(HOST), reserve: 0.2 }, { fetch, clock, random: () => 0 });
    const send = async () => (await connector.send([contact('p1')], never()))[0];
    return { send, now, calls: () => asked.length - 1 };
  };

  test('nothing is held while there is enough', async () => {
    const { send } = world({ count: 799 });
    expect([await send(), await send()]).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
  });

  test('once only the reserve is left, all wait; after that one request finds out', async () => {
    const used = { count: 800 };
    const { send, now, calls } = world(used);
    expect(await send()).toMatchObject({ kind: 'accepted' });
    expect(await send()).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      unsent: true,
      afterMs: 15 * 60_000,
      fault: { code: 'remote.quota', message: expect.stringContaining('800 of its org') },
    });
    expect(calls()).toBe(1);
    now.now += 15 * 60_000;
    used.count = 100;
    expect([await send(), await send()]).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
  });
});
