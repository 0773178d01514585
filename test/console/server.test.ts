import { request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { type Ask, type ConsoleServer, startServer } from '../../local/console/server.js';

const running = new Set<ConsoleServer>();
afterEach(async () => {
  for (const server of running) await server.close();
  running.clear();
});

const asks: { method: string; ask: Ask }[] = [];
const errors: unknown[] = [];

async function started(): Promise<ConsoleServer> {
  asks.length = 0;
  errors.length = 0;
  const server = await startServer({
    port: 0,
    token: 'token',
    assets: new Map([['/', { type: 'text/html; charset=utf-8', bytes: Buffer.from('<!doctype html>') }]]),
    answer: async (method, ask) => {
      asks.push({ method, ask });
      if (ask.path === '/api/broken') throw new Error('a defect that quotes ada@example.com');
      return { status: 200, value: { echoed: ask.body ?? null } };
    },
    follow: (response) => void response.end('{"kind":"hello"}\n'),
    onError: (error) => void errors.push(error),
  });
  running.add(server);
  return server;
}

const headers = { authorization: 'Bearer token', 'content-type': 'application/json' };
const urlOf = ({ port }: ConsoleServer, path: string): string => `http://127.0.0.1:${port}${path}`;

test('serves the page with its policy, and questions with the token only', async () => {
  const server = await started();
  const page = await fetch(urlOf(server, '/'));
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect((await fetch(urlOf(server, '/api/rules'))).status).toBe(401);
  const told = await fetch(urlOf(server, '/api/rules?n=7'), { headers });
  expect(await told.json()).toEqual({ echoed: null });
  expect(asks.map(({ ask }) => ask.query.get('n'))).toEqual(['7']);
});

test('a body of JSON arrives as a value; what is none, or too long, is refused', async () => {
  const server = await started();
  const post = (body: string) => fetch(urlOf(server, '/api/play'), { method: 'POST', headers, body });
  expect(await (await post('{"a":[1]}')).json()).toEqual({ echoed: { a: [1] } });
  expect((await post('{"a":')).status).toBe(400);
  expect((await post(`"${'x'.repeat(2_200_000)}"`)).status).toBe(413);
  expect(asks).toHaveLength(1);
});

test('a request under a foreign name is turned away before anything is looked at', async () => {
  const { port } = await started();
  const status = await new Promise((resolve) => {
    const options = { port, host: '127.0.0.1', headers: { ...headers, host: 'evil.example.com' } };
    request({ ...options, path: '/api/rules' }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).end();
  });
  expect(status).toBe(421);
  expect(asks).toEqual([]);
});

test('a defect within is told in the terminal, not to the page', async () => {
  const server = await started();
  const answer = await fetch(urlOf(server, '/api/broken'), { headers });
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('ada@example.com');
  expect(errors).toHaveLength(1);
});

test('addresses that are none, and pages that are none, do no harm', async () => {
  const server = await started();
  for (const path of ['/nothing', '//evil.example.com/api/rules', '/../package.json', '/%2e%2e/package.json'])
    expect((await fetch(urlOf(server, path), { headers })).status, path).toBeGreaterThanOrEqual(400);
});

test('listens on this machine alone, and a taken port is a fault that says so', async () => {
  const { port } = await started();
  await expect(
    startServer({
      port,
      token: 'token',
      assets: new Map(),
      answer: async () => ({ status: 200, value: {} }),
      follow: () => undefined,
      onError: () => undefined,
    }),
  ).rejects.toMatchObject({ code: 'config.port-in-use' });
});
