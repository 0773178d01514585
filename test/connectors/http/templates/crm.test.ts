import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../../shared/core/remote.js';
import { jsonResponse } from '../../fakes.js';
import { act, example, guarded, sentTo, type Vendor } from './example.js';

const kinds = (outcomes: readonly Outcome[]) => outcomes.map(({ kind }) => kind);
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;
const has = (json: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (value, name) => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined),
    json,
  );

describe('odoo.yaml', () => {
  const found = (...rows: unknown[]): Vendor =>
    guarded('authorization', 'bearer odoo-key', (_, url) =>
      jsonResponse(
        200,
        url.pathname.endsWith('search_read') ? rows : url.pathname.endsWith('create') ? [9] : true,
      ),
    );

  test('a partner that is there is written, one that is not is made', async () => {
    const there = await example('odoo', found({ id: 25 }));
    expect(kinds(await there.send(act('upsert', 'p1', { name: 'Ada' })))).toEqual(['accepted']);
    expect(sentTo(there.asked, '/json/2/res.partner/search_read')).toMatchObject([
      { domain: [['ref', '=', 'p1']] },
    ]);
    expect(sentTo(there.asked, '/json/2/res.partner/write')).toEqual([{ ids: [25], vals: { name: 'Ada' } }]);
    const missing = await example('odoo', found());
    expect(kinds(await missing.send(act('upsert', 'p1', { name: 'Ada' }), act('update', 'p1')))).toEqual([
      'accepted',
      'absent',
    ]);
    expect(sentTo(missing.asked, '/json/2/res.partner/create')).toEqual([
      { vals_list: [{ name: 'Ada', ref: 'p1' }] },
    ]);
  });

  test('categories are joined and left', async () => {
    const { asked, send } = await example('odoo', found({ id: 25 }));
    await send(act('add', 'p1', {}, '7'), act('remove', 'p1', {}, '7'));
    expect(sentTo(asked, '/json/2/res.partner/write')).toEqual([
      { ids: [25], vals: { category_id: [[4, 7]] } },
      { ids: [25], vals: { category_id: [[3, 7]] } },
    ]);
  });

  test('a refusal in the words of Odoo, without its traceback', async () => {
    const { send } = await example('odoo', (_, url) =>
      url.pathname.endsWith('search_read')
        ? jsonResponse(200, [])
        : jsonResponse(422, {
            name: 'odoo.exceptions.ValidationError',
            message: 'No such country',
            debug: 'Traceback',
          }),
    );
    const outcomes = await send(act('upsert', 'p1'));
    expect(outcomes).toEqual([
      { kind: 'rejected', code: 'odoo.exceptions.ValidationError', text: 'No such country' },
    ]);
  });
});

describe('pipedrive.yaml', () => {
  const CUSTOM = '0123456789abcdef0123456789abcdef01234567';
  const pipedrive = (items: readonly unknown[], status = 200, headers = {}): Vendor =>
    guarded('x-api-token', 'pipedrive-key', (_, url) =>
      url.pathname.endsWith('/search')
        ? jsonResponse(200, { success: true, data: { items } })
        : jsonResponse(
            status,
            status < 300 ? { success: true, data: { id: 1 } } : { success: false, error: 'no', code: 'ERR' },
            headers,
          ),
    );

  test('a person that is there is changed, one that is not is made', async () => {
    const there = await example('pipedrive', pipedrive([{ item: { id: 51 } }]));
    expect(kinds(await there.send(act('upsert', 'ada+x@example.com', { name: 'Ada', vip: true })))).toEqual([
      'accepted',
    ]);
    expect(new URL(there.asked[0]?.url ?? '').searchParams.get('term')).toBe('ada+x@example.com');
    expect(there.asked[1]?.method).toBe('PATCH');
    expect(sentTo(there.asked, '/api/v2/persons/51')).toEqual([
      { name: 'Ada', custom_fields: { [CUSTOM]: true } },
    ]);
    const missing = await example('pipedrive', pipedrive([], 201));
    expect(await missing.send(act('upsert', 'a@example.com', { name: 'Ada' }))).toEqual([
      { kind: 'accepted', created: true },
    ]);
    expect(sentTo(missing.asked, '/api/v2/persons')).toMatchObject([
      { name: 'Ada', emails: [{ value: 'a@example.com', primary: true }] },
    ]);
  });

  test('its answers', async () => {
    const outcome = async (status: number, headers = {}) =>
      (
        await (
          await example('pipedrive', pipedrive([{ item: { id: 1 } }], status, headers))
        ).send(act('update', 'a@example.com'))
      )[0];
    expect(await outcome(400)).toEqual({ kind: 'rejected', code: 'ERR', text: 'no' });
    expect(await outcome(429, { 'x-ratelimit-reset': '2' })).toMatchObject({ kind: 'retry', afterMs: 2000 });
    expect(await outcome(403)).toMatchObject({ kind: 'retry', fault: { code: 'remote.unauthorized' } });
    const { send, asked } = await example('pipedrive', pipedrive([{ item: { id: 1 } }, { item: { id: 2 } }]));
    expect(await send(act('upsert', 'a@example.com'))).toMatchObject([{ code: 'find.ambiguous' }]);
    expect(asked).toHaveLength(1);
  });
});

