import { expect, test } from 'vitest';
import { fakeFetch, jsonResponse, never } from '../fakes.js';
import { contact, open } from '../subjects.js';
import { ada, hole } from './api.js';

const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** What a connection asks for while `traceparent` says this. */
async function askedWith(traceparent: string | undefined, more: object = {}) {
  const { fetch, asked } = fakeFetch(({ url }) =>
    jsonResponse(200, url.endsWith('/token') ? { access_token: 't', token_type: 'Bearer' } : { items: [{}] }),
  );
  const config = { type: 'http', url: 'https://api.example.com/rows', ...more };
  await open(config, { fetch, traceparent: () => traceparent }).send([ada, contact('p2')], never());
  return asked.map(({ url, headers }) => [new URL(url).pathname, headers.get('traceparent')]);
}

test('each request names the trace that it belongs to, also one that looks a row up; the login does not', async () => {
  const find = { url: `https://api.example.com/find?id=${hole('key')}`, rows: 'items' };
  const auth = {
    clientCredentials: { tokenUrl: 'https://api.example.com/token', clientId: 'us', secret: 'secret:apikey' },
  };
  const body = { row: hole('found.id') };
  const asked = await askedWith(TRACE, { find, auth, body });
  expect(asked).toContainEqual(['/token', null]);
  expect(asked).toContainEqual(['/find', TRACE]);
  for (const [path, trace] of asked) if (path !== '/token') expect(trace).toBe(TRACE);
});

test('without a trace there is no such header', async () => {
  expect(await askedWith(undefined)).toEqual([
    ['/rows', null],
    ['/rows', null],
  ]);
});

test('a header of the connection itself stands', async () => {
  const own = '00-11111111111111111111111111111111-2222222222222222-00';
  const asked = await askedWith(TRACE, { headers: { Traceparent: own } });
  expect(asked.map(([, trace]) => trace)).toEqual([own, own]);
});
