import type { Action } from '../../../shared/core/remote.js';
import type { Said } from '../../contracts/connector-subject.js';
import type { AnswerCase, AnswerTable, Becomes, Played } from '../answers-table.js';
import { batchSaid, found, problem, refusedPart, written } from './batches.js';
import { contact, openDynamics } from './environment.js';
import { dynamicsSubject } from './subject.js';

const LIST = '99999999-aaaa-4bbb-8ccc-dddddddddddd';
const GUID = 'aaaaaaaa-bbbb-4ccc-8ddd-000000000001';
const MEMBERSHIP = 'eeeeeeee-bbbb-4ccc-8ddd-000000000001';

const P1 = contact('p1');
const TWO = [contact('p1'), contact('p2')];
const UPDATE = contact('p1', { operation: 'update' });
const DELETE = contact('p1', { operation: 'delete', fields: {} });
const ADD = contact('p1', { operation: 'add', list: LIST, fields: {} });
const REMOVE = contact('p1', { operation: 'remove', list: LIST, fields: {} });
const send = (object: string): Action => ({
  connection: 'crm',
  operation: 'send',
  object,
  key: {},
  fields: { subject: 'Call back' },
  idempotencyKey: 'k3y.0f',
});
const TASK = send('tasks');
const CALL = send('phonecalls');
/** A table that the connection of the table below writes with UpsertMultiple. */
const LEADS = ['p1', 'p2'].map((key) => contact(key, { object: 'leads' }));

const DONE: Becomes = { kind: 'accepted' };
const MADE: Becomes = { kind: 'accepted', created: true };
const ABSENT: Becomes = { kind: 'absent' };
const UNKNOWN: Becomes = { kind: 'unknown', code: 'remote.unanswered' };
const refused = (code: string): Becomes => ({ kind: 'rejected', code });
const whole = (code: string): Becomes => ({ kind: 'rejected', code, whole: true });
const waits = (scope: 'row' | 'connection', code: string, afterMs?: number): Becomes => ({
  kind: 'retry',
  scope,
  code,
  ...(afterMs !== undefined && { afterMs }),
});
const unsent = (becomes: Becomes): Becomes =>
  becomes.kind === 'retry' ? { ...becomes, unsent: true } : becomes;

const json = (status: number, body: unknown, headers = {}): Said => ({
  status,
  headers: { 'content-type': 'application/json; odata.metadata=minimal', ...headers },
  body: JSON.stringify(body),
});
const html = (status: number): Said => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html>Sign in</html>',
});
const bare = (status: number, headers = {}): Said => ({ status, headers, body: '' });
const CREATED = bare(204, {
  'odata-entityid': `https://acme.crm4.dynamics.com/api/data/v9.2/tasks(${GUID})`,
});

const one = (
  answer: string,
  action: Action,
  played: Played | readonly Played[],
  becomes: Becomes,
): AnswerCase => ({
  answer,
  actions: [action],
  played: typeof played === 'object' && Symbol.iterator in played ? played : [played],
  becomes: [becomes],
});
const both = (answer: string, played: Played, becomes: readonly Becomes[], actions = TWO): AnswerCase => ({
  answer,
  actions,
  played: [played],
  becomes,
});

const part = (answer: string, status: number, code: string, becomes: Becomes, message?: string) =>
  both(answer, batchSaid([refusedPart(status, code, message), written()]), [becomes, DONE]);

