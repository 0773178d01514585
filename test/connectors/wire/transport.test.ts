import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { retryAfterMs } from '../../../shared/connectors/wire/retry-after.js';
import { attempt } from '../../../shared/connectors/wire/transport.js';
import { fakeFetch, never, T0 } from '../fakes.js';
import { answer, answerJson, hang } from '../fault-server.js';
import { JSON_TYPE, post, reply, serve } from '../posting.js';

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
