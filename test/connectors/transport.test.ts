import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../shared/connectors/retry-after.js';
import { attempt, type Failure, type Reply } from '../../shared/connectors/transport.js';
import { fakeFetch, never, T0 } from './fakes.js';
import {
  answer,
  answerJson,
  closedPort,
  cut,
  type FaultServer,
  fin,
  garbage,
  hang,
  type Play,
  reset,
  resetMidway,
  startFaultServer,
} from './fault-server.js';

const servers: FaultServer[] = [];
async function serve(...args: Parameters<typeof startFaultServer>): Promise<FaultServer> {
  const server = await startFaultServer(...args);
  servers.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

interface Options {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly maxBytes?: number;
}
const post = (url: string, { timeoutMs = 5000, signal = never(), maxBytes = 100_000 }: Options = {}) =>
  attempt(
    { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
    { fetch, signal, timeoutMs, maxBytes },
  );

const JSON_TYPE = { 'content-type': 'application/json' };
const reply = (result: Reply | Failure): Reply => {
  if (result.kind !== 'reply') throw new Error(`no reply: ${result.code}`);
  return result;
};

describe('an answer is a value, whatever it says', () => {
  test('429 and 503 carry Retry-After and a body, and are not repeated', async () => {
    const server = await serve((_, i) =>
      answer(i === 0 ? 429 : 503, { ...JSON_TYPE, 'retry-after': i === 0 ? '1' : '300' }, '{"why":"busy"}'),
    );
    const first = reply(await post(server.url));
    const second = reply(await post(server.url));
    expect([first.status, second.status]).toEqual([429, 503]);
    expect(retryAfterMs(first.headers.get('retry-after'), T0)).toBe(1000);
    expect(retryAfterMs(second.headers.get('retry-after'), T0)).toBe(300_000);
    expect(second.json).toEqual({ why: 'busy' });
    expect(server.requests).toHaveLength(2);
  });

  test('400 is returned at once, after one attempt', async () => {
    const server = await serve(() => answerJson(400, [{ errorCode: 'JSON_PARSER_ERROR' }]));
    expect(reply(await post(server.url)).status).toBe(400);
    expect(server.requests).toHaveLength(1);
  });

  test('300 is an answer, not a redirect', async () => {
    const server = await serve(() => answerJson(300, ['/a', '/b']));
    expect(reply(await post(server.url)).json).toEqual(['/a', '/b']);
  });

  test('the body arrives as sent', async () => {
    const server = await serve(() => answer(204, {}, ''));
    expect(reply(await post(server.url))).toMatchObject({ status: 204, text: '', json: undefined });
    expect(server.requests[0]).toMatchObject({ method: 'POST', body: '{"a":1}' });
  });
});

describe('only declared JSON is parsed', () => {
  test.each([
    ['application/json', '{"a":1}', { a: 1 }],
    ['application/json;charset=UTF-8', 'null', null],
    ['Application/JSON', '[]', []],
    ['application/vnd.api+json', '{}', {}],
    ['application/json', '{"a":', undefined],
    ['application/json', '', undefined],
    ['text/html', '{"a":1}', undefined],
    ['text/plain', '1', undefined],
    ['application/jsonp', '1', undefined],
  ])('%s %j', async (type, body, json) => {
    const { fetch } = fakeFetch(() => new Response(body, { headers: { 'content-type': type } }));
    const request = { method: 'POST', url: 'https://example.com', headers: {} };
    const result = await attempt(request, { fetch, signal: never(), timeoutMs: 1000 });
    expect(reply(result)).toMatchObject({ json, text: body });
  });

  test('a compressed body is unpacked', async () => {
    const packed = gzipSync('{"a":1}');
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip', 'content-length': `${packed.length}` };
    const server = await serve(() => (socket) => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`);
      socket.write(packed);
    });
    expect(reply(await post(server.url)).json).toEqual({ a: 1 });
  });
});

describe('no whole answer', () => {
  test.each<[string, Play, Partial<Failure>]>([
    ['reset after sending', reset, { sent: 'unknown', why: 'lost', code: 'ECONNRESET' }],
    ['closed after sending', fin, { sent: 'unknown', why: 'lost' }],
    ['not HTTP', garbage, { sent: 'unknown', why: 'lost' }],
    ['body cut short', cut, { sent: 'unknown', why: 'cut' }],
    ['reset within the body', resetMidway, { sent: 'unknown', why: 'cut' }],
    [
      'broken compression',
      answer(200, { 'content-encoding': 'gzip' }, 'plain'),
      { sent: 'unknown', why: 'cut' },
    ],
    ['too large', answer(200, {}, 'x'.repeat(200_000)), { sent: 'unknown', why: 'too-large' }],
  ])('%s', async (_, play, expected) => {
    const server = await serve(() => play);
    expect(await post(server.url)).toMatchObject({ kind: 'failure', ...expected });
    expect(server.requests).toHaveLength(1);
  });

  test('a small body that unpacks to a large one is too large', async () => {
    const packed = gzipSync('x'.repeat(200_000));
    const server = await serve(() => (socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    });
    expect(await post(server.url)).toMatchObject({ why: 'too-large' });
  });

  test('nothing listens: not sent', async () => {
    const result = await post(await closedPort());
    expect(result).toEqual({ kind: 'failure', sent: 'no', why: 'unreachable', code: 'ECONNREFUSED' });
  });

  test('an unknown name: not sent', async () => {
    expect(await post('http://nobody.invalid/')).toMatchObject({ sent: 'no', why: 'unreachable' });
  });

  test('reset on the first write, then a second attempt of the caller succeeds', async () => {
    const server = await serve(
      () => answerJson(200, []),
      (socket, index) => {
        if (index === 0) socket.resetAndDestroy();
      },
    );
    expect(await post(server.url)).toMatchObject({ kind: 'failure', sent: 'unknown', why: 'lost' });
    expect(reply(await post(server.url)).status).toBe(200);
  });

  test('no answer within the time of the attempt', async () => {
    const server = await serve(() => hang);
    const result = await post(server.url, { timeoutMs: 150 });
    expect(result).toEqual({ kind: 'failure', sent: 'unknown', why: 'timeout', code: 'TIMEOUT' });
  });

  test('the time-out covers a body that never ends', async () => {
    const server = await serve(() => answer(200, JSON_TYPE, '[', 100));
    expect(await post(server.url, { timeoutMs: 150 })).toMatchObject({ sent: 'unknown', why: 'timeout' });
  });

  test('a redirect is neither followed nor an answer', async () => {
    const inner = await serve(() => answerJson(200, { secret: true }));
    const outer = await serve(() => answer(302, { location: inner.url }, ''));
    expect(await post(outer.url)).toMatchObject({ kind: 'failure', sent: 'unknown', why: 'redirect' });
    expect([outer.requests.length, inner.requests.length]).toEqual([1, 0]);
  });
});

describe("the caller's signal", () => {
  test('aborted before: nothing is sent', async () => {
    const server = await serve(() => hang);
    const result = await post(server.url, { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ sent: 'no', why: 'aborted' });
    expect(server.connections()).toBe(0);
  });

  test('aborted while waiting: ends at once and does not know', async () => {
    const controller = new AbortController();
    const server = await serve(() => () => controller.abort());
    const result = await post(server.url, { signal: controller.signal, timeoutMs: 30_000 });
    expect(result).toMatchObject({ sent: 'unknown', why: 'aborted' });
  });
});

describe('what fetch may reject with', () => {
  const failing = (error: unknown) =>
    attempt(
      { method: 'POST', url: 'https://example.com', headers: {} },
      { fetch: () => Promise.reject(error), signal: never(), timeoutMs: 1000 },
    );
  const coded = (code: string, extra: object = {}): Error => Object.assign(new Error(code), { code }, extra);
  const wrapped = (cause: unknown): Error => new TypeError('fetch failed', { cause });

  test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'CERT_HAS_EXPIRED'])(
    '%s was not sent',
    async (code) => {
      expect(await failing(wrapped(coded(code)))).toMatchObject({ sent: 'no', why: 'unreachable', code });
    },
  );

  test.each([
    ['ECONNRESET', 'lost'],
    ['EPIPE', 'lost'],
    ['UND_ERR_SOCKET', 'lost'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_HEADERS_TIMEOUT', 'timeout'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['EWHATEVER', 'lost'],
  ])('%s may have been sent', async (code, why) => {
    expect(await failing(wrapped(coded(code)))).toMatchObject({ sent: 'unknown', why, code });
  });

  test('a cause without a code may have been sent, but for a port that fetch refuses', async () => {
    const odd = await failing(wrapped(new Error('odd')));
    expect(odd).toEqual({ kind: 'failure', sent: 'unknown', why: 'lost', code: 'NETWORK' });
    expect(await failing(wrapped(new Error('bad port')))).toMatchObject({ sent: 'no', why: 'unreachable' });
  });

  test('several addresses: not sent only when none was reached', async () => {
    const refused = coded('ECONNREFUSED');
    const slow = coded('ETIMEDOUT', { syscall: 'connect' });
    const both = new AggregateError([refused, slow]);
    const reached = new AggregateError([refused, coded('ECONNRESET')]);
    expect(await failing(wrapped(both))).toMatchObject({ sent: 'no', why: 'unreachable' });
    expect(await failing(wrapped(reached))).toMatchObject({ sent: 'unknown', why: 'lost' });
  });

  test('a request that cannot be built is a broken program', async () => {
    await expect(failing(new TypeError('Invalid URL'))).rejects.toThrow('Invalid URL');
  });
});
