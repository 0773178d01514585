import type { Action } from '../../../shared/core/remote.js';
import type { AnswerCase, AnswerTable, Becomes, Played } from '../answers-table.js';
import {
  batch,
  change,
  contact,
  done,
  hubspotAt,
  hubspotSubjects,
  member,
  notFound,
  openHubspot,
  problem,
  record,
  refusedRow,
  said,
} from './account.js';

const P1 = contact('p1');
const TWO = [contact('p1'), contact('p2')];
const UPDATE = contact('p1', 'update');
const DELETE = contact('p1', 'delete', {});

const DONE: Becomes = { kind: 'accepted', created: false };
const MADE: Becomes = { kind: 'accepted', created: true };
const JOINED: Becomes = { kind: 'accepted' };
const ABSENT: Becomes = { kind: 'absent' };
const UNKNOWN: Becomes = { kind: 'unknown', code: 'remote.unanswered' };
const TIMEOUT: Becomes = { kind: 'unknown', code: 'remote.timeout' };

const resting = (code: string, afterMs?: number): Becomes => ({
  kind: 'retry',
  scope: 'connection',
  code,
  ...(afterMs !== undefined && { afterMs }),
});
const refused = (code: string): Becomes => ({ kind: 'rejected', code });
const whole = (code: string): Becomes => ({ kind: 'rejected', code, whole: true });
const unsent = (becomes: Becomes): Becomes =>
  becomes.kind === 'retry' ? { ...becomes, unsent: true } : becomes;

