import { describe, expect, test } from 'vitest';
import { batchSaid, found, partsAsked, responseOf, written } from './batches.js';
import { CLIENT, contact, environment, TENANT, TOKEN, URL_OF_ORG } from './environment.js';

const accepting = ({ body }: { body: string }): Response =>
  responseOf(batchSaid(partsAsked(body).map(() => written())));

const LIST = '99999999-AAAA-4bbb-8ccc-dddddddddddd';
const ID = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001';
const noContent = (): Response => new Response(null, { status: 204 });

describe('on the wire', () => {
  test('the log in, as the vendor documents it', async () => {
    const { send, asked } = environment(accepting);
    await send([contact('p1')]);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      url: `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/token`,
    });
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
      scope: `${URL_OF_ORG}/.default`,
    });
  });

  test('the upsert, as the vendor documents it, byte for byte', async () => {
    const { send, data } = environment(accepting);
    await send([
      contact('p1', { fields: { firstname: 'Ada', 'parentcustomerid_account@odata.bind': 'accounts(x)' } }),
    ]);
    const [request] = data();
    expect(request?.url).toBe(`${URL_OF_ORG}/api/data/v9.2/$batch`);
    const type = request?.headers.get('content-type') ?? '';
    const boundary = /^multipart\/mixed; boundary=(batch_[\w-]+)$/.exec(type)?.[1];
    expect(Object.fromEntries(request?.headers ?? [])).toEqual({
      accept: 'application/json',
      authorization: `Bearer ${TOKEN}`,
      'content-type': type,
      'if-none-match': 'null',
      'odata-maxversion': '4.0',
      'odata-version': '4.0',
      prefer: 'odata.continue-on-error',
    });
    expect(request?.body).toBe(
      [
        `--${boundary}`,
        'Content-Type: application/http',
        'Content-Transfer-Encoding: binary',
        '',
        "PATCH /api/data/v9.2/contacts(aep_profileid='p1') HTTP/1.1",
        'Content-Type: application/json',
        '',
        '{"firstname":"Ada","parentcustomerid_account@odata.bind":"accounts(x)"}',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });

  test('no change set, no bare line feed, nothing but ASCII', async () => {
    const { send, data } = environment(accepting);
    await send([contact('p1', { fields: { lastname: 'Čapek\n🦊' } }), contact('p2')]);
    const body = data()[0]?.body ?? '';
    expect(body).not.toMatch(/changeset|[^\r]\n/);
    expect(body).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(partsAsked(body)[0]?.body).toEqual({ lastname: 'Čapek\n🦊' });
  });

  test('a body that speaks of boundaries ends no part', async () => {
    const { send, data } = environment(accepting);
    const lastname = '\r\n--batch_x--\r\nHTTP/1.1 204';
    await send([contact('p1', { fields: { lastname } }), contact('p2')]);
    expect(partsAsked(data()[0]?.body ?? '').map(({ body }) => body)).toEqual([
      { lastname },
      { lastname: 'Lovelace' },
    ]);
  });

  test('update never makes a row, delete has no body', async () => {
    const { send, data } = environment(accepting);
    await send([contact('p1', { operation: 'update' })]);
    await send([contact('p1', { operation: 'delete', fields: {} })]);
    const parts = data().flatMap(({ body }) => partsAsked(body));
    expect(parts).toMatchObject([
      { method: 'PATCH', headers: { 'if-match': '*' } },
      { method: 'DELETE', headers: {}, body: undefined },
    ]);
  });

  test('UpsertMultiple, for tables that ask for it', async () => {
    const { send, data } = environment(noContent, {
      upsertMultiple: { contacts: 'contact' },
      batchSize: 100,
    });
    const outcomes = await send([contact("O'1"), contact('p2'), contact('a/b')]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'rejected']);
    const [request] = data();
    expect(request?.url).toBe(`${URL_OF_ORG}/api/data/v9.2/contacts/Microsoft.Dynamics.CRM.UpsertMultiple`);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      Targets: ["contacts(aep_profileid='O''1')", "contacts(aep_profileid='p2')"].map((id) => ({
        '@odata.type': 'Microsoft.Dynamics.CRM.contact',
        '@odata.id': id,
        lastname: 'Lovelace',
      })),
    });
  });

  test('joining a list: one look-up and one request for all', async () => {
    const { send, data } = environment(({ body }, i) =>
      i === 0 ? responseOf(batchSaid(partsAsked(body).map(() => found({ contactid: ID })))) : noContent(),
    );
    await send(['p1', 'p2'].map((key) => contact(key, { operation: 'add', list: LIST, fields: {} })));
    const [lookUp, join, ...more] = data();
    expect(more).toEqual([]);
    expect(partsAsked(lookUp?.body ?? '').map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /api/data/v9.2/contacts(aep_profileid='p1')?$select=contactid",
      "GET /api/data/v9.2/contacts(aep_profileid='p2')?$select=contactid",
    ]);
    const member = { '@odata.type': 'Microsoft.Dynamics.CRM.contact', contactid: ID };
    expect(join?.url).toBe(`${URL_OF_ORG}/api/data/v9.2/AddListMembersList`);
    expect(JSON.parse(join?.body ?? '')).toEqual({
      List: { '@odata.type': 'Microsoft.Dynamics.CRM.list', listid: LIST.toLowerCase() },
      Members: [member, member],
    });
  });

  test('leaving a list: memberships are read, deleted, and read again', async () => {
    const membership = 'eeeeeeee-bbbb-4ccc-8ddd-000000000002';
    const answers = [
      found({ contactid: ID }),
      found({ value: [{ listmemberid: membership }] }),
      { status: 204 },
      found({ value: [] }),
    ];
    const { send, data } = environment((_, i) => responseOf(batchSaid(answers.slice(i, i + 1))));
    await send([contact('p1', { operation: 'remove', list: LIST, fields: {} })]);
    const parts = data().flatMap(({ body }) => partsAsked(body));
    const read = `GET /api/data/v9.2/listmembers?$select=listmemberid&$filter=_listid_value eq ${LIST.toLowerCase()} and _entityid_value eq ${ID}`;
    expect(parts.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /api/data/v9.2/contacts(aep_profileid='p1')?$select=contactid",
      read,
      `DELETE /api/data/v9.2/listmembers(${membership})`,
      read,
    ]);
  });

  test('a member whose key is its id is not looked up', async () => {
    const { send, data } = environment(noContent, { bareKeys: ['contactid'] });
    await send([contact('', { key: { contactid: ID }, operation: 'add', list: LIST, fields: {} })]);
    expect(data().map(({ url }) => url.split('/').at(-1))).toEqual(['AddListMembersList']);
  });

  test('lists are named by their GUID and hold three tables', async () => {
    const { send, asked } = environment(noContent);
    const add = contact('p1', { operation: 'add', list: 'VIPs', fields: {} });
    expect(await send([add])).toMatchObject([{ kind: 'rejected', code: 'list.id' }]);
    expect(await send([{ ...add, object: 'tasks', list: LIST }])).toMatchObject([
      { kind: 'rejected', code: 'list.object' },
    ]);
    expect(await send([{ ...add, list: LIST, fields: { lastname: 'x' } }])).toMatchObject([
      { kind: 'rejected', code: 'list.fields', field: 'lastname' },
    ]);
    expect(asked).toHaveLength(0);
  });
});

