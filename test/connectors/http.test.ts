import { describe, expect, test } from 'vitest';
import type { Action } from '../../shared/core/ports.js';
import { type Asked, fakeFetch, jsonResponse, never, secretsOf } from './fakes.js';
import { contact, open, SECRETS } from './subjects.js';

/** A placeholder as it stands in a config file. */
const hole = (name: string): string => `\${${name}}`;

const done = (): Response => jsonResponse(200, {});

function api(
  config: Readonly<Record<string, unknown>>,
  respond: (asked: Asked, index: number) => Response = done,
) {
  const { fetch, asked } = fakeFetch(respond);
  const connector = open({ type: 'http', url: 'https://api.example.com/rows', ...config }, { fetch });
  return { connector, asked, send: (...actions: Action[]) => connector.send(actions, never()) };
}

async function bodyOf(body: unknown, action: Action): Promise<unknown> {
  const { send, asked } = api({ body });
  expect(await send(action)).toMatchObject([{ kind: 'accepted' }]);
  return JSON.parse(asked[0]?.body ?? '');
}

async function urlOf(url: string, action: Action): Promise<string | undefined> {
  const { send, asked } = api({ url });
  await send(action);
  return asked[0]?.url;
}

const ada = contact('p1', { name: 'Ada', vip: true, points: 12.5, tags: ['a', 'b'], gone: null });

describe('body', () => {
  test('without a template: object, key and fields', async () => {
    const { send, asked } = api({});
    await send(ada);
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ object: 'Contact', key: 'p1', fields: ada.fields });
    expect(asked[0]).toMatchObject({ method: 'POST' });
    expect(asked[0]?.headers.get('content-type')).toBe('application/json');
  });

  test('a placeholder that stands alone is replaced by the value, of whatever type', async () => {
    const template = {
      id: hole('key'),
      named: hole('key.AEP_Id__c'),
      vip: hole('fields.vip'),
      points: hole('fields.points'),
      list: [hole('fields.tags'), hole('fields.gone')],
      all: hole('fields'),
      fixed: [1, true, null, 'text', { deep: hole('object') }],
    };
    expect(await bodyOf(template, ada)).toEqual({
      id: 'p1',
      named: 'p1',
      vip: true,
      points: 12.5,
      list: [['a', 'b'], null],
      all: ada.fields,
      fixed: [1, true, null, 'text', { deep: 'Contact' }],
    });
  });

  test('a whole body may be one placeholder', async () => {
    expect(await bodyOf(hole('fields'), ada)).toEqual(ada.fields);
  });

  test('in a longer text scalars are inserted, null and absent values are empty', async () => {
    const text = `Hi ${hole('fields.name')}, ${hole('fields.points')}/${hole('fields.vip')}/${hole('fields.gone')}/${hole('fields.none')}!`;
    expect(await bodyOf({ text }, ada)).toEqual({ text: 'Hi Ada, 12.5/true//!' });
  });

  test('a member whose value is absent is left out; null stays null', async () => {
    const template = { none: hole('fields.none'), gone: hole('fields.gone'), list: [hole('fields.none'), 1] };
    expect(await bodyOf(template, ada)).toEqual({ gone: null, list: [1] });
  });

  test('no value can change the structure around it', async () => {
    const evil = contact('","admin":true,"x":"', { name: `"}], ${hole('key')} \\ \n\u2028`, __proto__x: 1 });
    const template = { id: hole('key'), greeting: `Hi ${hole('fields.name')}` };
    expect(await bodyOf(template, evil)).toEqual({
      id: '","admin":true,"x":"',
      greeting: `Hi ${evil.fields['name']}`,
    });
  });

  test('names of the language itself are not fields', async () => {
    const template = { a: hole('fields.constructor'), b: hole('fields.__proto__'), c: hole('key.toString') };
    expect(await bodyOf(template, ada)).toEqual({});
  });

  test.each([
    ['a list inside a text', { text: `tags: ${hole('fields.tags')}` }, ada],
    ['a key of two fields', { id: hole('key') }, { ...ada, key: { a: '1', b: '2' } }],
    ['an absent body', hole('fields.none'), ada],
  ])('%s: the row is refused with the reason and nothing is sent', async (_, body, action) => {
    const { send, asked } = api({ body });
    const outcomes = await send(action);
    expect(outcomes).toMatchObject([
      { kind: 'rejected', code: 'template.value', text: expect.stringMatching(/.{10}/) },
    ]);
    expect(asked).toHaveLength(0);
  });
});

describe('address', () => {
  test('values are percent-encoded in path and query', async () => {
    const url = `https://api.example.com/${hole('object')}/${hole('key')}?n=${hole('fields.name')}&fixed=1`;
    const action = contact('a/b?c#d&e=ü ../', { name: 'A&B=C' });
    expect(await urlOf(url, action)).toBe(
      'https://api.example.com/Contact/a%2Fb%3Fc%23d%26e%3D%C3%BC%20..%2F?n=A%26B%3DC&fixed=1',
    );
  });

  test('half a surrogate pair does not break anything', async () => {
    expect(await urlOf(`https://api.example.com/${hole('key')}`, contact('x\ud800'))).toBe(
      'https://api.example.com/x%EF%BF%BD',
    );
  });

  test.each([
    ['climbs', '..'],
    ['stays', '.'],
    ['is empty', ''],
  ])('a value that %s is refused', async (_, key) => {
    const { send, asked } = api({ url: `https://api.example.com/people/${hole('key')}` });
    expect(await send(contact(key))).toMatchObject([{ kind: 'rejected', code: 'template.value' }]);
    expect(asked).toHaveLength(0);
  });

  test('dots that climb only together are refused, too', async () => {
    const { send } = api({ url: `https://api.example.com/people/${hole('key')}${hole('fields.name')}` });
    expect(await send(contact('.', { name: '.' }))).toMatchObject([{ kind: 'rejected' }]);
    expect(await send(contact('.', { name: 'x' }))).toMatchObject([{ kind: 'accepted' }]);
  });

  test('an absent value is refused', async () => {
    const { send } = api({ url: `https://api.example.com/people?n=${hole('fields.none')}` });
    expect(await send(ada)).toMatchObject([{ kind: 'rejected', text: expect.stringContaining('missing') }]);
  });
});

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

