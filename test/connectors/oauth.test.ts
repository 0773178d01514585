import { describe, expect, test } from 'vitest';
import {
  authorised,
  type Credentials,
  clientCredentials,
  type Tokens,
} from '../../shared/connectors/oauth.js';
import type { Reply } from '../../shared/connectors/transport.js';
import { bad, ok, type Result } from '../../shared/core/fault.js';
import { type Asked, fakeFetch, jsonResponse, never, stillClock, T0 } from './fakes.js';

const CREDENTIALS: Credentials = { clientId: 'the-client', clientSecret: 's3cr%t:+/a' };

interface Options {
  readonly respond: (asked: Asked, index: number) => Response | Promise<Response>;
  readonly credentials?: () => Promise<Result<Credentials>>;
}

function tokensFrom({ respond, credentials = () => Promise.resolve(ok(CREDENTIALS)) }: Options) {
  const time = { now: T0 };
  const { fetch, asked } = fakeFetch(respond);
  const tokens = clientCredentials({
    connection: 'crm',
    tokenUrl: 'https://login.example.com/token',
    credentials,
    advice: 'Check "secret:crm".',
    fetch,
    clock: stillClock(time),
    timeoutMs: 1000,
  });
  return { tokens, asked, time };
}

const grants =
  (expires_in?: unknown) =>
  (_: Asked, index: number): Response =>
    jsonResponse(200, { access_token: `token-${index + 1}`, token_type: 'Bearer', expires_in });

const get = async (tokens: Tokens): Promise<string> => {
  const token = await tokens.get(never());
  if ('kind' in token) throw new Error(`denied: ${JSON.stringify(token.outcome)}`);
  return token.accessToken;
};

const deniedBy = async (options: Options) => {
  const { tokens } = tokensFrom(options);
  const token = await tokens.get(never());
  if (!('kind' in token)) throw new Error('a token came');
  return token.outcome;
};

describe('the token request', () => {
  test('is a form whose values survive any character', async () => {
    const { tokens, asked } = tokensFrom({ respond: grants() });
    await get(tokens);
    expect(asked[0]).toMatchObject({ method: 'POST', url: 'https://login.example.com/token' });
    expect(asked[0]?.headers.get('content-type')).toBe('application/x-www-form-urlencoded');
    expect(asked[0]?.body).toBe(
      'grant_type=client_credentials&client_id=the-client&client_secret=s3cr%25t%3A%2B%2Fa',
    );
  });

  test('one is made for any number of callers at a time', async () => {
    const { tokens, asked } = tokensFrom({ respond: grants() });
    const all = await Promise.all(Array.from({ length: 50 }, () => get(tokens)));
    expect(new Set(all)).toEqual(new Set(['token-1']));
    expect(asked).toHaveLength(1);
  });

  test('a caller that gives up does not take the others with it', async () => {
    let open = (): void => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { tokens, asked } = tokensFrom({
      respond: async (request, index) => {
        await opened;
        return grants()(request, index);
      },
    });
    const controller = new AbortController();
    const leaving = tokens.get(controller.signal);
    const staying = get(tokens);
    controller.abort();
    expect(await leaving).toMatchObject({ kind: 'denied', outcome: { fault: { code: 'run.deadline' } } });
    open();
    expect(await staying).toBe('token-1');
    expect(asked).toHaveLength(1);
  });
});

describe('how long a token is kept', () => {
  test.each([
    ['an hour: until a minute before its end', 3600, 3539_999, 3540_000],
    ['a minute: until a tenth before its end', 60, 53_999, 54_000],
    ['a number as text', '60', 53_999, 54_000],
  ])('%s', async (_, expiresIn, kept, renewed) => {
    const { tokens, time } = tokensFrom({ respond: grants(expiresIn) });
    expect(await get(tokens)).toBe('token-1');
    time.now = T0 + kept;
    expect(await get(tokens)).toBe('token-1');
    time.now = T0 + renewed;
    expect(await get(tokens)).toBe('token-2');
  });

  test.each([undefined, null, 'soon', -1, 0])('expires_in %j: until it is refused', async (expiresIn) => {
    const { tokens, time } = tokensFrom({ respond: grants(expiresIn) });
    expect(await get(tokens)).toBe('token-1');
    time.now = T0 + 365 * 24 * 3_600_000;
    expect(await get(tokens)).toBe('token-1');
  });

  test('dropping a token that is no longer in use drops nothing', async () => {
    const { tokens, asked } = tokensFrom({ respond: grants() });
    const old = await tokens.get(never());
    if ('kind' in old) throw new Error('denied');
    tokens.drop(old);
    expect(await get(tokens)).toBe('token-2');
    tokens.drop(old);
    expect(await get(tokens)).toBe('token-2');
    expect(asked).toHaveLength(2);
  });

  test('a rotated secret is read anew', async () => {
    const secrets = ['old', 'new'];
    const credentials = () => Promise.resolve(ok({ clientId: 'c', clientSecret: secrets.shift() ?? '' }));
    const { tokens, asked } = tokensFrom({ respond: grants(), credentials });
    const token = await tokens.get(never());
    if ('kind' in token) throw new Error('denied');
    tokens.drop(token);
    await get(tokens);
    expect(asked.map(({ body }) => new URLSearchParams(body).get('client_secret'))).toEqual(['old', 'new']);
  });
});

describe('401 from the API', () => {
  const reply = (status: number): Reply => ({
    kind: 'reply',
    status,
    headers: new Headers(),
    text: '',
    json: undefined,
  });
  const calling = async (statuses: readonly number[]) => {
    const { tokens, asked } = tokensFrom({ respond: grants() });
    const used: string[] = [];
    const result = await authorised(tokens, never(), ({ accessToken }) => {
      used.push(accessToken);
      return Promise.resolve(reply(statuses[used.length - 1] ?? 599));
    });
    return {
      status: result.kind === 'reply' ? result.status : result.kind,
      used,
      grants: asked.length,
      tokens,
    };
  };

  test('once: the call is repeated with a new token', async () => {
    expect(await calling([401, 200])).toMatchObject({ status: 200, used: ['token-1', 'token-2'], grants: 2 });
  });

  test('twice: given back, and the next call starts with a new token', async () => {
    const { status, used, tokens } = await calling([401, 401, 200]);
    expect([status, used]).toEqual([401, ['token-1', 'token-2']]);
    expect(await get(tokens)).toBe('token-3');
  });

  test.each([200, 400, 403, 500])('%d is given back at once', async (status) => {
    expect(await calling([status])).toMatchObject({ status, used: ['token-1'] });
  });

  test('many callers with one expired token ask for one new token', async () => {
    const { tokens, asked } = tokensFrom({ respond: grants() });
    const calls = Array.from({ length: 20 }, () =>
      authorised(tokens, never(), ({ accessToken }) =>
        Promise.resolve(reply(accessToken === 'token-1' ? 401 : 200)),
      ),
    );
    expect(
      (await Promise.all(calls)).every((result) => result.kind === 'reply' && result.status === 200),
    ).toBe(true);
    expect(asked).toHaveLength(2);
  });
});

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
      'no client credentials',
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

  test('an endpoint that echoes the request does not leak the secret', async () => {
    const outcome = await deniedBy({
      respond: ({ body }) =>
        jsonResponse(400, {
          error: CREDENTIALS.clientSecret,
          error_description: `${body} ${CREDENTIALS.clientSecret}`,
        }),
    });
    expect(outcome).toMatchObject({ fault: { message: expect.stringContaining('[secret]') } });
    const text = outcome.kind === 'retry' ? `${outcome.fault.message}${outcome.fault.stack}` : '';
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
