import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { attempt, type Failure } from '../../../shared/connectors/wire/transport.js';
import { never } from '../fakes.js';
import {
  answer,
  answerJson,
  closedPort,
  cut,
  fin,
  garbage,
  hang,
  type Play,
  reset,
  resetMidway,
} from '../fault-server.js';
import { JSON_TYPE, post, reply, serve } from '../posting.js';

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