describe('answers', () => {
  const outcomeOf = async (response: () => Response, config: Readonly<Record<string, unknown>> = {}) =>
    (await api(config, response).send(ada))[0];

  test.each([200, 202, 207])('%d accepts, whatever the body', async (status) => {
    expect(await outcomeOf(() => new Response('ok', { status }))).toEqual({ kind: 'accepted' });
  });

  test('201 says created, 204 has no body', async () => {
    expect(await outcomeOf(() => jsonResponse(201, {}))).toEqual({ kind: 'accepted', created: true });
    expect(await outcomeOf(() => new Response(null, { status: 204 }))).toEqual({ kind: 'accepted' });
  });

  test.each([400, 402, 404, 409, 410, 413, 422, 300])(
    '%d refuses for good, in the words of the server',
    async (status) => {
      expect(await outcomeOf(() => jsonResponse(status, { message: 'no such field' }))).toEqual({
        kind: 'rejected',
        code: `HTTP_${status}`,
        text: '{"message":"no such field"}',
      });
    },
  );

  test('a refusal by a page or without words still has a text', async () => {
    expect(await outcomeOf(() => new Response('<html>', { status: 404 }))).toMatchObject({
      text: expect.stringContaining('HTML'),
    });
    expect(await outcomeOf(() => new Response('', { status: 404 }))).toMatchObject({
      text: expect.stringContaining('404'),
    });
  });

  test('403 is about the connection', async () => {
    expect(await outcomeOf(() => jsonResponse(403, {}))).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      fault: { code: 'remote.unauthorized' },
    });
  });

  test.each([500, 501, 599])('%d may be the doing of the row, so it stops no other', async (status) => {
    expect(await outcomeOf(() => jsonResponse(status, {}))).toMatchObject({ kind: 'retry', scope: 'row' });
  });

  test.each([502, 504])('%d of a gateway is unknown where repeating is not safe', async (status) => {
    const respond = () => jsonResponse(status, {});
    expect(await outcomeOf(respond, { idempotent: false })).toMatchObject({ kind: 'unknown' });
    expect(await outcomeOf(respond)).toMatchObject({ kind: 'retry', scope: 'connection' });
  });

  test('what the config says of repetition is what the connector says', () => {
    expect(api({ idempotent: false }).connector).toMatchObject({ idempotent: false, maxRows: 1 });
    expect(api({}).connector).toMatchObject({ idempotent: true, maxRows: 1, operations: ['upsert'] });
  });

  test('several actions go in order, one request each', async () => {
    const { send, asked } = api({}, (_, index) => jsonResponse(index === 1 ? 422 : 200, {}));
    const outcomes = await send(contact('a'), contact('b'), contact('c'));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(asked.map(({ body }) => JSON.parse(body).key)).toEqual(['a', 'b', 'c']);
  });

  test('an abort between two requests keeps what is known of the first', async () => {
    const controller = new AbortController();
    const { connector } = api({}, () => {
      controller.abort();
      return jsonResponse(200, {});
    });
    const outcomes = await connector.send([contact('a'), contact('b')], controller.signal);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'retry', fault: { code: 'run.deadline' } },
    ]);
  });
});

describe('a success rule, for servers that say no with 200', () => {
  const judged = async (success: unknown, body: unknown) =>
    (await api({ success }, () => jsonResponse(200, body)).send(ada))[0]?.kind;

  test.each<[unknown, unknown, string]>([
    [{ absent: 'error' }, { id: 1, result: [1] }, 'accepted'],
    [{ absent: 'error' }, { error: null }, 'accepted'],
    [{ absent: 'error' }, { error: ['UserError'] }, 'rejected'],
    [{ present: 'result.0.id' }, { result: [{ id: 7 }] }, 'accepted'],
    [{ present: 'result.0.id' }, { result: [] }, 'rejected'],
    [{ present: 'result' }, { result: null }, 'rejected'],
    [{ equals: { path: 'status', value: 'ok' } }, { status: 'ok' }, 'accepted'],
    [{ equals: { path: 'status', value: 'ok' } }, { status: 'failed' }, 'rejected'],
    [{ equals: { path: 'n', value: { a: [1] } } }, { n: { a: [1] } }, 'accepted'],
    [{ present: 'id', absent: 'error' }, { id: 1, error: 'no' }, 'rejected'],
    [{ present: 'constructor' }, {}, 'rejected'],
  ])('%j on %j is %s', async (success, body, kind) => {
    expect(await judged(success, body)).toBe(kind);
  });

  test('a refusal by rule keeps the words', async () => {
    const { send } = api({ success: { absent: 'error' } }, () =>
      jsonResponse(200, { error: ['UserError', 'unique'] }),
    );
    expect(await send(ada)).toEqual([
      { kind: 'rejected', code: 'HTTP_200', text: '{"error":["UserError","unique"]}' },
    ]);
  });
});
