import { describe, expect, test } from 'vitest';
import type { Action, Operation } from '../../../shared/core/remote.js';
import { type Asked, fakeFetch, jsonResponse, never } from '../fakes.js';
import { open, salesforceAt } from '../subjects.js';
import { GRANT, HOST } from './org.js';

const CAMPAIGN = '701000000000001AAA';
const ids = ['003000000000001AAA', '003000000000002AAA', '003000000000003AAA'];
const ok = (id: string) => ({ id, success: true, errors: [] });
const failed = (statusCode: string, message = 'text') => ({
  success: false,
  errors: [{ statusCode, message, fields: [] }],
});

const action = (operation: Operation, key: string, rest: Partial<Action> = {}): Action => ({
  connection: 'crm',
  operation,
  object: 'Contact',
  key: { AEP_Id__c: key },
  fields: operation === 'update' ? { LastName: `L ${key}` } : {},
  ...rest,
});

/** A connection to an org that answers request by request. */
function org(answers: readonly ((asked: Asked) => Response)[], config: object = {}) {
  const data: Asked[] = [];
  const { fetch } = fakeFetch((asked) => {
    if (asked.url.endsWith('/services/oauth2/token')) return jsonResponse(200, GRANT);
    const answer = answers[data.push(asked) - 1];
    if (answer === undefined) throw new Error(`nobody expected ${asked.method} ${asked.url}`);
    return answer(asked);
  });
  const connector = open({ ...salesforceAt(HOST), ...config }, { fetch, random: () => 0.5 });
  const send = (actions: readonly Action[]) => connector.send(actions, never());
  const sent = () =>
    data.map(
      ({ method, url }) =>
        `${method} ${url.replace('https://acme.my.salesforce.com/services/data/v66.0', '')}`,
    );
  return { connector, send, sent, body: (i: number) => JSON.parse(data[i]?.body ?? 'null') };
}

const json = (value: unknown) => () => jsonResponse(200, value);
const page = (records: readonly object[]) =>
  json({
    compositeResponse: [
      { httpStatusCode: 200, body: { totalSize: 1, done: true, records }, referenceId: 'query0' },
    ],
  });
const soql = (body: { compositeRequest: { url: string }[] }): readonly string[] =>
  body.compositeRequest.map(({ url }) => decodeURIComponent(url.split('?q=')[1] ?? ''));

