import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../shared/core/ports.js';
import { fakeFetch, jsonResponse, never } from './fakes.js';
import { contact, open, salesforceAt, TOKEN } from './subjects.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly rows?: number;
}

/** What `rows` actions become when the org answers so. Chance is 0.5, so that jittered waits are exact. */
async function outcomesOf({ status, body, headers = {}, rows = 1 }: Answer): Promise<readonly Outcome[]> {
  const { fetch } = fakeFetch(({ url }) =>
    url.endsWith('/token') ? jsonResponse(200, { access_token: TOKEN }) : jsonResponse(status, body, headers),
  );
  const connector = open(salesforceAt('acme.my.salesforce.com'), { fetch, random: () => 0.5 });
  return connector.send(
    Array.from({ length: rows }, (_, i) => contact(`p${i}`)),
    never(),
  );
}

const request = (errorCode: string, message = 'text') => [{ message, errorCode }];
const row = (statusCode: string, message = 'text', fields: readonly string[] = []) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});
const retrying = (scope: 'row' | 'connection', code: string, afterMs?: number) => ({
  kind: 'retry',
  scope,
  fault: { code },
  ...(afterMs === undefined ? {} : { afterMs }),
});
const rejected = (code: string) => ({ kind: 'rejected', code });
const QUOTA_WAIT = 17.5 * 60_000;

describe('an answer for the whole request', () => {
  test.each<[string, Answer, object]>([
    [
      '500',
      { status: 500, body: request('UNKNOWN_EXCEPTION') },
      retrying('connection', 'remote.unavailable'),
    ],
    ['502', { status: 502, body: 'gateway' }, retrying('connection', 'remote.unavailable')],
    [
      '503',
      { status: 503, body: request('SERVER_UNAVAILABLE') },
      retrying('connection', 'remote.unavailable'),
    ],
    ['504', { status: 504, body: '' }, retrying('connection', 'remote.unavailable')],
    [
      '403, long transactions',
      { status: 403, body: request('REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.') },
      retrying('connection', 'remote.throttled', 4500),
    ],
    [
      '403, requests at a time',
      { status: 403, body: request('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded.') },
      retrying('connection', 'remote.throttled', 4500),
    ],
    [
      '403, requests a day',
      { status: 403, body: request('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.') },
      retrying('connection', 'remote.quota', QUOTA_WAIT),
    ],
    [
      '403, an unnamed limit, with the day used up',
      {
        status: 403,
        body: request('REQUEST_LIMIT_EXCEEDED'),
        headers: { 'sforce-limit-info': 'api-usage=100000/100000; api-bursts=1/750' },
      },
      retrying('connection', 'remote.quota', QUOTA_WAIT),
    ],
    [
      '403, an unnamed limit, with most of the day left',
      {
        status: 403,
        body: request('REQUEST_LIMIT_EXCEEDED'),
        headers: { 'sforce-limit-info': 'api-bursts=750/750; api-usage=18/100000' },
      },
      retrying('connection', 'remote.throttled', 45_000),
    ],
    [
      '403, anything else',
      { status: 403, body: request('INSUFFICIENT_ACCESS') },
      rejected('INSUFFICIENT_ACCESS'),
    ],
    ['400, lock', { status: 400, body: request('UNABLE_TO_LOCK_ROW') }, retrying('row', 'remote.row-busy')],
    ['400, slow query', { status: 400, body: request('QUERY_TIMEOUT') }, retrying('row', 'remote.row-busy')],
    ['404', { status: 404, body: request('NOT_FOUND') }, rejected('NOT_FOUND')],
    ['405', { status: 405, body: request('METHOD_NOT_ALLOWED') }, rejected('METHOD_NOT_ALLOWED')],
    ['410', { status: 410, body: request('UNSUPPORTED_API_VERSION') }, rejected('UNSUPPORTED_API_VERSION')],
    ['415', { status: 415, body: request('UNSUPPORTED_MEDIA_TYPE') }, rejected('UNSUPPORTED_MEDIA_TYPE')],
  ])('%s', async (_, answer, expected) => {
    const outcomes = await outcomesOf({ ...answer, rows: 3 });
    expect(outcomes).toHaveLength(3);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject(expected);
      expect(outcome).not.toHaveProperty('whole');
    }
  });

  test.each<[string, Answer, string]>([
    ['400, JSON', { status: 400, body: request('JSON_PARSER_ERROR') }, 'JSON_PARSER_ERROR'],
    ['400, field', { status: 400, body: request('INVALID_FIELD') }, 'INVALID_FIELD'],
    ['400, id', { status: 400, body: request('MALFORMED_ID') }, 'MALFORMED_ID'],
    ['400, unreadable', { status: 400, body: { error: 'odd' } }, 'HTTP_400'],
    ['300', { status: 300, body: ['/services/data/v66.0/sobjects/Contact/1'] }, 'HTTP_300'],
    ['413', { status: 413, body: '' }, 'HTTP_413'],
  ])('%s refuses all for what one row may have done', async (_, answer, code) => {
    for (const outcome of await outcomesOf({ ...answer, rows: 3 }))
      expect(outcome).toMatchObject({ kind: 'rejected', code, whole: true });
  });

  test('the words and fields of the vendor are kept, an unending text is not', async () => {
    const body = [
      {
        message: `No such column 'Nope__c' ${'x'.repeat(5000)}`,
        errorCode: 'INVALID_FIELD',
        fields: ['Nope__c'],
      },
    ];
    const [outcome] = await outcomesOf({ status: 400, body });
    expect(outcome).toMatchObject({
      code: 'INVALID_FIELD',
      field: 'Nope__c',
      text: expect.stringMatching(/^No such column/),
    });
    expect(outcome?.kind === 'rejected' && outcome.text.length).toBe(1001);
  });
});

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
