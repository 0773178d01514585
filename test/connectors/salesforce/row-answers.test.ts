import { describe, expect, test } from 'vitest';
import { outcomesOf, rejected, request, retrying, row } from './answering.js';

describe('an answer for one row', () => {
  test.each(['UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT', 'SERVER_UNAVAILABLE'])(
    '%s waits for the row alone',
    async (code) => {
      expect(await outcomesOf({ status: 200, body: [row(code)] })).toMatchObject([
        retrying('row', 'remote.row-busy'),
      ]);
    },
  );

  test.each([
    'REQUIRED_FIELD_MISSING',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'STRING_TOO_LONG',
    'INVALID_EMAIL_ADDRESS',
    'DUPLICATES_DETECTED',
    'DUPLICATE_EXTERNAL_ID',
    'DUPLICATE_VALUE',
    'INVALID_CROSS_REFERENCE_KEY',
    'ENTITY_IS_DELETED',
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'SOMETHING_NEW',
  ])('%s refuses the row for good', async (code) => {
    const body = [row(code, 'Required fields are missing: [LastName]', ['LastName'])];
    expect(await outcomesOf({ status: 200, body })).toEqual([
      { kind: 'rejected', code, text: 'Required fields are missing: [LastName]', field: 'LastName' },
    ]);
  });

  test('the documented reply, row by row', async () => {
    const body = [
      { id: '003000000000001AAA', success: true, created: true, errors: [] },
      row('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName']),
      { id: '003000000000002AAA', success: true, created: false, errors: [] },
      row('UNABLE_TO_LOCK_ROW'),
    ];
    expect(await outcomesOf({ status: 200, body, rows: 4 })).toMatchObject([
      { kind: 'accepted', id: '003000000000001AAA', created: true },
      rejected('REQUIRED_FIELD_MISSING'),
      { kind: 'accepted', id: '003000000000002AAA', created: false },
      retrying('row', 'remote.row-busy'),
    ]);
  });

  test('one lasting error outweighs passing ones, and every text is kept', async () => {
    const errors = [
      { statusCode: 'UNABLE_TO_LOCK_ROW', message: 'busy', fields: [] },
      { statusCode: 'STRING_TOO_LONG', message: 'too long', fields: ['LastName'] },
    ];
    expect(await outcomesOf({ status: 200, body: [{ success: false, errors }] })).toEqual([
      { kind: 'rejected', code: 'STRING_TOO_LONG', text: 'busy; too long', field: 'LastName' },
    ]);
  });

  test('a limit met in the middle of a request holds the connection', async () => {
    const body = [row('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')];
    expect(await outcomesOf({ status: 200, body })).toMatchObject([retrying('connection', 'remote.quota')]);
  });

  test('the same key twice in one send: each row that shares it is refused, no other', async () => {
    const twice = row('DUPLICATE_VALUE', 'Duplicate external id specified: p1', ['AEP_Id__c']);
    const body = [twice, { id: '003', success: true, created: true, errors: [] }, twice];
    expect(await outcomesOf({ status: 200, body, rows: 3 })).toMatchObject([
      { kind: 'rejected', code: 'DUPLICATE_VALUE', field: 'AEP_Id__c' },
      { kind: 'accepted' },
      { kind: 'rejected', code: 'DUPLICATE_VALUE' },
    ]);
  });
});

describe('a 200 that says nothing', () => {
  const good = { id: '003', success: true, created: true, errors: [] };

  test.each<[string, unknown]>([
    ['too few rows', [good]],
    ['too many rows', [good, good, good]],
    ['no rows', []],
    ['an object', { success: true }],
    ['null', null],
    ['a text', 'ok'],
  ])('%s: nothing is known of any row', async (_, body) => {
    const outcomes = await outcomesOf({ status: 200, body, rows: 2 });
    expect(outcomes).toMatchObject([
      { kind: 'unknown', fault: { code: 'remote.unanswered' } },
      { kind: 'unknown', fault: { code: 'remote.unanswered' } },
    ]);
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['no verdict', { id: '003' }],
    ['a verdict as text', { id: '003', success: 'true' }],
    ['success with errors', { ...good, errors: [{ statusCode: 'STRING_TOO_LONG' }] }],
    ['failure without errors', { success: false, errors: [] }],
  ])('a row of %s is unknown, its neighbour is not', async (_, odd) => {
    const outcomes = await outcomesOf({ status: 200, body: [odd, good], rows: 2 });
    expect(outcomes).toMatchObject([
      { kind: 'unknown', fault: { code: 'remote.unanswered' } },
      { kind: 'accepted' },
    ]);
  });

  test.each([201, 202, 207])('%d is not documented, so it is no yes', async (status) => {
    expect(await outcomesOf({ status, body: [good] })).toMatchObject([{ kind: 'unknown' }]);
  });
});

test('no fault carries what the vendor said about a person', async () => {
  const message = 'unable to obtain exclusive access: ada@example.com';
  for (const answer of [
    { status: 200, body: [row('UNABLE_TO_LOCK_ROW', message)] },
    { status: 400, body: request('UNABLE_TO_LOCK_ROW', message) },
    { status: 403, body: request('REQUEST_LIMIT_EXCEEDED', message) },
    { status: 503, body: request('SERVER_UNAVAILABLE', message) },
  ]) {
    const [outcome] = await outcomesOf(answer);
    expect(outcome?.kind).toBe('retry');
    expect(outcome?.kind === 'retry' ? outcome.fault.message : message).not.toContain('ada@');
  }
});