describe('update and delete', () => {
  test('ids by one query, whose values travel in the body, then one update', async () => {
    const { send, sent, body } = org([
      page([
        { attributes: {}, Id: ids[1], AEP_Id__c: 'p2' },
        { attributes: {}, Id: ids[0], AEP_Id__c: 'P1' },
      ]),
      json([ok(ids[0] ?? ''), failed('UNABLE_TO_LOCK_ROW')]),
    ]);
    const outcomes = await send(['p1', 'nobody', 'p2'].map((key) => action('update', key)));
    expect(outcomes).toMatchObject([
      { kind: 'accepted', id: ids[0] },
      { kind: 'absent' },
      { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } },
    ]);
    expect(sent()).toEqual(['POST /composite', 'PATCH /composite/sobjects']);
    expect(soql(body(0))).toEqual([
      "SELECT Id, AEP_Id__c FROM Contact WHERE AEP_Id__c IN ('p1','nobody','p2')",
    ]);
    expect(body(1)).toEqual({
      allOrNone: false,
      records: [
        { attributes: { type: 'Contact' }, id: ids[0], LastName: 'L p1' },
        { attributes: { type: 'Contact' }, id: ids[1], LastName: 'L p2' },
      ],
    });
  });

  test('nobody is there: one request', async () => {
    const { send, sent } = org([page([])]);
    expect(await send([action('update', 'p1')])).toEqual([{ kind: 'absent' }]);
    expect(sent()).toEqual(['POST /composite']);
  });

  test('rows that are addressed by their record id need no query', async () => {
    const byId = (operation: Operation, id: string) => action(operation, '', { key: { Id: id } });
    const { send, sent } = org([json([ok(ids[0] ?? ''), failed('ENTITY_IS_DELETED')])]);
    const outcomes = await send([
      byId('delete', ids[0] ?? ''),
      byId('delete', "x' OR Id != '"),
      byId('delete', ids[1] ?? ''),
    ]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'key.malformed' },
      { kind: 'absent' },
    ]);
    expect(sent()).toEqual([`DELETE /composite/sobjects?ids=${ids[0]},${ids[1]}&allOrNone=false`]);
  });

  test('delete: ids by query, then one request', async () => {
    const { send, sent } = org([page([{ Id: ids[0], AEP_Id__c: 'p1' }]), json([ok(ids[0] ?? '')])]);
    expect(await send([action('delete', 'p1'), action('delete', 'p2')])).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(sent()).toEqual(['POST /composite', `DELETE /composite/sobjects?ids=${ids[0]}&allOrNone=false`]);
  });

  test('a key that two records have is refused, and nothing is written', async () => {
    const { send, sent } = org([
      page([
        { Id: ids[0], AEP_Id__c: 'p1' },
        { Id: ids[1], AEP_Id__c: 'p1' },
      ]),
    ]);
    expect(await send([action('update', 'p1')])).toMatchObject([{ kind: 'rejected', code: 'key.ambiguous' }]);
    expect(sent()).toHaveLength(1);
  });

  test('what is in a key stays in its quotes', async () => {
    const { send, body } = org([page([])]);
    await send([action('update', "x') OR Name != '\\"), action('update', 'two\nlines')]);
    expect(soql(body(0))).toEqual([
      "SELECT Id, AEP_Id__c FROM Contact WHERE AEP_Id__c IN ('x\\') OR Name != \\'\\\\','two\\nlines')",
    ]);
  });

  test('long keys are asked for in several queries of one request', async () => {
    const { send, sent, body } = org([
      (asked) => {
        const { compositeRequest } = JSON.parse(asked.body);
        return jsonResponse(200, {
          compositeResponse: compositeRequest.map(() => ({
            httpStatusCode: 200,
            body: { done: true, records: [] },
          })),
        });
      },
    ]);
    const actions = Array.from({ length: 200 }, (_, i) => action('update', `${i}${'x'.repeat(200)}`));
    expect((await send(actions)).every(({ kind }) => kind === 'absent')).toBe(true);
    expect(sent()).toHaveLength(1);
    expect(soql(body(0)).length).toBeGreaterThan(1);
    expect(soql(body(0)).every((query) => query.length < 12_000)).toBe(true);
  });

  test.each<[string, () => Response, object]>([
    ['502', () => new Response('', { status: 502 }), { kind: 'retry', scope: 'connection', unsent: true }],
    [
      'no list',
      json({}),
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.unanswered' }, unsent: true },
    ],
    [
      'a page that is not the last',
      json({ compositeResponse: [{ httpStatusCode: 200, body: { done: false, records: [] } }] }),
      { kind: 'retry', fault: { code: 'remote.unanswered' }, unsent: true },
    ],
    [
      'no such field',
      json({
        compositeResponse: [
          { httpStatusCode: 400, body: [{ errorCode: 'INVALID_FIELD', message: 'No such column' }] },
        ],
      }),
      { kind: 'rejected', code: 'INVALID_FIELD' },
    ],
  ])('a query answered with %s: nothing was written', async (_, answer, expected) => {
    const { send, sent } = org([answer]);
    expect(await send([action('update', 'p1')])).toMatchObject([expected]);
    expect(sent()).toHaveLength(1);
  });
});

