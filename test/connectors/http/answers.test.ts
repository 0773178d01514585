import { describe, expect, test } from 'vitest';
import { OPERATIONS, type Operation } from '../../../shared/core/remote.js';
import { jsonResponse } from '../fakes.js';
import { contact } from '../subjects.js';
import { ada, api } from './api.js';

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

  test('401 is about who asks: the connection; 403 about what is asked for: the row', async () => {
    const fault = { code: 'remote.unauthorized' };
    expect(await outcomeOf(() => jsonResponse(401, {}))).toMatchObject({ scope: 'connection', fault });
    const forbidden = await outcomeOf(() => jsonResponse(403, { message: 'ada@example.com is frozen' }));
    expect(forbidden).toMatchObject({ kind: 'retry', scope: 'row', fault });
    expect(JSON.stringify(forbidden)).not.toContain('ada@');
  });

  test('403 with a time to come back is a limit', async () => {
    const limited = () => jsonResponse(403, {}, { 'retry-after': '90' });
    expect(await outcomeOf(limited)).toMatchObject({
      kind: 'retry',
      scope: 'connection',
      afterMs: 90_000,
      fault: { code: 'remote.throttled' },
    });
  });

  test.each([500, 501, 599])('%d may be the doing of the row, so it stops no other', async (status) => {
    expect(await outcomeOf(() => jsonResponse(status, {}))).toMatchObject({ kind: 'retry', scope: 'row' });
  });

  test.each([500, 502, 504, 520, 522, 524])('%d is unknown where repeating is not safe', async (status) => {
    const respond = () => jsonResponse(status, {});
    expect(await outcomeOf(respond, { idempotent: false })).toMatchObject({ kind: 'unknown' });
    expect(await outcomeOf(respond)).toMatchObject({ kind: 'retry' });
  });

  test('what the config says of repetition is what the connector says', () => {
    const repeatable = (config: Readonly<Record<string, unknown>>): readonly Operation[] => {
      const { connector } = api(config);
      return OPERATIONS.filter((operation) => connector.isIdempotent({ operation, object: 'Contact' }));
    };
    expect(repeatable({ idempotent: false })).toEqual([]);
    expect(repeatable({})).toEqual(['upsert', 'update', 'add', 'remove', 'delete']);
    expect(repeatable({ honoursIdempotencyKey: true })).toEqual(OPERATIONS);
    expect(api({}).connector).toMatchObject({ maxRows: 1, operations: OPERATIONS });
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