const rows: readonly AnswerCase[] = [
  both('200, a part 204 for each row', batchSaid([written(), written()]), [DONE, DONE]),
  both('200, parts 201 and 200', batchSaid([{ ...written(), status: 201 }, found({})]), [MADE, DONE]),
  part('200, a part 400 0x80044331 (a value is too long)', 400, '0x80044331', refused('0x80044331')),
  part('200, a part 400 0x80060888 (no such alternate key)', 400, '0x80060888', refused('0x80060888')),
  part(
    '200, a part 400 0x80048d19 (a property that does not exist)',
    400,
    '0x80048d19',
    refused('0x80048d19'),
  ),
  part('200, a part 404 without a code', 404, '', refused('HTTP_404')),
  part('200, a part 412 0x80040237 (DuplicateRecord)', 412, '0x80040237', refused('0x80040237')),
  part(
    '200, a part 412 0x80060882 (ConcurrencyVersionMismatch)',
    412,
    '0x80060882',
    waits('row', 'remote.row-busy'),
  ),
  part(
    '200, a part 403 0x80040220 (a privilege is missing)',
    403,
    '0x80040220',
    waits('row', 'remote.unauthorized'),
  ),
  part(
    '200, a part 500 0x80044150 (generic SQL error, a deadlock)',
    500,
    '0x80044150',
    waits('row', 'remote.row-busy'),
  ),
  part('200, a part 500 0x80040216 (unexpected error)', 500, '0x80040216', waits('row', 'remote.row-busy')),
  part('200, a part 400 0x80040216 (unexpected error)', 400, '0x80040216', refused('0x80040216')),
  part('200, a part 500 of another kind', 500, '0x80040224', waits('row', 'remote.unavailable')),
  part('200, a part 501', 501, '0x80040800', refused('0x80040800')),
  both(
    '200, a part 429 0x80072326 with `Retry-After: 5`',
    batchSaid([
      written(),
      {
        ...refusedPart(429, '0x80072326'),
        headers: { 'Content-Type': 'application/json', 'Retry-After': '5' },
      },
    ]),
    [DONE, waits('connection', 'remote.throttled', 5000)],
  ),
  both(
    '200, one part for two rows, the end is missing',
    batchSaid([written(), written()], { closed: false }),
    [DONE, UNKNOWN],
  ),
  both('200, one part for two rows, and it is an error', batchSaid([refusedPart(400, '0x80044331')]), [
    refused('0x80044331'),
    UNKNOWN,
  ]),
  both('200, one part 204 for two rows', batchSaid([written()]), [UNKNOWN, UNKNOWN]),
  both('200, three parts for two rows', batchSaid([written(), written(), written()]), [UNKNOWN, UNKNOWN]),
  both(
    '200, a part that is no HTTP answer',
    {
      ...batchSaid([written(), written()]),
      body: batchSaid([written(), written()]).body.replace('HTTP/1.1 204', 'what'),
    },
    [UNKNOWN, DONE],
  ),
];