describe('campaigns', () => {
  const add = (key: string, fields: Action['fields'] = {}): Action =>
    action('add', key, { list: CAMPAIGN, fields });
  const remove = (key: string): Action => action('remove', key, { list: CAMPAIGN });
  const member = (key: string, id: string) => ({ Id: id, Contact: { attributes: {}, AEP_Id__c: key } });
  const QUERY = `SELECT Id, Contact.AEP_Id__c FROM CampaignMember WHERE CampaignId = '${CAMPAIGN}' AND Contact.AEP_Id__c IN`;

  test('who is no member joins, who is gets the status: a query and two writes', async () => {
    const { send, sent, body } = org([
      page([member('p2', '00v000000000002AAA'), member('p3', '00v000000000003AAA')]),
      json([ok('00v000000000001AAA')]),
      json([ok('00v000000000002AAA')]),
    ]);
    const Status = 'Hot';
    const outcomes = await send([add('p1', { Status }), add('p2', { Status }), add('p3')]);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }, { kind: 'accepted' }]);
    expect(sent()).toEqual(['POST /composite', 'POST /composite/sobjects', 'PATCH /composite/sobjects']);
    expect(soql(body(0))).toEqual([`${QUERY} ('p1','p2','p3')`]);
    expect(body(1).records).toEqual([
      { attributes: { type: 'CampaignMember' }, CampaignId: CAMPAIGN, Contact: { AEP_Id__c: 'p1' }, Status },
    ]);
    expect(body(2).records).toEqual([
      { attributes: { type: 'CampaignMember' }, id: '00v000000000002AAA', Status },
    ]);
  });

  test('joined meanwhile: done, unless there is a status to be written', async () => {
    const twice = failed('DUPLICATE_VALUE', 'Already a campaign member.');
    const { send } = org([page([]), json([twice, twice])]);
    expect(await send([add('p1'), add('p2', { Status: 'Hot' })])).toMatchObject([
      { kind: 'accepted', created: false },
      { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } },
    ]);
  });

  test('with a key of members: one upsert, and a look only at those whose status it would not write', async () => {
    const fixed = failed(
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      'Unable to create/update fields: CampaignId, ContactId.',
    );
    const { send, sent, body } = org(
      [
        json([ok('00v000000000001AAA'), fixed, fixed]),
        page([member('p3', '00v000000000003AAA')]),
        json([ok('00v000000000003AAA')]),
      ],
      { campaignMember: { key: 'AEP_Member_Key__c' } },
    );
    const outcomes = await send([add('p1'), add('p2'), add('p3', { Status: 'Hot' })]);
    expect(outcomes).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted', created: false },
      { kind: 'accepted' },
    ]);
    expect(sent()).toEqual([
      'PATCH /composite/sobjects/CampaignMember/AEP_Member_Key__c',
      'POST /composite',
      'PATCH /composite/sobjects',
    ]);
    expect(body(0).records[0]).toEqual({
      attributes: { type: 'CampaignMember' },
      CampaignId: CAMPAIGN,
      Contact: { AEP_Id__c: 'p1' },
      AEP_Member_Key__c: `${CAMPAIGN}|p1`,
    });
  });

  test('a lead by its record id', async () => {
    const lead = action('add', '', { object: 'Lead', key: { Id: '00Q000000000001AAA' }, list: CAMPAIGN });
    const { send, body } = org([page([]), json([ok('00v000000000001AAA')])]);
    await send([lead]);
    expect(soql(body(0))[0]).toBe(
      `SELECT Id, LeadId FROM CampaignMember WHERE CampaignId = '${CAMPAIGN}' AND LeadId IN ('00Q000000000001AAA')`,
    );
    expect(body(1).records[0]).toMatchObject({ LeadId: '00Q000000000001AAA' });
  });

  test('removed: members by query, then one delete; who is none is absent', async () => {
    const { send, sent, body } = org([
      page([member('p1', '00v000000000001AAA')]),
      json([ok('00v000000000001AAA')]),
    ]);
    expect(await send([remove('p1'), remove('p2')])).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(soql(body(0))).toEqual([`${QUERY} ('p1','p2')`]);
    expect(sent()[1]).toBe('DELETE /composite/sobjects?ids=00v000000000001AAA&allOrNone=false');
  });

  test('when the org goes away between the two writes, the second is not made', async () => {
    const { send, sent } = org([
      page([member('p2', '00v000000000002AAA')]),
      () => new Response('', { status: 503 }),
    ]);
    const outcomes = await send([add('p1', { Status: 'Hot' }), add('p2', { Status: 'Hot' })]);
    expect(outcomes).toMatchObject([
      { kind: 'retry', scope: 'connection' },
      { kind: 'retry', scope: 'connection', unsent: true },
    ]);
    expect(sent()).toHaveLength(2);
  });

  test.each<[Partial<Action>, string]>([
    [{ list: "701' OR Id != '" }, 'list.malformed'],
    [{ list: 'newsletter' }, 'list.malformed'],
    [{ object: 'Account' }, 'list.object'],
  ])('%j is refused before anything is sent', async (rest, code) => {
    const { send, sent } = org([]);
    for (const one of [add('p1'), remove('p1')])
      expect(await send([{ ...one, ...rest }])).toMatchObject([{ kind: 'rejected', code }]);
    expect(sent()).toEqual([]);
  });
});

