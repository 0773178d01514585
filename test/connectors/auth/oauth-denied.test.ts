import { describe, expect, test } from 'vitest';
import { concealed } from '../../../shared/conceal.js';
import { inFull } from '../../../shared/connectors/auth/said.js';
import { bad, Fault, ok } from '../../../shared/core/fault.js';
import { jsonResponse, never } from '../fakes.js';
import { CREDENTIALS, deniedBy, get, grants, tokensFrom } from './oauth-client.js';

describe('no token', () => {
  test.each([
    [
      400,
      { error: 'invalid_client_id', error_description: 'client identifier invalid' },
      '400 invalid_client_id',
    ],
    [
      400,
      { error: 'invalid_grant', error_description: 'no client credentials user enabled' },
      '400 invalid_grant',
    ],
    [401, { error: 'invalid_client' }, '401 invalid_client'],
    [403, '<html>', '403'],
    [404, '', '404'],
  ])('%d %j: the credentials are at fault', async (status, body, words) => {
    const respond = () => jsonResponse(status, body);
    const outcome = await deniedBy({ respond });
    expect(outcome).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: 'remote.unauthorized' },
    });
    const message = outcome.kind === 'retry' ? outcome.fault.message : '';
    expect(message).toContain('"crm"');
    expect(message).toContain('Check "secret:crm".');
    expect(message).toContain(words);
  });

  test('what the endpoint says in its own words is for who examines the connection, not for logs', async () => {
    const body = { error: 'invalid_grant', error_description: 'no such user: ada@example.com' };
    const outcome = await deniedBy({ respond: () => jsonResponse(400, body) });
    const fault = outcome.kind === 'retry' ? outcome.fault : undefined;
    expect(`${fault?.message}${fault?.stack}${concealed(fault).stack}`).not.toContain('ada@');
    expect(fault && inFull(fault)).toContain(
      '(400 invalid_grant). Check "secret:crm". It said: no such user: ada@',
    );
    expect(inFull(new Fault('remote.unavailable', 'plain', { cause: new Error('of a library') }))).toBe(
      'plain',
    );
  });

  test('a sentence in the place of the error is not taken for one', async () => {
    const outcome = await deniedBy({ respond: () => jsonResponse(400, { error: 'Ada Lovelace is locked' }) });
    const message = outcome.kind === 'retry' ? outcome.fault.message : '';
    expect(message).toContain('refused our credentials (400). ');
  });

  test('an endpoint that echoes the request does not leak the secret', async () => {
    const outcome = await deniedBy({
      respond: ({ body }) =>
        jsonResponse(400, {
          error: CREDENTIALS.clientSecret,
          error_description: `${body} ${CREDENTIALS.clientSecret}`,
        }),
    });
    const text = outcome.kind === 'retry' ? `${inFull(outcome.fault)}${outcome.fault.stack}` : '';
    expect(text).toContain('[secret]');
    expect(text).not.toContain(CREDENTIALS.clientSecret);
    expect(text).not.toContain(encodeURIComponent(CREDENTIALS.clientSecret));
  });

  test.each([
    [429, 'remote.throttled'],
    [500, 'remote.unavailable'],
    [503, 'remote.unavailable'],
  ])('%d: wait as told', async (status, code) => {
    const outcome = await deniedBy({ respond: () => jsonResponse(status, {}, { 'retry-after': '3' }) });
    expect(outcome).toMatchObject({ kind: 'retry', scope: 'connection', fault: { code }, afterMs: 3000 });
  });

  test.each([
    ['no JSON', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['no token in it', () => jsonResponse(200, { token_type: 'Bearer' })],
    ['an empty token', () => jsonResponse(200, { access_token: '' })],
    ['a token with a line break', () => jsonResponse(200, { access_token: 'a\r\nHost: evil' })],
    [
      'an instance without TLS',
      () => jsonResponse(200, { access_token: 'a', instance_url: 'http://crm.example.com' }),
    ],
  ])('200 with %s is no token', async (_, respond) => {
    const outcome = await deniedBy({ respond });
    expect(outcome).toMatchObject({ kind: 'retry', fault: { code: 'remote.unanswered' } });
  });

  test.each([
    ['ECONNREFUSED', 'remote.unavailable'],
    ['ECONNRESET', 'remote.unanswered'],
  ])('%s: no row was sent, so nothing is unknown', async (code, fault) => {
    const cause = Object.assign(new Error(code), { code });
    const respond = () => Promise.reject(new TypeError('fetch failed', { cause }));
    expect(await deniedBy({ respond })).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: fault },
    });
  });

  test('a redirect means a wrong address', async () => {
    const respond = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('unexpected redirect') }));
    expect(await deniedBy({ respond })).toMatchObject({
      kind: 'retry',
      fault: { code: 'remote.unauthorized' },
    });
  });

  test('a missing secret', async () => {
    const outcome = await deniedBy({
      respond: grants(),
      credentials: () => Promise.resolve(bad('config.missing-secret', 'There is no secret "crm".')),
    });
    expect(outcome).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: 'config.missing-secret' },
    });
  });

  test('a failed request is not remembered', async () => {
    const { tokens } = tokensFrom({
      respond: (asked, index) => (index === 0 ? jsonResponse(503, {}) : grants()(asked, index)),
    });
    expect(await tokens.get(never())).toMatchObject({ kind: 'denied' });
    expect(await get(tokens)).toBe('token-2');
  });

  test('a secret store that breaks is thrown, to every caller, and asked again', async () => {
    const answers = [() => Promise.reject(new Error('vault down')), () => Promise.resolve(ok(CREDENTIALS))];
    const { tokens } = tokensFrom({
      respond: grants(),
      credentials: () => (answers.shift() ?? (() => Promise.reject(new Error('asked too often'))))(),
    });
    const both = await Promise.allSettled([get(tokens), get(tokens)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await get(tokens)).toBe('token-1');
  });
});
