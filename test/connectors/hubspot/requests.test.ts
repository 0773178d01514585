import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { propertyText } from '../../../shared/connectors/hubspot/row.js';
import type { Said } from '../../contracts/connector-subject.js';
import type { Asked } from '../fakes.js';
import { never, secretsOf, stillClock, T0 } from '../fakes.js';
import {
  ACCESS_TOKEN,
  APP_AUTH,
  account,
  batch,
  change,
  contact,
  done,
  hubspotAt,
  member,
  notFound,
  openHubspot,
  record,
  SERVICE_KEY,
  said,
} from './account.js';

/** An account that does what it is asked; everybody exists with record id 5 and the key. */
const willing = ({ url, body }: Asked): Said => {
  const path = new URL(url).pathname;
  if (path.includes('/lists/')) return said(200, change(JSON.parse(body), JSON.parse(body)));
  const { inputs, idProperty } = JSON.parse(body);
  if (path.endsWith('/archive')) return { status: 204, headers: {}, body: '' };
  if (path.endsWith('/read'))
    return said(200, batch(inputs.map(({ id }: { id: string }) => record(`5${id}`, id, idProperty))));
  return said(
    200,
    batch(inputs.map(({ objectWriteTraceId }: { objectWriteTraceId: string }) => done(objectWriteTraceId))),
  );
};

const paths = (asked: readonly Asked[]) =>
  asked.map(({ method, url }) => `${method} ${new URL(url).pathname}`);
const bodyOf = (asked: Asked | undefined): unknown => JSON.parse(asked?.body ?? '');

describe('on the wire', () => {
  test('the upsert, as the vendor documents it, byte for byte', async () => {
    const { send, asked } = account(willing);
    await send(contact('p1', 'upsert', { fields: { email: 'ada@example.com', firstname: 'Ada' } }));
    expect(paths(asked)).toEqual(['POST /crm/objects/2026-09/contacts/batch/upsert']);
    expect(asked[0]?.headers.get('authorization')).toBe(`Bearer ${SERVICE_KEY}`);
    expect(asked[0]?.body).toBe(
      '{"inputs":[{"id":"p1","idProperty":"aep_id","objectWriteTraceId":"0","properties":{"email":"ada@example.com","firstname":"Ada"}}]}',
    );
  });

  test('one request for 100 rows, none for none; 101 are a broken caller', async () => {
    const { send, connector, asked } = account(willing);
    expect(await send()).toEqual([]);
    const rows = Array.from({ length: 101 }, (_, i) => contact(`p${i}`));
    const outcomes = await connector.send(rows.slice(1), never());
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(asked).toHaveLength(1);
    await expect(send(...rows)).rejects.toThrow(RangeError);
    await expect(send(contact('p1'), contact('p2', 'update'))).rejects.toThrow(TypeError);
    await expect(send(member('p1'), { ...member('p2'), list: '9' })).rejects.toThrow(TypeError);
  });

  test('version, object and list are parts of the path, whatever they hold', async () => {
    const { send, asked } = account(willing, { apiVersion: '2027-03-beta' });
    await send({ ...member('p1'), object: 'p1_a/../b', list: '1/2?x' });
    expect(asked.map(({ url }) => url)).toEqual([
      'https://api.hubapi.com/crm/objects/2027-03-beta/p1_a%2F..%2Fb/batch/read',
      'https://api.hubapi.com/crm/lists/2027-03-beta/1%2F2%3Fx/memberships/add',
    ]);
  });

  test('an OAuth app gets one token for many requests, and a new one before it ends', async () => {
    const state = { now: T0 };
    const { send, asked } = account(willing, APP_AUTH, { clock: stillClock(state) });
    await send(contact('p1'));
    await send(contact('p1'));
    state.now += 1_745_000;
    await send(contact('p1'));
    const upsert = 'POST /crm/objects/2026-09/contacts/batch/upsert';
    const token = 'POST /oauth/2026-09/token';
    expect(paths(asked)).toEqual([token, upsert, upsert, token, upsert]);
    expect(asked[1]?.headers.get('authorization')).toBe(`Bearer ${ACCESS_TOKEN}`);
  });

  test('a key that was rotated is read again after a 401', async () => {
    const texts = ['old-key', 'new-key\n'];
    const secrets = { get: () => Promise.resolve(texts.shift() ?? '') };
    const used: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = (_, init) => {
      const key = new Headers(init?.headers).get('authorization');
      used.push(key);
      const answer = key === 'Bearer new-key' ? said(200, batch([done('0')])) : said(401, {});
      return Promise.resolve(new Response(answer.body, answer));
    };
    const connector = openHubspot(hubspotAt('https://api.hubapi.com'), { secrets, fetch });
    expect(await connector.send([contact('p1')], never())).toMatchObject([{ kind: 'accepted' }]);
    expect(used).toEqual(['Bearer old-key', 'Bearer new-key']);
  });

  test.each([
    ['absent', undefined, {}, 'config.missing-secret'],
    ['with blanks', 'my 5ecret', {}, 'config.invalid'],
    ['not JSON', '5ecret', APP_AUTH, 'config.invalid'],
    ['without a refresh token', '{"clientId":"a","clientSecret":"5ecret"}', APP_AUTH, 'config.invalid'],
  ])('a secret that is %s: nothing is sent, nothing is shown', async (_, text, auth, code) => {
    const secrets = secretsOf(text === undefined ? {} : { hubspot: text, app: text });
    const fetch = () => Promise.reject(new Error('something was sent'));
    const connector = openHubspot(hubspotAt('https://api.hubapi.com', auth), { secrets, fetch });
    const [outcome] = await connector.send([contact('p1')], never());
    expect(outcome).toMatchObject({ kind: 'retry', scope: 'connection', fault: { code } });
    expect(outcome?.kind === 'retry' && `${outcome.fault.stack}${String(outcome.fault.cause)}`).not.toContain(
      '5ecret',
    );
  });
});