describe('sends', () => {
  const task = (idempotencyKey: string, fields: Action['fields'] = { Subject: 'Call' }): Action =>
    action('send', '', { object: 'Task', key: {}, fields, idempotencyKey });

  test('a task is made, and must not be made again', async () => {
    const { connector, send, sent, body } = org([json([{ ...ok('00T000000000001AAA') }])]);
    expect(connector.isIdempotent({ operation: 'send', object: 'Task' })).toBe(false);
    expect(await send([task('k1')])).toMatchObject([{ kind: 'accepted', id: '00T000000000001AAA' }]);
    expect(sent()).toEqual(['POST /composite/sobjects']);
    expect(body(0)).toEqual({
      allOrNone: false,
      records: [{ attributes: { type: 'Task' }, Subject: 'Call' }],
    });
  });

  test('with a field for the idempotency key it is an upsert, made as often as one likes', async () => {
    const { connector, send, sent, body } = org([json([ok('00T000000000001AAA')])], {
      idempotencyKeys: { Task: 'AEP_Once__c' },
    });
    expect(connector.isIdempotent({ operation: 'send', object: 'Task' })).toBe(true);
    expect(connector.isIdempotent({ operation: 'send', object: 'Case' })).toBe(false);
    const clash = task('k2', { Subject: 'x', aep_once__c: 'y' });
    expect(await send([clash, task('k1')])).toMatchObject([
      { kind: 'rejected', code: 'key.conflict' },
      { kind: 'accepted' },
    ]);
    expect(sent()).toEqual(['PATCH /composite/sobjects/Task/AEP_Once__c']);
    expect(body(0).records).toEqual([{ attributes: { type: 'Task' }, AEP_Once__c: 'k1', Subject: 'Call' }]);
  });

  test('a platform event that is taken in says so among its errors; each has its own fate', async () => {
    const taken = {
      id: 'e01000000000001AAA',
      success: true,
      errors: [
        { statusCode: 'OPERATION_ENQUEUED', message: '232fd30e-0a71-42bd-a97b-be0e329b2ded', fields: [] },
      ],
    };
    const event = { ...task('k'), object: 'Hot_Prospect__e' };
    const { connector, send } = org([
      json([
        taken,
        failed('INVALID_FIELD'),
        failed('LIMIT_EXCEEDED'),
        failed('PLATFORM_EVENT_PUBLISHING_UNAVAILABLE'),
      ]),
    ]);
    expect(connector.isIdempotent({ operation: 'send', object: 'Hot_Prospect__e' })).toBe(false);
    expect(await send([event, event, event, event])).toMatchObject([
      { kind: 'accepted' },
      { kind: 'rejected', code: 'INVALID_FIELD' },
      { kind: 'retry', scope: 'row', fault: { code: 'remote.quota' } },
      { kind: 'retry', scope: 'row', fault: { code: 'remote.unavailable' } },
    ]);
  });
});
