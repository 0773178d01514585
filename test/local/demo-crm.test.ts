import { describe, expect, test } from 'vitest';
import { recordId } from '../../local/demo-crm/records.js';
import { startDemoCrm } from '../../local/demo-crm/server.js';
import { ada, CONTACTS, codes, start, T0, upsert } from './demo-crm-client.js';

describe('upsert', () => {
  test('creates, then updates; absent leaves, null and empty clear', async () => {
    const crm = await start();
    const first = await upsert(crm, [
      { ...ada, Tier__c: 'gold', Hot_Prospect__c: true, Loyalty_Points__c: 7 },
    ]);
    expect(first.body).toEqual([{ id: '003000000000001AAA', success: true, errors: [], created: true }]);
    const second = await upsert(crm, [{ AEP_Id__c: 'p1', Email: null, Tier__c: '', Hot_Prospect__c: false }]);
    expect(second.body).toEqual([{ id: '003000000000001AAA', success: true, errors: [], created: false }]);
    expect(Object.fromEntries(crm.rows('Contact'))).toEqual({
      p1: { AEP_Id__c: 'p1', LastName: 'Lovelace', Hot_Prospect__c: false, Loyalty_Points__c: 7 },
    });
    expect(crm.history('Contact', 'p1')).toMatchObject([
      { at: T0, fields: { LastName: 'Lovelace', Tier__c: 'gold' } },
      { at: T0, fields: { Email: null, Tier__c: '', Hot_Prospect__c: false } },
    ]);
  });

  test('a custom object has rows of its own', async () => {
    const crm = await start();
    const path = CONTACTS.replace('Contact', 'Audience_Entry__c');
    const row = { AEP_Id__c: 'e1', Entered_At__c: '2026-11-01T12:00:00Z' };
    expect((await upsert(crm, [row], { path, object: 'Audience_Entry__c' })).body).toMatchObject([
      { id: expect.stringMatching(/^a00/), success: true },
    ]);
    expect([crm.rows('Contact').size, crm.rows('Audience_Entry__c').size]).toEqual([0, 1]);
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['no last name on create', { AEP_Id__c: 'x' }, 'REQUIRED_FIELD_MISSING'],
    ['last name cleared', { AEP_Id__c: 'x', LastName: null }, 'REQUIRED_FIELD_MISSING'],
    ['last name too long', { AEP_Id__c: 'x', LastName: 'x'.repeat(81) }, 'STRING_TOO_LONG'],
    ['no email', { ...ada, AEP_Id__c: 'x', Email: 'ada at example.com' }, 'INVALID_EMAIL_ADDRESS'],
    ['unknown field', { ...ada, AEP_Id__c: 'x', Shoe_Size__c: 38 }, 'INVALID_FIELD'],
    ['a name of the language', { ...ada, AEP_Id__c: 'x', constructor: 'y' }, 'INVALID_FIELD'],
    ['record id in the body', { ...ada, AEP_Id__c: 'x', Id: '003000000000001AAA' }, 'INVALID_FIELD'],
    [
      'text for a checkbox',
      { ...ada, AEP_Id__c: 'x', Hot_Prospect__c: 'true' },
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
    ],
    [
      'text for a number',
      { ...ada, AEP_Id__c: 'x', Loyalty_Points__c: '7' },
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
    ],
    ['number for a text', { ...ada, AEP_Id__c: 'x', Tier__c: 7 }, 'INVALID_TYPE_ON_FIELD_IN_RECORD'],
    [
      'a date without time',
      { ...ada, AEP_Id__c: 'x', Entered_At__c: '2026-11-01' },
      'INVALID_TYPE_ON_FIELD_IN_RECORD',
    ],
    ['no key', { LastName: 'Lovelace' }, 'MISSING_ARGUMENT'],
    ['an empty key', { AEP_Id__c: '', LastName: 'Lovelace' }, 'MISSING_ARGUMENT'],
  ])('%s is refused, its neighbours are not', async (_, row, code) => {
    const crm = await start();
    const answer = await upsert(crm, [ada, row, { ...ada, AEP_Id__c: 'p2' }]);
    expect([answer.status, codes(answer)]).toEqual([200, ['ok', code, 'ok']]);
    expect([...crm.rows('Contact').keys()]).toEqual(['p1', 'p2']);
    expect(crm.stats()).toEqual({ calls: 1, rows: 3, accepted: 2, rejected: 1 });
  });

  test('the longest last name, and an update without one, are fine', async () => {
    const crm = await start();
    expect(codes(await upsert(crm, [{ AEP_Id__c: 'p1', LastName: 'x'.repeat(80) }]))).toEqual(['ok']);
    expect(codes(await upsert(crm, [{ AEP_Id__c: 'p1', Tier__c: 'gold' }]))).toEqual(['ok']);
  });

  test('the same key twice: both rows are refused, and counted', async () => {
    const crm = await start();
    const answer = await upsert(crm, [ada, { ...ada, AEP_Id__c: 'p2' }, { ...ada, Tier__c: 'gold' }]);
    expect(codes(answer)).toEqual(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE']);
    expect(crm.log()).toMatchObject({ duplicateKeys: 2 });
  });

  test('allOrNone takes the innocent with it', async () => {
    const crm = await start();
    const answer = await upsert(crm, [ada, { AEP_Id__c: 'p2' }], { allOrNone: true });
    expect(codes(answer)).toEqual(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
    expect(crm.rows('Contact').size).toBe(0);
  });

  test('200 rows, not 201', async () => {
    const crm = await start();
    const rows = Array.from({ length: 201 }, (_, i) => ({ ...ada, AEP_Id__c: `p${i}` }));
    expect(await upsert(crm, rows)).toMatchObject({
      status: 400,
      body: [{ errorCode: 'EXCEEDED_ID_LIMIT' }],
    });
    expect((await upsert(crm, rows.slice(1))).status).toBe(200);
    expect(crm.rows('Contact').size).toBe(200);
  });
});

test('a taken port is a fault that says what to do', async () => {
  const crm = await start();
  const port = Number(new URL(crm.url).port);
  await expect(startDemoCrm({ port })).rejects.toMatchObject({
    code: 'config.port-in-use',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
});

test.each([
  ['003', 1, '003000000000001AAA'],
  ['003', 10, '00300000000000AAAQ'],
  ['001', 61, '00100000000000zAAA'],
])('record ids carry their checksum: %s %d', (prefix, count, id) => {
  expect(recordId(prefix, count)).toBe(id);
});