describe('values are texts', () => {
  test.each([
    ['a', 'a'],
    [5, '5'],
    [-0.5, '-0.5'],
    [true, 'true'],
    [false, 'false'],
    [null, ''],
    [[], ''],
    [['a', 'b'], 'a;b'],
    [[1, null, true], '1;true'],
  ])('%j becomes %j', (value, text) => {
    expect(propertyText(value)).toBe(text);
  });

  test.each([[{ a: 1 }], [[['a']]], [[{ a: 1 }]], [['a;b', 'c']]])('%j has no such form', async (value) => {
    expect(propertyText(value)).toBeUndefined();
    const { send, asked } = account(willing);
    expect(await send(contact('p1', 'upsert', { fields: { tags: value } }))).toMatchObject([
      { kind: 'rejected', code: 'value.form', field: 'tags' },
    ]);
    expect(asked).toHaveLength(0);
  });

  test('a list of choices comes back as it went', () => {
    const choice = fc.string({ minLength: 1 }).filter((text) => !text.includes(';'));
    fc.assert(
      fc.property(fc.array(choice, { minLength: 1 }), (choices) => {
        expect(propertyText(choices)?.split(';')).toEqual(choices);
      }),
    );
  });
});

describe('keys', () => {
  test.each([
    ['none', { key: {} }, 'key.count'],
    ['two', { key: { aep_id: 'a', email: 'b' } }, 'key.count'],
    ['an empty one', { key: { aep_id: '' } }, 'key.empty'],
    ['a record id that is to be made', { key: { hs_object_id: '51' } }, 'key.record-id'],
    ['one that is written otherwise', { fields: { AEP_ID: 'p2' } }, 'key.conflict'],
  ])('%s: refused at its own place, unsent', async (_, more, code) => {
    const { send, asked } = account(willing);
    expect(await send(contact('p1', 'upsert', more))).toMatchObject([{ kind: 'rejected', code }]);
    expect(asked).toHaveLength(0);
  });

  test('a bad row does not move its neighbours', async () => {
    const { send, asked } = account(willing);
    const outcomes = await send(contact('a'), contact('b', 'upsert', { fields: { x: {} } }), contact('c'));
    expect(outcomes).toMatchObject([
      { kind: 'accepted', id: '90' },
      { kind: 'rejected' },
      { kind: 'accepted', id: '92' },
    ]);
    expect(bodyOf(asked[0])).toMatchObject({ inputs: [{ id: 'a' }, { id: 'c' }] });
  });

  test('the key is not written: a contact found by another address keeps its own', async () => {
    const { send, asked } = account(willing);
    await send(
      contact('x', 'upsert', {
        key: { email: 'ada@example.com' },
        fields: { email: 'Ada@example.com', firstname: 'Ada' },
      }),
    );
    expect(bodyOf(asked[0])).toEqual({
      inputs: [
        {
          id: 'ada@example.com',
          idProperty: 'email',
          objectWriteTraceId: '0',
          properties: { firstname: 'Ada' },
        },
      ],
    });
  });
});