const requests: readonly AnswerCase[] = [
  one(
    '400, a batch with one error, for one row',
    P1,
    batchSaid([refusedPart(400, '0x80044331')], { status: 400 }),
    refused('0x80044331'),
  ),
  both(
    '400, a batch with one error, for two rows: it stopped there',
    batchSaid([refusedPart(400, '0x80044331')], { status: 400 }),
    [whole('0x80044331'), whole('0x80044331')],
  ),
  one(
    '400 0x80048d19, the payload cannot be read',
    P1,
    json(400, problem('0x80048d19')),
    whole('0x80048d19'),
  ),
  one('413', P1, html(413), whole('HTTP_413')),
  one('404, an HTML page', P1, html(404), refused('HTTP_404')),
  one('an unknown 4xx', P1, html(418), refused('HTTP_418')),
  one('501', P1, html(501), refused('HTTP_501')),
  one(
    '429 0x80072322 (6000 requests in 300 s), `Retry-After: 30`',
    P1,
    json(429, problem('0x80072322'), { 'retry-after': '30' }),
    waits('connection', 'remote.throttled', 30_000),
  ),
  one(
    '429 0x80072321 (1200 s of execution in 300 s), `Retry-After: 120`',
    P1,
    json(429, problem('0x80072321'), { 'retry-after': '120' }),
    waits('connection', 'remote.throttled', 120_000),
  ),
  one(
    '429 0x80072326 (52 requests at once), `Retry-After: 2`',
    P1,
    json(429, problem('0x80072326'), { 'retry-after': '2' }),
    waits('connection', 'remote.throttled', 2000),
  ),
  one('429 without any header', P1, html(429), waits('connection', 'remote.throttled')),
  one('401 twice', P1, bare(401), waits('connection', 'remote.unauthorized')),
  one('401, then 200', P1, [bare(401), batchSaid([written()])], DONE),
  one(
    '403 0x80072560 (not a member of the organization)',
    P1,
    json(403, problem('0x80072560')),
    waits('connection', 'remote.unauthorized'),
  ),
  one('403 of any other kind', P1, json(403, problem('0x80040220')), waits('row', 'remote.unauthorized')),
  ...[500, 502, 503, 504].map((status) =>
    one(`${status}, an HTML page`, P1, html(status), waits('connection', 'remote.unavailable')),
  ),
  one('200, an HTML page', P1, html(200), UNKNOWN),
  one('200 without a body', P1, bare(200, { 'content-type': 'multipart/mixed; boundary=b' }), UNKNOWN),
  one('200, JSON that breaks off', P1, { ...json(200, {}), body: '{"value":[' }, UNKNOWN),
  one('a redirect', P1, bare(302, { location: 'https://login.example.com/' }), refused('HTTP_REDIRECT')),
  one('nobody listens: nothing was sent', P1, 'unreachable', waits('connection', 'remote.unavailable')),
  one('the connection is reset after sending', P1, 'reset', UNKNOWN),
  one('the connection is closed after sending', P1, 'closed', UNKNOWN),
  one('the answer breaks off', P1, 'cut', UNKNOWN),
  one('no answer in time', P1, 'hang', { kind: 'unknown', code: 'remote.timeout' }),
];

const missing = refusedPart(
  404,
  '0x80060891',
  'A record with the specified key values does not exist in contact entity',
);
const noTable = refusedPart(404, '0x8006088a', "Resource not found for the segment 'contactz'.");

const others: readonly AnswerCase[] = [
  one('a part 204', UPDATE, batchSaid([written()]), DONE),
  one('a part 404 0x80060891', UPDATE, batchSaid([missing]), ABSENT),
  one('a part 404: no such table', UPDATE, batchSaid([noTable]), refused('0x8006088a')),
  one('a part 204', DELETE, batchSaid([written()]), DONE),
  one('a part 404 0x80060891', DELETE, batchSaid([missing]), ABSENT),
  one('a part 404 0x80040217 (does not exist)', DELETE, batchSaid([refusedPart(404, '0x80040217')]), ABSENT),
  one(
    'a part 405 (a row of another table needs it)',
    DELETE,
    batchSaid([refusedPart(405, '0x80040227')]),
    refused('0x80040227'),
  ),
];

const multiple: readonly AnswerCase[] = [
  both('UpsertMultiple: 204', bare(204), [DONE, DONE], LEADS),
  both(
    'UpsertMultiple: 400, which undid all rows',
    json(400, problem('0x80044331')),
    [whole('0x80044331'), whole('0x80044331')],
    LEADS,
  ),
  both('UpsertMultiple: 404, an HTML page', html(404), [refused('HTTP_404'), refused('HTTP_404')], LEADS),
  both('UpsertMultiple: 200', json(200, {}), [UNKNOWN, UNKNOWN], LEADS),
];

const HERE = batchSaid([found({ '@odata.etag': 'W/"1"', contactid: GUID })]);
const LISTED = batchSaid([found({ value: [{ listmemberid: MEMBERSHIP }] })]);
const UNLISTED = batchSaid([found({ value: [] })]);
const GONE = batchSaid([{ status: 204 }]);