describe('what is sent once', () => {
  const task = (idempotencyKey: string) =>
    contact('', { operation: 'send', object: 'tasks', key: {}, fields: { subject: 'Call' }, idempotencyKey });

  test('without a key column each row is made by a request of its own, and must not be repeated', async () => {
    const { connector, send, data } = environment(noContent);
    expect(await send([task('k1'), task('k2')])).toMatchObject([{ created: true }, { created: true }]);
    expect(data().map(({ method, url, body }) => [method, url, JSON.parse(body)])).toEqual(
      [1, 2].map(() => ['POST', `${URL_OF_ORG}/api/data/v9.2/tasks`, { subject: 'Call' }]),
    );
    expect(connector.isIdempotent({ operation: 'send', object: 'tasks' })).toBe(false);
  });

  test('with one the row is addressed by it, and may be repeated', async () => {
    const { connector, send, data } = environment(accepting, { onceKeys: { tasks: 'aep_sendid' } });
    expect(await send([task('k1.z'), task('k2')])).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
    ]);
    expect(partsAsked(data()[0]?.body ?? '')).toMatchObject([
      { method: 'PATCH', path: "/api/data/v9.2/tasks(aep_sendid='k1.z')", body: { subject: 'Call' } },
      { method: 'PATCH', path: "/api/data/v9.2/tasks(aep_sendid='k2')" },
    ]);
    expect(connector.isIdempotent({ operation: 'send', object: 'tasks' })).toBe(true);
    expect(connector.isIdempotent({ operation: 'send', object: 'phonecalls' })).toBe(false);
  });
});

test('takes as many rows as batchSize says, of one kind', async () => {
  const { connector, send } = environment(accepting, { batchSize: 2 });
  expect(connector.maxRows).toBe(2);
  expect(connector.isIdempotent({ operation: 'delete', object: 'contacts' })).toBe(true);
  await expect(send(['a', 'b', 'c'].map((key) => contact(key)))).rejects.toThrow(RangeError);
  await expect(send([contact('a'), contact('b', { operation: 'update' })])).rejects.toThrow(TypeError);
});
