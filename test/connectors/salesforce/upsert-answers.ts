import type { AnswerCase } from '../answers-table.js';
import { done, html, problem, refusal, said } from './answer-actions.js';
import {
  BUSY,
  both,
  CHANGED,
  EMPTY,
  EXPIRED,
  MADE,
  MINUTES,
  one,
  P1,
  refused,
  row,
  TIMEOUT,
  UNKNOWN,
  USED_UP,
  waiting,
  whole,
} from './answer-words.js';

const rows: readonly AnswerCase[] = [
  both('200, one row made and one changed', said(200, [done(true), done(false)]), [MADE, CHANGED]),
  both(
    '200, one row refused with REQUIRED_FIELD_MISSING',
    said(200, [
      refusal('REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName]', ['LastName']),
      done(true),
    ]),
    [{ kind: 'rejected', code: 'REQUIRED_FIELD_MISSING', field: 'LastName' }, MADE],
  ),
  ...[
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'STRING_TOO_LONG',
    'INVALID_EMAIL_ADDRESS',
    'DUPLICATES_DETECTED',
    'DUPLICATE_VALUE',
    'INVALID_CROSS_REFERENCE_KEY',
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'A_CODE_NOBODY_KNOWS',
  ].map((code) => one(`200, the row refused with ${code}`, P1, [said(200, [refusal(code)])], refused(code))),
  ...['UNABLE_TO_LOCK_ROW', 'QUERY_TIMEOUT', 'REQUEST_RUNNING_TOO_LONG', 'SERVER_UNAVAILABLE'].map((code) =>
    one(`200, the row refused with ${code}`, P1, [said(200, [refusal(code)])], BUSY),
  ),
  one(
    '200, the row refused with STORAGE_LIMIT_EXCEEDED',
    P1,
    [said(200, [refusal('STORAGE_LIMIT_EXCEEDED')])],
    row('remote.quota'),
  ),
  one(
    '200, the row refused because the org is read-only for maintenance',
    P1,
    [said(200, [refusal('INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE')])],
    waiting('remote.unavailable'),
  ),
  both('200 with one answer to two rows', said(200, [done(true)]), [UNKNOWN, UNKNOWN]),
  both('200, a row with neither success nor error', said(200, [{}, done(true)]), [UNKNOWN, MADE]),
];

const requests: readonly AnswerCase[] = [
  one('400 JSON_PARSER_ERROR', P1, [problem(400, 'JSON_PARSER_ERROR')], whole('JSON_PARSER_ERROR')),
  one('400 INVALID_FIELD', P1, [problem(400, 'INVALID_FIELD')], whole('INVALID_FIELD')),
  one('400 UNABLE_TO_LOCK_ROW', P1, [problem(400, 'UNABLE_TO_LOCK_ROW')], BUSY),
  one('300, several records have the external id', P1, [said(300, ['/services/data'])], whole('HTTP_300')),
  one('413, too large', P1, [html(413)], whole('HTTP_413')),
  one('404 NOT_FOUND', P1, [problem(404, 'NOT_FOUND')], refused('NOT_FOUND')),
  one(
    '410, a retired API version',
    P1,
    [problem(410, 'UNSUPPORTED_API_VERSION')],
    refused('UNSUPPORTED_API_VERSION'),
  ),
  one('415', P1, [problem(415, 'UNSUPPORTED_MEDIA_TYPE')], refused('UNSUPPORTED_MEDIA_TYPE')),
  one('403 INSUFFICIENT_ACCESS', P1, [problem(403, 'INSUFFICIENT_ACCESS')], refused('INSUFFICIENT_ACCESS')),
  one('403 API_DISABLED_FOR_ORG', P1, [problem(403, 'API_DISABLED_FOR_ORG')], waiting('remote.unauthorized')),
  one(
    '403 REQUEST_LIMIT_EXCEEDED, TotalRequests',
    P1,
    [problem(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')],
    waiting('remote.quota', 15 * MINUTES),
  ),
  one(
    '403 REQUEST_LIMIT_EXCEEDED of an unnamed kind, `api-usage=100000/100000`',
    P1,
    [problem(403, 'REQUEST_LIMIT_EXCEEDED', 'text', USED_UP)],
    waiting('remote.quota', 15 * MINUTES),
  ),
  one(
    '403 REQUEST_LIMIT_EXCEEDED, ConcurrentRequests or ConcurrentPerOrgLongTxn',
    P1,
    [problem(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded.')],
    waiting('remote.throttled', 3000),
  ),
  one(
    '403 REQUEST_LIMIT_EXCEEDED of any other kind',
    P1,
    [problem(403, 'REQUEST_LIMIT_EXCEEDED')],
    waiting('remote.throttled', 30_000),
  ),
  one(
    '429 with `Retry-After: 7`',
    P1,
    [problem(429, 'TOO_MANY', 'text', { 'retry-after': '7' })],
    waiting('remote.throttled', 7000),
  ),
  ...[500, 502, 503, 504].map((status) =>
    one(`${status}, an HTML page`, P1, [html(status)], waiting('remote.unavailable')),
  ),
  one('401 INVALID_SESSION_ID, then 200', P1, [EXPIRED, said(200, [done(true)])], MADE),
  one('401 INVALID_SESSION_ID twice', P1, [EXPIRED], waiting('remote.unauthorized')),
  one('200, an HTML page', P1, [html(200)], UNKNOWN),
  one('200 without a body', P1, [EMPTY], UNKNOWN),
  one('200, JSON that breaks off', P1, [said(200, '[{"success":')], UNKNOWN),
  one(
    'a redirect',
    P1,
    [{ status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' }],
    refused('HTTP_REDIRECT'),
  ),
  one('nobody listens: nothing was sent', P1, ['unreachable'], waiting('remote.unavailable')),
  one('the connection is reset after sending', P1, ['reset'], UNKNOWN),
  one('the connection is closed after sending', P1, ['closed'], UNKNOWN),
  one('the answer breaks off', P1, ['cut'], UNKNOWN),
  one('no answer in time', P1, ['hang'], TIMEOUT),
];

/** What an org is documented to answer to an upsert, and what becomes of the rows. */
export const upsertAnswers = [...rows, ...requests];