const members: readonly AnswerCase[] = [
  one('found, then 204', ADD, [HERE, bare(204)], DONE),
  one('found, then 412 0x80040237: a member already', ADD, [HERE, json(412, problem('0x80040237'))], DONE),
  one(
    'found, then 400 (a dynamic list, for example)',
    ADD,
    [HERE, json(400, problem('0x80040203'))],
    whole('0x80040203'),
  ),
  one('found, then 404: no such list', ADD, [HERE, json(404, problem('0x80040217'))], whole('0x80040217')),
  one('found, then no answer', ADD, [HERE, 'reset'], UNKNOWN),
  one(
    'found, then 429',
    ADD,
    [HERE, json(429, problem('0x80072322'), { 'retry-after': '9' })],
    waits('connection', 'remote.throttled', 9000),
  ),
  one('the look-up finds no row', ADD, batchSaid([missing]), ABSENT),
  one('the look-up gets no answer', ADD, 'reset', unsent(waits('connection', 'remote.unanswered'))),
  one('the look-up gives no id', ADD, batchSaid([found({})]), unsent(waits('row', 'remote.unanswered'))),
  one('the look-up gives 204', ADD, GONE, unsent(waits('row', 'remote.unanswered'))),
  one(
    'the look-up is throttled',
    ADD,
    json(429, problem('0x80072322'), { 'retry-after': '9' }),
    unsent(waits('connection', 'remote.throttled', 9000)),
  ),
  one('the look-up finds no table', ADD, batchSaid([noTable]), refused('0x8006088a')),
  one('found, listed, deleted, no longer listed', REMOVE, [HERE, LISTED, GONE, UNLISTED], DONE),
  one('found, not listed', REMOVE, [HERE, UNLISTED], ABSENT),
  one('the look-up finds no row', REMOVE, batchSaid([missing]), ABSENT),
  one(
    'found, then the list gives no answer',
    REMOVE,
    [HERE, 'reset'],
    unsent(waits('connection', 'remote.unanswered')),
  ),
  one('found, listed, then no answer', REMOVE, [HERE, LISTED, 'reset'], UNKNOWN),
  one(
    'found, listed, then 405',
    REMOVE,
    [HERE, LISTED, batchSaid([refusedPart(405, '0x80040800')])],
    refused('0x80040800'),
  ),
  one(
    'found, listed, already deleted by others',
    REMOVE,
    [HERE, LISTED, batchSaid([refusedPart(404, '0x80040217')]), UNLISTED],
    DONE,
  ),
  one(
    'found, listed, deleted, still listed',
    REMOVE,
    [HERE, LISTED, GONE, LISTED],
    waits('row', 'remote.unanswered'),
  ),
];

const sends: readonly AnswerCase[] = [
  one('204', TASK, CREATED, MADE),
  one('400', TASK, json(400, problem('0x80044331')), refused('0x80044331')),
  one(
    '500 with a code: the transaction was undone',
    TASK,
    json(500, problem('0x80044150')),
    waits('row', 'remote.row-busy'),
  ),
  one('502, an HTML page', TASK, html(502), UNKNOWN),
  one('no answer', TASK, 'reset', UNKNOWN),
  {
    answer: 'no answer to the first of two',
    actions: [TASK, { ...TASK, idempotencyKey: 'other' }],
    played: ['reset', CREATED],
    becomes: [UNKNOWN, unsent(waits('connection', 'remote.unanswered'))],
  },
  one('with `onceKeys`: a part 204', CALL, batchSaid([written()]), DONE),
];

/** Every answer Dataverse documents, and those that anything on the way may give in its place. */
export const dynamicsAnswers: AnswerTable = {
  vendor: 'dynamics',
  page: 'connectors/dynamics.md',
  cases: [...rows, ...requests, ...others, ...multiple, ...members, ...sends],
  open: (base, timeoutMs) =>
    openDynamics(
      {
        url: base,
        authority: base,
        timeoutMs,
        upsertMultiple: { leads: 'lead' },
        onceKeys: { phonecalls: 'aep_sendid' },
      },
      { random: () => 0 },
    ),
  loggingIn: (path) => dynamicsSubject.loggingIn(path),
};
