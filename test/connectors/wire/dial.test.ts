import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DialOptions, dial } from '../../../shared/connectors/wire/dial.js';
import { attempt } from '../../../shared/connectors/wire/transport.js';
import { never, secretsOf, stillClock } from '../fakes.js';
import { contact, open } from '../subjects.js';

/** Made with openssl: an authority, a server and a client of it, and one whom nobody knows. */
const pem = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'fixtures', `${name}.pem`), 'utf8');

interface Ended {
  closeAllConnections(): void;
  close(): unknown;
}
const endLater = (server: Ended): void =>
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });

async function plain(answer: RequestListener) {
  const server = createHttpServer(answer).listen(0, '127.0.0.1');
  endLater(server);
  await once(server, 'listening');
  // It listens on a port, so it has an address of this kind.
  return (server.address() as AddressInfo).port;
}

test('a server that changes the protocol ends the wait', async () => {
  const server = createHttpServer().listen(0, '127.0.0.1');
  endLater(server);
  await once(server, 'listening');
  server.on('connection', (socket) => {
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    );
  });
  const { port } = server.address() as AddressInfo; // of a port
  const wire = { fetch: dial({ allowPrivate: true }), timeoutMs: 10_000, signal: never() };
  const reply = await attempt(
    { method: 'POST', url: `http://127.0.0.1:${port}/`, headers: {}, body: '{}' },
    wire,
  );
  expect(reply).toMatchObject({ kind: 'failure', sent: 'unknown', why: 'lost' });
});

/** A resolver that gives one answer after the other. */
function resolver(...answers: readonly (readonly string[])[]) {
  const left = [...answers];
  const asked: string[] = [];
  const lookup = (name: string, _: unknown, done: (error: null, found: unknown) => void) => {
    asked.push(name);
    const addresses = left.length > 1 ? left.shift() : left[0];
    done(
      null,
      (addresses ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  // It answers as dns.lookup does when it is asked for all addresses, the one way it is asked here.
  return { asked, lookup: lookup as unknown as NonNullable<DialOptions['lookup']> };
}

const get = (url: string, options: Partial<DialOptions> = {}) =>
  attempt(
    { method: 'POST', url, headers: { 'x-a': 'b' }, body: 'grüße' },
    { fetch: dial({ allowPrivate: false, ...options }), signal: never(), timeoutMs: 5000 },
  );

const REFUSED = { kind: 'failure', sent: 'no', why: 'unreachable', code: 'PRIVATE_ADDRESS' };

describe('whom it connects to', () => {
  test.each([
    ['10.0.0.1'],
    ['169.254.169.254'],
    ['127.0.0.1'],
    ['::1'],
    ['fd00::1'],
    ['::ffff:10.0.0.1'],
    ['1.1.1.1', '10.0.0.1'],
  ])('a name that stands for %s is refused before anything is sent', async (...addresses) => {
    const { lookup, asked } = resolver(addresses);
    expect(await get('https://crm.example.com/x', { lookup })).toEqual(REFUSED);
    expect(asked).toEqual(['crm.example.com']);
  });

  test.each([
    'https://10.0.0.1/',
    'https://[fd00::1]/',
    'https://2852039166/',
    'https://[::ffff:192.168.0.1]/',
  ])('the address %s is refused without asking anybody', async (url) => {
    const { lookup, asked } = resolver(['1.1.1.1']);
    expect(await get(url, { lookup })).toEqual(REFUSED);
    expect(asked).toEqual([]);
  });

  test('the address that was looked at is the one that is connected to: one question, so none to answer differently', async () => {
    let calls = 0;
    const port = await plain((_, response) => {
      calls++;
      response.end('inside');
    });
    // Public at first, private at the second question: rebinding. There is none.
    const { lookup, asked } = resolver(['127.0.0.1'], ['127.0.0.1']);
    expect(await get(`http://crm.example.com:${port}/`, { lookup })).toEqual(REFUSED);
    expect([calls, asked.length]).toEqual([0, 1]);
    expect(await get(`http://crm.example.com:${port}/`, { lookup, allowPrivate: true })).toMatchObject({
      status: 200,
    });
    expect([calls, asked.length]).toEqual([1, 2]);
  });

  test('this machine, where the URL names it; but not what its name is made to stand for', async () => {
    const port = await plain((_, response) => response.end('here'));
    expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, text: 'here' });
    expect(await get(`http://localhost:${port}/`)).toMatchObject({ status: 200 });
    const { lookup } = resolver(['10.0.0.1']);
    expect(await get(`http://localhost:${port}/`, { lookup })).toEqual(REFUSED);
  });
});

describe('what it sends and reads', () => {
  test('method, headers and bytes arrive; the answer with its headers comes back', async () => {
    const seen: unknown[] = [];
    const port = await plain((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => {
        seen.push([
          request.method,
          request.url,
          request.headers['x-a'],
          request.headers['content-length'],
          text,
        ]);
        response.writeHead(201, { 'content-type': 'application/json', 'x-c': 'd' }).end('{"a":1}');
      });
    });
    const reply = await get(`http://127.0.0.1:${port}/p?q=1`);
    expect(seen).toEqual([['POST', '/p?q=1', 'b', '7', 'grüße']]);
    expect(reply).toMatchObject({ status: 201, json: { a: 1 } });
    expect(reply.kind === 'reply' && reply.headers.get('x-c')).toBe('d');
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'the body of a %s arrives whole, and its end is known',
    async (method) => {
      const port = await plain((request, response) => {
        let text = '';
        request.on('data', (chunk) => {
          text += chunk;
        });
        request.on('end', () => response.end(`${request.headers['content-length']} ${text}`));
      });
      const wire = { fetch: dial({ allowPrivate: false }), signal: never(), timeoutMs: 5000 };
      const request = { method, url: `http://127.0.0.1:${port}/`, headers: {}, body: 'grüße' };
      expect(await attempt(request, wire)).toMatchObject({ text: '7 grüße' });
      expect(await attempt({ method, url: request.url, headers: {} }, wire)).toMatchObject({ status: 200 });
    },
  );

  test('gzip is undone, and counted as what it comes to', async () => {
    const port = await plain((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(50_000)));
    });
    const wire = { fetch: dial({ allowPrivate: false }), signal: never(), timeoutMs: 5000 };
    const request = { method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {} };
    expect(await attempt(request, wire)).toMatchObject({ text: 'x'.repeat(50_000) });
    expect(await attempt(request, { ...wire, maxBytes: 1000 })).toMatchObject({ why: 'too-large' });
  });

  test.each([301, 302, 303, 307, 308])('%d is never followed', async (status) => {
    const port = await plain((_, response) => {
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end();
    });
    expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({ kind: 'failure', why: 'redirect' });
  });

  test('204 has no body', async () => {
    const port = await plain((_, response) => {
      response.writeHead(204).end();
    });
    expect(await get(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 204, text: '' });
  });
});

