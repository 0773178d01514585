import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../shared/core/remote.js';
import { jsonResponse } from '../fakes.js';
import { contact } from '../subjects.js';
import { api, hole } from './api.js';

const rows = (...keys: string[]) => keys.map((key) => contact(key, { name: key.toUpperCase() }));

const ITEMS = {
  items: 'result',
  success: { equals: { path: 'status', value: 'ok' } },
  errors: {
    code: 'why.code',
    text: 'why.text',
    field: 'why.field',
    codes: { LOCK: 'busy', DUP: 'accepted', LIMIT: 'throttled' },
  },
};
const batched = (answer: unknown, more: object = {}) => ({
  body: { id: hole('key'), name: hole('fields.name') },
  batch: { maxRows: 3, body: { kind: hole('object'), input: hole('rows') }, answer },
  ...more,
});
const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);

/** What a connection makes of one answer to three rows a, b and c. */
const judged = (answer: unknown, body: unknown, status = 200, more: object = {}) =>
  api(batched(answer, more), () => jsonResponse(status, body)).send(...rows('a', 'b', 'c'));

describe('one request for many rows', () => {
  test('each row is written by the body, all of them into the body of the batch', async () => {
    const { connector, asked, send } = api(batched(ITEMS), ({ body }) =>
      jsonResponse(200, { result: JSON.parse(body).input.map(() => ({ status: 'ok' })) }),
    );
    expect(connector.maxRows).toBe(3);
    expect(kinds(await send(...rows('a', 'b', 'c', 'd')))).toEqual(Array(4).fill('accepted'));
    expect(asked.map(({ body }) => JSON.parse(body))).toEqual([
      {
        kind: 'Contact',
        input: [
          { id: 'a', name: 'A' },
          { id: 'b', name: 'B' },
          { id: 'c', name: 'C' },
        ],
      },
      { kind: 'Contact', input: [{ id: 'd', name: 'D' }] },
    ]);
  });

  test('the connector says how many rows each operation takes, and how many bytes', () => {
    const { connector } = api({
      ...batched(ITEMS, {}),
      batch: { maxRows: 3, maxBytes: 1000, body: hole('rows'), answer: ITEMS },
      operations: {
        send: { batch: false },
        update: { batch: { maxRows: 9, maxBytes: 500, answer: 'all-or-nothing' } },
      },
    });
    const atOnce = (operation: 'send' | 'update' | 'add') =>
      connector.rowsAtOnce?.({ operation, object: 'x' });
    expect([atOnce('send'), atOnce('update'), atOnce('add')]).toEqual([1, 9, 3]);
    expect(connector).toMatchObject({ maxRows: 9, maxBytes: 500 });
  });

  test('a row that cannot be written is refused by itself; the others go', async () => {
    const { asked, send } = api(batched(ITEMS, { body: { id: hole('key as number') } }), ({ body }) =>
      jsonResponse(200, { result: JSON.parse(body).input.map(() => ({ status: 'ok' })) }),
    );
    const outcomes = await send(...rows('1', 'x', '3'));
    expect(kinds(outcomes)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(outcomes[1]).toMatchObject({ code: 'template.value' });
    expect(JSON.parse(asked[0]?.body ?? '').input).toEqual([{ id: 1 }, { id: 3 }]);
  });
});

describe('what the items say', () => {
  const good = { status: 'ok' };
  const bad = (code: string) => ({ status: 'no', why: { code, text: 'because', field: 'name' } });

  test('by position, in the words of the API, and codes by their meaning', async () => {
    expect(await judged(ITEMS, { result: [good, bad('NAME'), bad('LOCK')] })).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'NAME', text: 'because', field: 'name' },
      { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } },
    ]);
    expect(await judged(ITEMS, { result: [bad('DUP'), bad('LIMIT'), {}] })).toMatchObject([
      { kind: 'accepted' },
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.throttled' } },
      { kind: 'rejected', code: 'HTTP_ITEM' },
    ]);
  });

  test.each<[string, unknown]>([
    ['too few', { result: [good, good] }],
    ['too many', { result: [good, good, good, good] }],
    ['no list', { result: 'fine' }],
    ['nothing there', {}],
  ])('a list with %s says nothing of any row', async (_, body) => {
    expect(kinds(await judged(ITEMS, body))).toEqual(['unknown', 'unknown', 'unknown']);
  });

  test('by the path of an index; a row that is not mentioned is unknown', async () => {
    const answer = { ...ITEMS, by: { index: 'i' } };
    expect(
      kinds(
        await judged(answer, {
          result: [
            { i: 2, ...good },
            { i: 0, ...bad('X') },
          ],
        }),
      ),
    ).toEqual(['rejected', 'unknown', 'accepted']);
    expect(kinds(await judged(answer, { result: [{ i: 7, ...good }] }))).toEqual(Array(3).fill('unknown'));
  });

  test('by the path of a key; strangers are passed over, contradictions believed nowhere', async () => {
    const answer = { ...ITEMS, by: { key: 'ref.id' } };
    const item = (id: string, said: object) => ({ ref: { id }, ...said });
    const body = { result: [item('b', good), item('zz', bad('X')), item('c', good), item('c', bad('X'))] };
    expect(kinds(await judged(answer, body))).toEqual(['unknown', 'accepted', 'unknown']);
  });

  test('by name', async () => {
    const answer = { by: 'name', success: { equals: { value: true } } };
    expect(kinds(await judged(answer, { a: true, b: false, http_etag: 'x' }))).toEqual([
      'accepted',
      'rejected',
      'unknown',
    ]);
    expect(kinds(await judged(answer, { constructor: true }))).toEqual(Array(3).fill('unknown'));
  });

  test('where only failures are listed, the others are accepted, as long as the answer is one', async () => {
    const answer = { items: 'errors', by: { index: 'index' }, others: 'accepted', errors: { code: 'type' } };
    const failed = { errors: [{ index: 1, type: 'EMAIL_BAD_FORMAT' }] };
    expect(await judged(answer, failed)).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'EMAIL_BAD_FORMAT' },
      { kind: 'accepted' },
    ]);
    expect(kinds(await judged(answer, { message: 'success' }))).toEqual(Array(3).fill('accepted'));
    // A failure of nobody knows which row: none of the others can be believed.
    expect(kinds(await judged(answer, { errors: [{ type: 'X' }] }))).toEqual(Array(3).fill('unknown'));
    expect(kinds(await judged(answer, { errors: 'many' }))).toEqual(Array(3).fill('unknown'));
    expect(kinds(await judged(answer, 'text'))).toEqual(Array(3).fill('unknown'));
  });
});

describe('an answer to the whole request', () => {
  test('that refuses it may be the doing of one row: it says so', async () => {
    expect(await judged(ITEMS, { message: 'bad' }, 400)).toMatchObject(
      Array(3).fill({ kind: 'rejected', code: 'HTTP_400', whole: true }),
    );
    const { send } = api(batched(ITEMS), () => jsonResponse(400, {}));
    expect((await send(...rows('a')))[0]).not.toHaveProperty('whole');
  });

  test('404 is about the address, never about rows', async () => {
    const { send } = api(batched(ITEMS), () => jsonResponse(404, {}));
    expect(await send({ ...contact('a', { name: 'A' }), operation: 'update' })).toMatchObject([
      { kind: 'rejected', code: 'HTTP_404' },
    ]);
  });

  test('that says no by rule with 200 is no yes for any row', async () => {
    const more = { success: { equals: { path: 'success', value: true } } };
    expect(kinds(await judged(ITEMS, { success: false, result: [] }, 200, more))).toEqual(
      Array(3).fill('rejected'),
    );
  });

  test('decides for all rows only where the API does all or nothing', async () => {
    expect(kinds(await judged('all-or-nothing', { id: 1 }))).toEqual(Array(3).fill('accepted'));
  });
});
