import { describe, expect, test } from 'vitest';
import type { Action } from '../../../shared/core/remote.js';
import { action, failed, json, ok, stepwise } from './steps-org.js';

describe('sends', () => {
  const task = (idempotencyKey: string, fields: Action['fields'] = { Subject: 'Call' }): Action =>
    action('send', '', { object: 'Task', key: {}, fields, idempotencyKey });

  test('a task is made, and must not be made again', async () => {
    const { connector, send, sent, body } = stepwise([json([{ ...ok('00T000000000001AAA') }])]);
    expect(connector.isIdempotent({ operation: 'send', object: 'Task' })).toBe(false);
    expect(await send([task('k1')])).toMatchObject([{ kind: 'accepted', id: '00T000000000001AAA' }]);
    expect(sent()).toEqual(['POST /composite/sobjects']);
    expect(body(0)).toEqual({
      allOrNone: false,
      records: [{ attributes: { type: 'Task' }, Subject: 'Call' }],
    });
  });

  test.each([500, 502, 504])(
    'a gateway that answers %d may have let it through: nobody knows',
    async (status) => {
      const page = new Response('<html>', { status, headers: { 'content-type': 'text/html' } });
      expect(await stepwise([() => page]).send([task('k1')])).toMatchObject([{ kind: 'unknown' }]);
    },
  );

  test('with a field for the idempotency key it is an upsert, made as often as one likes', async () => {
    const { connector, send, sent, body } = stepwise([json([ok('00T000000000001AAA')])], {
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
    const { connector, send } = stepwise([
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
