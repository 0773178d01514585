import { describe, expect, test } from 'vitest';
import { authorised } from '../../../shared/connectors/auth/tokens.js';
import type { Reply } from '../../../shared/connectors/wire/transport.js';
import { ok } from '../../../shared/core/fault.js';
import { never, T0 } from '../fakes.js';
import { get, grants, tokensFrom } from './oauth-client.js';

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