describe('update', () => {
  test('by email: looked up first, for email is no property that updates are addressed by', async () => {
    const ada = {
      id: '51',
      properties: { email: 'ada@example.com', hs_additional_emails: 'old@example.com' },
    };
    const { send, asked } = account(({ url, body }) =>
      url.endsWith('/read')
        ? said(207, batch([ada], [notFound('bob@example.com')]))
        : willing({ url, body, method: 'POST', headers: new Headers() }),
    );
    const by = (email: string) => contact('x', 'update', { key: { email }, fields: { firstname: 'A' } });
    const outcomes = await send(by('OLD@example.com'), by('bob@example.com'));
    expect(outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'absent' }]);
    expect(bodyOf(asked[0])).toMatchObject({
      idProperty: 'email',
      properties: ['email', 'hs_additional_emails'],
    });
    expect(bodyOf(asked[1])).toEqual({
      inputs: [{ id: '51', objectWriteTraceId: '0', properties: { firstname: 'A' } }],
    });
  });

  test('by record id: without idProperty, which takes unique properties only', async () => {
    const { send, asked } = account(willing);
    await send(contact('x', 'update', { key: { hs_object_id: '51' }, fields: { firstname: 'A' } }));
    expect(bodyOf(asked[0])).toEqual({
      inputs: [{ id: '51', objectWriteTraceId: '0', properties: { firstname: 'A' } }],
    });
  });
});

describe('lists', () => {
  test('100 rows: one look-up and one change', async () => {
    const { send, asked } = account(willing);
    const outcomes = await send(...Array.from({ length: 100 }, (_, i) => member(`p${i}`)));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    expect(paths(asked)).toEqual([
      'POST /crm/objects/2026-09/contacts/batch/read',
      'PUT /crm/lists/2026-09/123/memberships/add',
    ]);
  });

  test('a contact that was merged is found by its old record id', async () => {
    const merged = { id: '77', properties: { hs_object_id: '77', hs_merged_object_ids: '51;52' } };
    const { send, asked } = account(({ url }) =>
      url.endsWith('/read') ? said(200, batch([merged])) : said(200, change(['77'])),
    );
    const old = { ...member('x'), key: { hs_object_id: '51' } };
    expect(await send(old)).toEqual([{ kind: 'accepted', id: '77' }]);
    expect(bodyOf(asked[0])).not.toHaveProperty('idProperty');
  });

  test('nobody is there: the list is not asked', async () => {
    const { send, asked } = account(() => said(207, batch([], [notFound('p1', 'p2')])));
    expect(await send(member('p1'), member('p2'))).toEqual([{ kind: 'absent' }, { kind: 'absent' }]);
    expect(asked).toHaveLength(1);
  });

  test('being on a list has no fields', async () => {
    const { send, asked } = account(willing);
    expect(await send({ ...member('p1'), fields: { firstname: 'Ada' } })).toMatchObject([
      { kind: 'rejected', code: 'list.fields', field: 'firstname' },
    ]);
    expect(asked).toHaveLength(0);
  });
});

