import { describe, expect, test } from 'vitest';
import type { Operation } from '../../../shared/core/remote.js';
import { jsonResponse } from '../fakes.js';
import { action, failed, ids, json, ok, page, soql, stepwise } from './steps-org.js';

describe('update and delete', () => {
  test('ids by one query, whose values travel in the body, then one update', async () => {
    const { send, sent, body } = stepwise([
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
    const { send, sent } = stepwise([page([])]);
    expect(await send([action('update', 'p1')])).toEqual([{ kind: 'absent' }]);
    expect(sent()).toEqual(['POST /composite']);
  });

  test('rows that are addressed by their record id need no query', async () => {
    const byId = (operation: Operation, id: string) => action(operation, '', { key: { Id: id } });
    const { send, sent } = stepwise([json([ok(ids[0] ?? ''), failed('ENTITY_IS_DELETED')])]);
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
    const { send, sent } = stepwise([page([{ Id: ids[0], AEP_Id__c: 'p1' }]), json([ok(ids[0] ?? '')])]);
    expect(await send([action('delete', 'p1'), action('delete', 'p2')])).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(sent()).toEqual(['POST /composite', `DELETE /composite/sobjects?ids=${ids[0]}&allOrNone=false`]);
  });

  test('a key that two records have is refused, and nothing is written', async () => {
    const { send, sent } = stepwise([
      page([
        { Id: ids[0], AEP_Id__c: 'p1' },
        { Id: ids[1], AEP_Id__c: 'p1' },
      ]),
    ]);
    expect(await send([action('update', 'p1')])).toMatchObject([{ kind: 'rejected', code: 'key.ambiguous' }]);
    expect(sent()).toHaveLength(1);
  });

  test('what is in a key stays in its quotes', async () => {
    const { send, body } = stepwise([page([])]);
    await send([action('update', "x') OR Name != '\\"), action('update', 'two\nlines')]);
    expect(soql(body(0))).toEqual([
      "SELECT Id, AEP_Id__c FROM Contact WHERE AEP_Id__c IN ('x\\') OR Name != \\'\\\\','two\\nlines')",
    ]);
  });

  test('long keys are asked for in several queries of one request', async () => {
    const { send, sent, body } = stepwise([
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
    const { send, sent } = stepwise([answer]);
    expect(await send([action('update', 'p1')])).toMatchObject([expected]);
    expect(sent()).toHaveLength(1);
  });
});
