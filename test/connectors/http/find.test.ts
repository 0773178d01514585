import { describe, expect, test } from 'vitest';
import type { Action, Operation } from '../../../shared/core/remote.js';
import { type Asked, jsonResponse } from '../fakes.js';
import { contact } from '../subjects.js';
import { api, hole } from './api.js';

const CONFIG = {
  find: { url: `https://api.example.com/search?ref=${hole('key')}`, rows: 'data.items' },
  url: `https://api.example.com/rows/${hole('found.item.id')}`,
  method: 'PATCH',
  body: hole('fields'),
  operations: {
    upsert: {
      create: {
        url: 'https://api.example.com/rows',
        method: 'POST',
        body: { ref: hole('key'), all: hole('fields') },
      },
    },
    add: { method: 'POST', body: { row: hole('found.item.id'), list: hole('list as number') } },
    send: { url: 'https://api.example.com/messages', method: 'POST' },
  },
};
const row = (operation: Operation, more: Partial<Action> = {}): Action => ({
  ...contact('p 1', { name: 'Ada' }),
  operation,
  ...more,
});
const finding =
  (...items: unknown[]) =>
  ({ url }: Asked): Response =>
    url.includes('/search') ? jsonResponse(200, { data: { items } }) : jsonResponse(200, {});
const requests = (asked: readonly Asked[]) =>
  asked.map(({ method, url }) => `${method} ${url.slice('https://api.example.com'.length)}`);

describe('a row that is looked up first', () => {
  test('is written by the id that was found', async () => {
    const { asked, send } = api(CONFIG, finding({ item: { id: 51 } }));
    expect(await send(row('upsert'), row('add', { list: '7' }))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
    ]);
    expect(requests(asked)).toEqual([
      'GET /search?ref=p%201',
      'PATCH /rows/51',
      'GET /search?ref=p%201',
      'POST /rows/51',
    ]);
    expect(asked[0]?.body).toBe('');
    expect(JSON.parse(asked[3]?.body ?? '')).toEqual({ row: 51, list: 7 });
  });

  test('is made when there is none and the operation may make it', async () => {
    const { asked, send } = api(CONFIG, finding());
    expect(await send(row('upsert'))).toMatchObject([{ kind: 'accepted' }]);
    expect(requests(asked)[1]).toBe('POST /rows');
    expect(JSON.parse(asked[1]?.body ?? '')).toEqual({ ref: 'p 1', all: { name: 'Ada' } });
  });

  test.each<[Operation, object]>([
    ['update', { kind: 'absent' }],
    ['remove', { kind: 'absent' }],
    ['delete', { kind: 'absent' }],
    ['add', { kind: 'rejected', code: 'find.none' }],
  ])('%s of a row that is not there writes nothing', async (operation, outcome) => {
    const { asked, send } = api(CONFIG, finding());
    expect(await send(row(operation, { list: '7' }))).toMatchObject([outcome]);
    expect(asked).toHaveLength(1);
  });

  test('404 to the question is an answer too', async () => {
    const { send } = api(CONFIG, ({ url }) => jsonResponse(url.includes('/search') ? 404 : 200, {}));
    expect(await send(row('update'), row('upsert'))).toMatchObject([
      { kind: 'absent' },
      { kind: 'accepted' },
    ]);
  });

  test('two rows with the key: nobody knows which, so neither is written', async () => {
    const { asked, send } = api(CONFIG, finding({ item: { id: 1 } }, { item: { id: 2 } }));
    expect(await send(row('upsert'))).toMatchObject([{ kind: 'rejected', code: 'find.ambiguous' }]);
    expect(asked).toHaveLength(1);
  });

  test('an operation that does not speak of what was found does not ask', async () => {
    const { asked, send } = api(CONFIG, finding());
    await send(row('send', { key: {} }));
    expect(requests(asked)).toEqual(['POST /messages']);
  });

  test.each<[string, () => Response, object]>([
    ['503', () => jsonResponse(503, {}), { fault: { code: 'remote.unavailable' } }],
    ['429', () => jsonResponse(429, {}, { 'retry-after': '2' }), { afterMs: 2000 }],
    ['something else', () => jsonResponse(200, { data: 'x' }), { fault: { code: 'remote.unanswered' } }],
    ['no JSON', () => new Response('<html>'), { fault: { code: 'remote.unanswered' } }],
    [
      'a lost connection',
      () => {
        throw new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) });
      },
      { fault: { code: 'remote.unanswered' } },
    ],
  ])('%s to the question: nothing was sent, nothing is unknown', async (_, respond, outcome) => {
    const { asked, send } = api(CONFIG, respond);
    expect(await send(row('upsert'))).toMatchObject([{ kind: 'retry', unsent: true, ...outcome }]);
    expect(asked).toHaveLength(1);
  });

  test('a list that must be a number and is none is refused before anything is written', async () => {
    const { asked, send } = api(CONFIG, finding({ item: { id: 1 } }));
    expect(await send(row('add', { list: 'vip' }))).toMatchObject([
      { kind: 'rejected', code: 'template.value' },
    ]);
    expect(asked).toHaveLength(1);
  });
});