describe('zendesk.yaml', () => {
  const zendesk = (...users: unknown[]): Vendor =>
    guarded('authorization', basic('agent@example.com/token:zendesk-key'), (asked, url, json) => {
      if (url.pathname.endsWith('/search.json')) return jsonResponse(200, { users, count: users.length });
      if (url.pathname.includes('/tags'))
        return jsonResponse(200, { tags: asked.method === 'PUT' ? has(json, 'tags') : [] });
      if (has(json, 'user', 'name') === '')
        return jsonResponse(422, {
          error: 'RecordInvalid',
          description: 'Record validation errors',
          details: {},
        });
      return jsonResponse(201, { user: { id: 7 } });
    });

  test('users are made and changed by their external id, tags put on and taken off', async () => {
    const { asked, send } = await example('zendesk', zendesk({ id: 7 }));
    const actions = [
      act('upsert', 'p1', { name: 'Ada' }),
      act('update', 'p1', { name: 'A' }),
      act('add', 'p1', {}, 'vip'),
      act('remove', 'p1', {}, 'vip'),
    ];
    expect(kinds(await send(...actions))).toEqual(Array(4).fill('accepted'));
    expect(sentTo(asked, '/api/v2/users/create_or_update.json')).toEqual([
      { user: { name: 'Ada', external_id: 'p1' } },
    ]);
    expect(
      asked.filter(({ url }) => url.includes('/7/tags')).map(({ method, body }) => `${method} ${body}`),
    ).toEqual(['PUT {"tags":["vip"]}', 'DELETE {"tags":["vip"]}']);
  });

  test('a refusal, and a user who is not there', async () => {
    const { send } = await example('zendesk', zendesk());
    expect(await send(act('upsert', 'p1', { name: '' }))).toEqual([
      { kind: 'rejected', code: 'RecordInvalid', text: 'Record validation errors' },
    ]);
    expect(kinds(await send(act('remove', 'p1', {}, 'vip'), act('update', 'p1', { name: 'A' })))).toEqual([
      'absent',
      'absent',
    ]);
  });
});

describe('tryton.yaml', () => {
  const tryton = (answer: (method: string) => object): Vendor =>
    guarded('authorization', basic('tributary:secretpw'), (_, url, json) => {
      expect(url.pathname).toBe('/crm/');
      return jsonResponse(200, { id: 1, ...answer(String(has(json, 'method')).split('.').at(-1) ?? '') });
    });

  test('a duplicate, said with status 200, is rejected in the words of Tryton', async () => {
    const vendor = tryton((method) =>
      method === 'search_read'
        ? { result: [] }
        : { error: ['UserError', ['The code on party must be unique.', '', null]] },
    );
    const { send } = await example('tryton', vendor);
    expect(await send(act('upsert', 'aep-1', { name: 'Ada' }))).toEqual([
      { kind: 'rejected', code: 'UserError', text: '["The code on party must be unique.","",null]' },
    ]);
  });

  test('a stale lock is tried again', async () => {
    const vendor = tryton((method) =>
      method === 'search_read'
        ? { result: [{ id: 3 }] }
        : { error: ['ConcurrencyException', 'Records were modified'] },
    );
    const { asked, send } = await example('tryton', vendor);
    expect(await send(act('add', 'aep-1', {}, '4'))).toMatchObject([
      { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } },
    ]);
    expect(sentTo(asked, '/crm/')[1]).toMatchObject({ params: [[3], { categories: [['add', [4]]] }, {}] });
  });
});

describe('mailman.yaml', () => {
  const mailman = (members: Set<string>): Vendor =>
    guarded('authorization', basic('restadmin:restpass'), (asked, url, json) => {
      if (asked.method === 'DELETE') {
        const emails = has(json, 'emails');
        const gone = Array.isArray(emails)
          ? emails.map((email) => [email, members.delete(String(email))])
          : [];
        return jsonResponse(200, { ...Object.fromEntries(gone), http_etag: '"x"' });
      }
      expect(url.pathname).toBe('/3.1/members');
      const email = String(has(json, 'subscriber'));
      if (has(json, 'list_id') !== 'vip.aep.test')
        return jsonResponse(400, { title: '400 Bad Request', description: 'No such list' });
      if (members.has(email))
        return jsonResponse(409, { title: '409 Conflict', description: 'Member already subscribed' });
      members.add(email);
      return new Response(null, { status: 201 });
    });

  test('members join, once or twice, and leave together, each with an answer', async () => {
    const members = new Set<string>();
    const { asked, send } = await example('mailman', mailman(members));
    const join = act('add', 'ada@example.com', {}, 'vip.aep.test');
    expect(await send(join, join)).toEqual([{ kind: 'accepted', created: true }, { kind: 'accepted' }]);
    const leave = (key: string) => act('remove', key, {}, 'vip.aep.test');
    expect(kinds(await send(leave('ada@example.com'), leave('nobody@example.com')))).toEqual([
      'accepted',
      'absent',
    ]);
    expect([members.size, asked.length]).toEqual([0, 3]);
    expect(await send(act('add', 'ada@example.com', {}, 'no'))).toEqual([
      { kind: 'rejected', code: 'HTTP_400', text: 'No such list' },
    ]);
  });
});