describe('whose record it is', () => {
  const found = (...results: readonly unknown[]) =>
    account(({ url, body }) =>
      url.endsWith('/read') ? said(200, batch(results)) : said(200, change(JSON.parse(body))),
    );
  const byEmail = (email: string) => ({ ...member('x'), key: { email } });
  const person = (id: string, email: string, further = '') => ({
    id,
    properties: { email, hs_additional_emails: further },
  });

  test('a key with a semicolon is one key', async () => {
    const { send } = found(record('51', 'a;b'));
    expect(await send(member('b'), member('a;b'))).toMatchObject([
      { kind: 'retry', scope: 'row', unsent: true },
      { kind: 'accepted', id: '51' },
    ]);
  });

  test('the first address counts before the further ones of somebody else', async () => {
    const { send } = found(
      person('51', 'old@example.com', 'ada@example.com'),
      person('52', 'Ada@example.com'),
    );
    expect(await send(byEmail('ada@example.com'))).toEqual([{ kind: 'accepted', id: '52' }]);
  });

  test('two records that claim one key: neither is touched', async () => {
    const { send, asked } = found(
      person('51', 'a@example.com', 'ada@example.com'),
      person('52', 'b@example.com', 'eve@example.com;ADA@example.com'),
    );
    expect(await send(byEmail('ada@example.com'))).toMatchObject([{ kind: 'retry', unsent: true }]);
    expect(asked).toHaveLength(1);
  });

  test('further addresses are a thing of contacts', async () => {
    const { send, asked } = found(person('51', 'ada@example.com'));
    await send({ ...byEmail('ada@example.com'), object: 'p1_member' });
    expect(bodyOf(asked[0])).toMatchObject({ properties: ['email'] });
  });
});

describe('send', () => {
  const task = contact('x', 'send', {
    object: 'tasks',
    key: {},
    fields: { hs_task_subject: 'Call' },
    idempotencyKey: 'k1',
  });

  test('makes a record by its idempotency key, so that a repetition finds it', async () => {
    const { send, connector, asked } = account(willing, { sendKey: 'aep_event' });
    expect(await send(task)).toMatchObject([{ kind: 'accepted' }]);
    expect(paths(asked)).toEqual(['POST /crm/objects/2026-09/tasks/batch/upsert']);
    expect(bodyOf(asked[0])).toMatchObject({ inputs: [{ id: 'k1', idProperty: 'aep_event' }] });
    expect(connector.isIdempotent(task)).toBe(true);
  });

  test.each([
    ['without sendKey', {}, task],
    ['without an idempotency key', { sendKey: 'aep_event' }, contact('x', 'send', { key: {} })],
  ])('%s: refused, for it could happen twice', async (_, config, action) => {
    const { send, asked } = account(willing, config);
    expect(await send(action)).toMatchObject([{ kind: 'rejected', code: 'send.key' }]);
    expect(asked).toHaveLength(0);
  });
});

test('every refusal of our own is explained in docs/connectors/hubspot.md', () => {
  const folder = resolve(import.meta.dirname, '../../../shared/connectors/hubspot');
  const code = ['row.ts', 'hubspot.ts'].map((file) => readFileSync(join(folder, file), 'utf8')).join('');
  const codes = new Set([...code.matchAll(/'((?:key|value|list|send)\.[a-z-]+)'/g)].map(([, name]) => name));
  expect(codes.size).toBe(8);
  const page = readFileSync(join(folder, '../../../docs/connectors/hubspot.md'), 'utf8');
  expect([...codes].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