describe('a certificate of ours', () => {
  const server = async () => {
    const names: string[] = [];
    const listening = createServer(
      {
        key: pem('server.key'),
        cert: pem('server'),
        ca: pem('ca'),
        requestCert: true,
        rejectUnauthorized: true,
      },
      (_, response) => {
        names.push('in');
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      },
    ).listen(0, '127.0.0.1');
    endLater(listening);
    await once(listening, 'listening');
    return { names, url: `https://127.0.0.1:${(listening.address() as AddressInfo).port}/rows` };
  };
  const connect = (url: string, stored: Record<string, string>) =>
    open(
      { type: 'http', url, tls: { certificate: 'secret:cert', key: 'secret:key', ca: 'secret:ca' } },
      { secrets: secretsOf(stored), clock: stillClock() },
    );
  const CLIENT = { cert: pem('client'), key: pem('client.key'), ca: pem('ca') };
  const STRANGER = { cert: pem('stranger'), key: pem('stranger.key'), ca: pem('ca') };

  test('opens a server that asks for one; another one does not', async () => {
    const { url, names } = await server();
    expect(await connect(url, CLIENT).send([contact('p1')], never())).toEqual([{ kind: 'accepted' }]);
    expect(names).toEqual(['in']);
    const [outcome] = await connect(url, STRANGER).send([contact('p1')], never());
    expect(outcome?.kind).not.toBe('accepted');
    expect(names).toEqual(['in']);
  });

  test('that was replaced is read again after a failure', async () => {
    const { url } = await server();
    const stored: Record<string, string> = { ...STRANGER };
    const connector = connect(url, stored);
    expect(await connector.send([contact('p1')], never())).not.toEqual([{ kind: 'accepted' }]);
    Object.assign(stored, CLIENT);
    expect(await connector.send([contact('p1')], never())).toEqual([{ kind: 'accepted' }]);
  });

  test('a server of an authority we were not told of is not spoken to', async () => {
    const { url } = await server();
    const connector = open(
      { type: 'http', url, tls: { certificate: 'secret:cert', key: 'secret:key' } },
      { secrets: secretsOf(CLIENT), clock: stillClock() },
    );
    expect(await connector.send([contact('p1')], never())).toMatchObject([
      { kind: 'retry', fault: { code: 'remote.unavailable' } },
    ]);
  });

  test.each([
    ['not PEM', { ...CLIENT, cert: 'x' }],
    ['a key of another', { ...CLIENT, key: pem('server.key') }],
  ])('%s is a fault of the config, and its text is not shown', async (_, stored) => {
    const [outcome] = await connect('https://127.0.0.1:9/', stored).send([contact('p1')], never());
    expect(outcome).toMatchObject({ kind: 'retry', unsent: true, fault: { code: 'config.invalid' } });
    expect(outcome?.kind === 'retry' && outcome.fault.message).not.toContain('BEGIN');
  });
});
