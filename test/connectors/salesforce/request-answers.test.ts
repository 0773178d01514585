import { describe, expect, test } from 'vitest';
import { type Answer, outcomesOf, rejected, request, retrying } from './answering.js';

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