const PAGE = { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad gateway</html>' };
const html = (status: number) => ({ ...PAGE, status });
const EMPTY = { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
const BROKEN = { ...EMPTY, body: '{"status":"COMPLETE","results":[' };

const one = (answer: string, action: Action, played: readonly Played[], becomes: Becomes): AnswerCase => ({
  answer,
  actions: [action],
  played,
  becomes: [becomes],
});
const both = (answer: string, played: Played, becomes: readonly Becomes[]): AnswerCase => ({
  answer,
  actions: TWO,
  played: [played],
  becomes,
});

const INVALID_EMAIL =
  'Property values were not valid: [{"isValid":false,"message":"Email address is invalid","error":"INVALID_EMAIL","name":"email"}]';
const limit = (policyName: string) => ({
  status: 'error',
  message: 'You have reached your limit.',
  errorType: 'RATE_LIMIT',
  policyName,
});
const HERE = said(200, { status: 'COMPLETE', results: [record('51', 'p1')] });
const NOWHERE = said(207, { status: 'COMPLETE', results: [], numErrors: 1, errors: [notFound('p1')] });

const writes: readonly AnswerCase[] = [
  both('200, both rows in `results`', said(200, batch([done('1', { new: true }), done('0')])), [DONE, MADE]),
  both(
    '207, one row in `results` and one in `errors`',
    said(207, batch([done('1')], [refusedRow('0', 'VALIDATION_ERROR', INVALID_EMAIL)])),
    [{ kind: 'rejected', code: 'INVALID_EMAIL', field: 'email' }, DONE],
  ),
  both('200 that mentions one of two rows', said(200, batch([done('0')])), [DONE, UNKNOWN]),
  both(
    '207 with an error that names no row',
    said(207, batch([done('1')], [{ category: 'VALIDATION_ERROR', message: 'x' }])),
    [UNKNOWN, DONE],
  ),
  one(
    '207 with an error that names no row, for a single row',
    P1,
    [said(207, batch([], [{ category: 'VALIDATION_ERROR', message: 'x' }]))],
    refused('VALIDATION_ERROR'),
  ),
  both(
    'a row both in `results` and in `errors`',
    said(207, batch([done('0'), done('1')], [refusedRow('0')])),
    [UNKNOWN, DONE],
  ),
  both('results without `objectWriteTraceId`', said(200, batch([{ id: '90' }, { id: '91' }])), [
    UNKNOWN,
    UNKNOWN,
  ]),
  both('200 with `status: PENDING`', said(200, { ...batch([done('0'), done('1')]), status: 'PENDING' }), [
    UNKNOWN,
    UNKNOWN,
  ]),
  both(
    '207, a row in error INTERNAL_ERROR',
    said(207, batch([done('1')], [refusedRow('0', 'INTERNAL_ERROR')])),
    [{ kind: 'retry', scope: 'row', code: 'remote.unavailable' }, DONE],
  ),
  both('207, a row in error RATE_LIMITS', said(207, batch([done('1')], [refusedRow('0', 'RATE_LIMITS')])), [
    resting('remote.throttled', 10_000),
    DONE,
  ]),
  both(
    '400 VALIDATION_ERROR, "Duplicate IDs found in batch input"',
    said(400, problem('VALIDATION_ERROR', 'Duplicate IDs found in batch input')),
    [whole('VALIDATION_ERROR'), whole('VALIDATION_ERROR')],
  ),
  one(
    '400, a property that does not exist',
    P1,
    [
      said(
        400,
        problem(
          'VALIDATION_ERROR',
          'Property values were not valid: [{"error":"PROPERTY_DOESNT_EXIST","name":"nope"}]',
        ),
      ),
    ],
    { kind: 'rejected', code: 'PROPERTY_DOESNT_EXIST', whole: true, field: 'nope' },
  ),
  one('409 CONFLICT', P1, [said(409, problem('CONFLICT'))], whole('CONFLICT')),
  one('404, no such object type', P1, [said(404, problem('OBJECT_NOT_FOUND'))], refused('OBJECT_NOT_FOUND')),
  one('414', P1, [html(414)], refused('HTTP_414')),
  one('an unknown 4xx', P1, [html(418)], refused('HTTP_418')),
];

const waits: readonly AnswerCase[] = [
  one(
    '429 TEN_SECONDLY_ROLLING, `X-HubSpot-RateLimit-Interval-Milliseconds: 10000`',
    P1,
    [said(429, limit('TEN_SECONDLY_ROLLING'), { 'x-hubspot-ratelimit-interval-milliseconds': '10000' })],
    resting('remote.throttled', 10_000),
  ),
  one(
    '429 SECONDLY, interval 1000',
    P1,
    [said(429, limit('SECONDLY'), { 'x-hubspot-ratelimit-interval-milliseconds': '1000' })],
    resting('remote.throttled', 1000),
  ),
  one(
    '429 without any header',
    P1,
    [said(429, limit('TEN_SECONDLY_ROLLING'))],
    resting('remote.throttled', 10_000),
  ),
  one('429 DAILY', P1, [said(429, limit('DAILY'))], resting('remote.quota', 900_000)),
  one(
    '429 without a policy, `X-HubSpot-RateLimit-Daily-Remaining: 0`',
    P1,
    [said(429, {}, { 'x-hubspot-ratelimit-daily-remaining': '0' })],
    resting('remote.quota', 900_000),
  ),
  one('423, records are locked', P1, [said(423, problem('LOCKED'))], {
    kind: 'retry',
    scope: 'row',
    code: 'remote.row-busy',
    afterMs: 2000,
  }),
  one(
    '477, the account is being moved; `Retry-After: 86400`',
    P1,
    [said(477, {}, { 'retry-after': '86400' })],
    resting('remote.unavailable', 86_400_000),
  ),
  ...[500, 502, 503, 504, 521, 523, 524].map((status) =>
    one(`${status}, an HTML page`, P1, [html(status)], resting('remote.unavailable')),
  ),
  one('401 twice', P1, [said(401, problem('INVALID_AUTHENTICATION'))], resting('remote.unauthorized')),
  one(
    '401, then 200',
    P1,
    [said(401, problem('EXPIRED_AUTHENTICATION')), said(200, batch([done('0')]))],
    DONE,
  ),
  one('403 MISSING_SCOPES', P1, [said(403, problem('MISSING_SCOPES'))], resting('remote.unauthorized')),
  one('403 of any other kind', P1, [html(403)], { kind: 'retry', scope: 'row', code: 'remote.unauthorized' }),
];

const broken: readonly AnswerCase[] = [
  one('200, an HTML page', P1, [html(200)], UNKNOWN),
  one('200 without a body', P1, [EMPTY], UNKNOWN),
  one('200, JSON that breaks off', P1, [BROKEN], UNKNOWN),
  one(
    'a redirect',
    P1,
    [{ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
    refused('HTTP_REDIRECT'),
  ),
  one('nobody listens: nothing was sent', P1, ['unreachable'], resting('remote.unavailable')),
  one('the connection is reset after sending', P1, ['reset'], UNKNOWN),
  one('the connection is closed after sending', P1, ['closed'], UNKNOWN),
  one('the answer breaks off', P1, ['cut'], UNKNOWN),
  one('no answer in time', P1, ['hang'], TIMEOUT),
];

const updates: readonly AnswerCase[] = [
  one('200, the row in `results`', UPDATE, [said(200, batch([done('0', { new: undefined })]))], JOINED),
  one('207, OBJECT_NOT_FOUND for the row', UPDATE, [said(207, batch([], [notFound('p1')]))], ABSENT),
  one(
    '200 without the row, and the look-up finds no record',
    UPDATE,
    [said(200, batch([])), NOWHERE],
    ABSENT,
  ),
  one('200 without the row, and the look-up finds it', UPDATE, [said(200, batch([])), HERE], UNKNOWN),
  one(
    '404, and the look-up finds no record',
    UPDATE,
    [said(404, problem('OBJECT_NOT_FOUND')), NOWHERE],
    ABSENT,
  ),
];

const members: readonly AnswerCase[] = [
  one('found, then in `recordsIdsAdded`', member('p1'), [HERE, said(200, change(['51']))], JOINED),
  one(
    'found, then in none of the lists: a member already',
    member('p1'),
    [HERE, said(200, change([]))],
    JOINED,
  ),
  one('found, then in `recordIdsMissing`', member('p1'), [HERE, said(200, change([], [], ['51']))], ABSENT),
  one('the look-up finds no record', member('p1'), [NOWHERE], ABSENT),
  one(
    'the look-up says nothing of the row',
    member('p1'),
    [said(200, { results: [] })],
    unsent({ kind: 'retry', scope: 'row', code: 'remote.unanswered' }),
  ),
  one('the look-up gets no answer', member('p1'), ['reset'], unsent(resting('remote.unanswered'))),
  one(
    'the look-up is throttled',
    member('p1'),
    [said(429, limit('SECONDLY'))],
    unsent(resting('remote.throttled', 10_000)),
  ),
  one(
    'found, then 400: the list is a dynamic one',
    member('p1'),
    [HERE, said(400, problem('VALIDATION_ERROR'))],
    refused('VALIDATION_ERROR'),
  ),
  one(
    'found, then 404: no such list',
    member('p1'),
    [HERE, said(404, problem('OBJECT_NOT_FOUND'))],
    refused('OBJECT_NOT_FOUND'),
  ),
  one('found, then an answer without its lists', member('p1'), [HERE, said(200, {})], UNKNOWN),
  one('found, then no answer', member('p1'), [HERE, 'reset'], UNKNOWN),
  one(
    'found, then in `recordIdsRemoved`',
    member('p1', 'remove'),
    [HERE, said(200, change([], ['51']))],
    JOINED,
  ),
  one(
    'found, then in none of the lists: no member',
    member('p1', 'remove'),
    [HERE, said(200, change([]))],
    ABSENT,
  ),
  one('the look-up finds no record', member('p1', 'remove'), [NOWHERE], ABSENT),
];

const deletions: readonly AnswerCase[] = [
  one('found, then 204', DELETE, [HERE, { status: 204, headers: {}, body: '' }], JOINED),
  one('the look-up finds no record', DELETE, [NOWHERE], ABSENT),
  one('found, then 200 without a word', DELETE, [HERE, said(200, {})], UNKNOWN),
  one('found, then 207 OBJECT_NOT_FOUND', DELETE, [HERE, said(207, batch([], [notFound('51')]))], ABSENT),
  one('found, then no answer', DELETE, [HERE, 'closed'], UNKNOWN),
];

const [byKey] = hubspotSubjects;

/** Every answer HubSpot documents, and those that anything on the way may give in its place. */
export const hubspotAnswers: AnswerTable = {
  vendor: 'hubspot',
  page: 'connectors/hubspot.md',
  cases: [...writes, ...waits, ...broken, ...updates, ...members, ...deletions],
  open: (base, timeoutMs) => openHubspot(hubspotAt(base, { timeoutMs })),
  loggingIn: (path) => byKey?.loggingIn(path),
};
