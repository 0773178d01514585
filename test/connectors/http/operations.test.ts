import { describe, expect, test } from 'vitest';
import type { Action, Operation } from '../../../shared/core/remote.js';
import { jsonResponse } from '../fakes.js';
import { api, hole } from './api.js';

const row = (operation: Operation, more: Partial<Action> = {}): Action => ({
  connection: 'crm',
  operation,
  object: 'Contact',
  key: { Id: 'C 1' },
  fields: {},
  ...more,
});
const post = row('send', { key: {}, fields: { text: 'hi' }, idempotencyKey: 'abc.1' });

const bodies = (asked: readonly { readonly body: string }[]): unknown[] =>
  asked.map(({ body }) => (body === '' ? undefined : JSON.parse(body)));

describe('every operation', () => {
  test('without templates of its own the body names it, and what an action has not is left out', async () => {
    const { asked, send } = api({});
    await send(row('add', { list: 'L1' }), post);
    expect(bodies(asked)).toEqual([
      { operation: 'add', object: 'Contact', list: 'L1', key: 'C 1', fields: {} },
      { operation: 'send', object: 'Contact', fields: { text: 'hi' }, idempotencyKey: 'abc.1' },
    ]);
  });

  test('may have an address, method and body of its own', async () => {
    const { asked, send } = api({
      operations: {
        delete: { method: 'DELETE', url: `https://api.example.com/rows/${hole('key')}`, body: false },
        add: { url: `https://api.example.com/lists/${hole('list')}`, body: { member: hole('key') } },
      },
    });
    await send(row('delete'), row('add', { list: 'L/1' }), row('upsert'));
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'DELETE https://api.example.com/rows/C%201',
      'POST https://api.example.com/lists/L%2F1',
      'POST https://api.example.com/rows',
    ]);
    expect(bodies(asked).slice(0, 2)).toEqual([undefined, { member: 'C 1' }]);
  });

  test('may have a success rule of its own', async () => {
    const { send } = api({ operations: { send: { success: { present: 'ts' } } } }, () =>
      jsonResponse(200, {}),
    );
    expect(await send(post, row('upsert'))).toMatchObject([{ kind: 'rejected' }, { kind: 'accepted' }]);
  });

  test('what is sent once carries its key in the header, rows do not', async () => {
    const { asked, send } = api({});
    await send(post, row('upsert'));
    expect(asked.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['"abc.1"', null]);
  });
});

describe('a row that is not there', () => {
  test.each([404, 410])(
    '%d is an answer for an update, a removal and a deletion, and a refusal otherwise',
    async (status) => {
      const { send } = api({}, () => jsonResponse(status, {}));
      const kinds = await send(
        row('update'),
        row('remove', { list: 'L' }),
        row('delete'),
        row('upsert'),
        post,
      );
      expect(kinds.map(({ kind }) => kind)).toEqual(['absent', 'absent', 'absent', 'rejected', 'rejected']);
    },
  );
});

test('a send without an answer may be repeated only where the API honours the key', async () => {
  const gone = (): Response => jsonResponse(504, {});
  expect(await api({}, gone).send(post)).toMatchObject([{ kind: 'unknown' }]);
  expect(await api({ honoursIdempotencyKey: true }, gone).send(post)).toMatchObject([{ kind: 'retry' }]);
});

test('an operation that the API cannot do is refused without a request, and not promised', async () => {
  const { asked, connector, send } = api({ operations: { add: false, send: false } });
  expect(connector.operations).toEqual(['upsert', 'update', 'remove', 'delete']);
  expect(await send(row('add', { list: 'L' }), row('add', { list: 'L' }))).toMatchObject(
    Array(2).fill({ kind: 'rejected', code: 'operation.none' }),
  );
  expect(asked).toEqual([]);
});
