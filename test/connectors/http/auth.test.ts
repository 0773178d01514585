import { describe, expect, test } from 'vitest';
import { fakeFetch, jsonResponse, never, secretsOf } from '../fakes.js';
import { open, SECRETS } from '../subjects.js';
import { ada, api } from './api.js';

const done = (): Response => jsonResponse(200, {});

describe('headers and auth', () => {
  const headersOf = async (config: Readonly<Record<string, unknown>>): Promise<Headers | undefined> => {
    const { send, asked } = api(config);
    await send(ada);
    return asked[0]?.headers;
  };

  test('basic is UTF-8 and base64, without percent-encoding (RFC 7617)', async () => {
    const headers = await headersOf({ auth: { basic: { user: 'ada+x', password: 'secret:password' } } });
    const [scheme, value = ''] = headers?.get('authorization')?.split(' ') ?? [];
    expect([scheme, Buffer.from(value, 'base64').toString('utf8')]).toEqual([
      'Basic',
      `ada+x:${SECRETS.password}`,
    ]);
  });

  test('the scheme of a bearer can be another word', async () => {
    const auth = { bearer: { token: 'secret:token', scheme: 'Session' } };
    expect((await headersOf({ auth }))?.get('authorization')).toBe(`Session ${SECRETS.token}`);
    expect((await headersOf({ auth: { bearer: { token: 'secret:token' } } }))?.get('authorization')).toBe(
      `Bearer ${SECRETS.token}`,
    );
  });

  test('fixed headers, secret headers, and a content type of its own', async () => {
    const headers = await headersOf({
      headers: {
        'X-Source': 'aep',
        'X-Api-Key': 'secret:apikey',
        'Content-Type': 'application/vnd.api+json',
      },
    });
    expect(headers?.get('x-source')).toBe('aep');
    expect(headers?.get('x-api-key')).toBe(SECRETS.apikey);
    expect(headers?.get('content-type')).toBe('application/vnd.api+json');
  });

  test.each([
    ['missing', {}, 'config.missing-secret'],
    ['ending in a line break', { token: 'abc\n' }, 'config.invalid'],
    ['holding a header', { token: 'abc\r\nHost: evil.example.com' }, 'config.invalid'],
    ['empty', { token: '' }, 'config.invalid'],
  ])('a secret %s: nothing is sent, nothing is shown', async (_, stored, code) => {
    const { fetch, asked } = fakeFetch(done);
    const config = {
      type: 'http',
      url: 'https://api.example.com',
      auth: { bearer: { token: 'secret:token' } },
    };
    const connector = open(config, { fetch, secrets: secretsOf(stored) });
    const outcomes = await connector.send([ada], never());
    expect(outcomes).toMatchObject([{ kind: 'retry', scope: 'connection', fault: { code } }]);
    expect(outcomes[0]?.kind === 'retry' && outcomes[0].fault.message).not.toContain('abc');
    expect(asked).toHaveLength(0);
  });

  test('after a 401 the secret is read again, and a rotated one tried once', async () => {
    const stored = ['old', 'new'];
    const secrets = { get: () => Promise.resolve(stored.shift() ?? 'new') };
    const { fetch, asked } = fakeFetch(({ headers }) =>
      jsonResponse(headers.get('authorization') === 'Bearer new' ? 200 : 401, {}),
    );
    const config = {
      type: 'http',
      url: 'https://api.example.com',
      auth: { bearer: { token: 'secret:token' } },
    };
    const connector = open(config, { fetch, secrets });
    expect(await connector.send([ada, ada], never())).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
    ]);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer old',
      'Bearer new',
      'Bearer new',
    ]);
  });

  test('secrets are read once for any number of rows', async () => {
    let reads = 0;
    const secrets = { get: () => Promise.resolve(`token-${++reads}`) };
    const { fetch, asked } = fakeFetch((_, index) => jsonResponse(index === 0 ? 422 : 200, {}));
    const config = {
      type: 'http',
      url: 'https://api.example.com',
      auth: { bearer: { token: 'secret:token' } },
    };
    await open(config, { fetch, secrets }).send([ada, ada, ada], never());
    expect([reads, asked.length]).toEqual([1, 3]);
  });

  test('after a 401 with the same secret the request is not repeated', async () => {
    const { send, asked } = api({ auth: { bearer: { token: 'secret:token' } } }, () => jsonResponse(401, {}));
    expect(await send(ada)).toMatchObject([{ kind: 'retry', fault: { code: 'remote.unauthorized' } }]);
    expect(asked).toHaveLength(1);
  });
});
