import { HttpConfig } from '../../../shared/connectors/http/config.js';
import { openConnector } from '../../../shared/connectors/open-connector.js';
import type { Action, Operation } from '../../../shared/core/remote.js';
import type { Said } from '../../contracts/connector-subject.js';
import type { AnswerCase, AnswerTable, Becomes, Played } from '../answers-table.js';
import { secretsOf, stillClock } from '../fakes.js';
import { hole } from './api.js';

const row = (operation: Operation, key = 'p1'): Action => ({
  connection: 'crm',
  operation,
  object: 'Contact',
  key: operation === 'send' ? {} : { id: key },
  fields: { name: 'Ada' },
  ...(operation === 'send' && { idempotencyKey: 'k1' }),
});
const json = (status: number, value: unknown, headers = {}): Said => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});
const page = (status: number): Said => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html>no</html>',
});

const later = (code: string, more: object = {}): Becomes => ({
  kind: 'retry',
  scope: 'connection',
  code,
  ...more,
});
const lost: Becomes = { kind: 'unknown', code: 'remote.unanswered' };

const one = (answer: string, operation: Operation, played: Played, becomes: Becomes): AnswerCase => ({
  answer,
  actions: [row(operation)],
  played: [played],
  becomes: [becomes],
});
const both = (answer: string, played: Played, first: Becomes, second: Becomes): AnswerCase => ({
  answer,
  actions: [row('add', 'p1'), row('add', 'p2')],
  played: [played],
  becomes: [first, second],
});

/** What the generic connector makes of answers; `add` goes in batches, whose answer has an item for each row. */
export const httpAnswers: AnswerTable = {
  vendor: 'http',
  page: 'connectors/http.md',
  loggingIn: () => undefined,
  open: (base, timeoutMs) =>
    openConnector(
      'crm',
      HttpConfig.parse({
        type: 'http',
        url: `${base}/rows`,
        timeoutMs,
        errors: { code: 'error.code', text: 'error.text', codes: { LIMIT: 'throttled' } },
        operations: {
          add: {
            body: { id: hole('key') },
            batch: {
              maxRows: 10,
              answer: {
                items: 'items',
                success: { present: 'id' },
                errors: { code: 'code', codes: { LOCK: 'busy' } },
              },
            },
          },
        },
      }),
      { secrets: secretsOf({}), clock: stillClock() },
    ),
  cases: [
    one('200', 'upsert', json(200, {}), { kind: 'accepted' }),
    one('201', 'upsert', json(201, {}), { kind: 'accepted', created: true }),
    both(
      '200, an item that says yes and one that says no',
      json(200, { items: [{ id: 1 }, { code: 'BAD' }] }),
      { kind: 'accepted' },
      { kind: 'rejected', code: 'BAD' },
    ),
    both(
      '200, an item whose code means a lock',
      json(200, { items: [{ id: 1 }, { code: 'LOCK' }] }),
      { kind: 'accepted' },
      { kind: 'retry', scope: 'row', code: 'remote.row-busy' },
    ),
    both('200, fewer items than rows', json(200, { items: [{ id: 1 }] }), lost, lost),
    both('200, an HTML page where items were due', page(200), lost, lost),
    both(
      '400, for the whole request',
      json(400, { error: { code: 'BAD' } }),
      { kind: 'rejected', code: 'BAD', whole: true },
      { kind: 'rejected', code: 'BAD', whole: true },
    ),
    one(
      'a code that is said to mean a limit, with any status',
      'upsert',
      json(400, { error: { code: 'LIMIT' } }),
      later('remote.throttled'),
    ),
    one('400, 402, 409, 413, 415, 422', 'upsert', json(422, { error: { code: 'BAD' } }), {
      kind: 'rejected',
      code: 'BAD',
    }),
    one('the same without a code', 'upsert', page(422), { kind: 'rejected', code: 'HTTP_422' }),
    one('404, 410', 'update', json(404, {}), { kind: 'absent' }),
    one('404, 410', 'upsert', json(404, {}), { kind: 'rejected', code: 'HTTP_404' }),
    one(
      '401, and again with what the secrets hold then',
      'upsert',
      json(401, {}),
      later('remote.unauthorized'),
    ),
    one('403', 'upsert', json(403, {}), { kind: 'retry', scope: 'row', code: 'remote.unauthorized' }),
    one(
      '403 with Retry-After: 5',
      'upsert',
      json(403, {}, { 'retry-after': '5' }),
      later('remote.throttled', { afterMs: 5000 }),
    ),
    one('408', 'upsert', json(408, {}), later('remote.timeout')),
    one('423', 'upsert', json(423, {}), { kind: 'retry', scope: 'row', code: 'remote.row-busy' }),
    one(
      '429 with Retry-After: 7',
      'upsert',
      json(429, {}, { 'retry-after': '7' }),
      later('remote.throttled', { afterMs: 7000 }),
    ),
    one('200 with a page for browsers', 'upsert', page(200), lost),
    one('500 and other 5xx', 'upsert', page(500), {
      kind: 'retry',
      scope: 'row',
      code: 'remote.unavailable',
    }),
    one('503', 'upsert', page(503), later('remote.unavailable')),
    one('502, 504', 'upsert', page(502), later('remote.unavailable')),
    one('500 and other 5xx but 503', 'send', page(524), lost),
    one(
      'a redirect',
      'upsert',
      { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
      { kind: 'rejected', code: 'HTTP_REDIRECT' },
    ),
    one('nobody listens', 'upsert', 'unreachable', later('remote.unavailable')),
    one('reset after sending', 'upsert', 'reset', lost),
    one('half an answer', 'upsert', 'cut', lost),
    one('no answer in time', 'upsert', 'hang', { kind: 'unknown', code: 'remote.timeout' }),
  ],
};
