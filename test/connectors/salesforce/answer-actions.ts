import type { Clock } from '../../../shared/core/ports.js';
import type { Action, Operation } from '../../../shared/core/remote.js';
import type { Said } from '../../contracts/connector-subject.js';
import { T0 } from '../fakes.js';

/** A campaign. */
export const CAMPAIGN = '701000000000001AAA';

/** An action about one contact. */
export const doing = (operation: Operation, key: string, rest: Partial<Action> = {}): Action => ({
  connection: 'crm',
  operation,
  object: 'Contact',
  key: { AEP_Id__c: key },
  fields: operation === 'upsert' || operation === 'update' ? { LastName: 'Lovelace' } : {},
  ...(operation === 'add' || operation === 'remove' ? { list: CAMPAIGN } : {}),
  ...rest,
});

/** A send of something. */
export const sending = (object: string): Action =>
  doing('send', '', { object, key: {}, fields: { Subject: 'Call' }, idempotencyKey: 'once-1' });

/** A JSON answer. */
export const said = (
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Said => ({
  status,
  headers: { 'content-type': 'application/json;charset=UTF-8', ...headers },
  body: typeof value === 'string' ? value : JSON.stringify(value),
});

/** A page for browsers. */
export const html = (status: number): Said => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html>Down for maintenance</html>',
});

/** A CSV answer. */
export const csv = (text: string): Said => ({
  status: 200,
  headers: { 'content-type': 'text/csv' },
  body: text,
});

/** A refused request: its code is called `errorCode`. */
export const problem = (status: number, errorCode: string, message = 'text', headers = {}): Said =>
  said(status, [{ message, errorCode }], headers);

/** An accepted row. */
export const done = (created?: boolean, errors: readonly unknown[] = []) => ({
  id: '003000000000001AAA',
  success: true,
  errors,
  ...(created !== undefined && { created }),
});
/** A refused row: its code is called `statusCode`. */
export const refusal = (statusCode: string, message = 'text', fields: readonly string[] = []) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});

/** An answer to queries: the records that each finds. */
export const found = (...records: readonly object[]): Said =>
  said(200, {
    compositeResponse: [{ httpStatusCode: 200, body: { done: true, records }, referenceId: 'query0' }],
  });

/** A contact as a query finds it. */
export const CONTACT = { Id: '003000000000001AAA', AEP_Id__c: 'p1' };
/** A member of the campaign as a query finds it. */
export const MEMBER = { Id: '00v000000000001AAA', Contact: { AEP_Id__c: 'p1' } };

/** A clock that moves on when somebody sleeps. */
export function sleepingClock(start = T0): Clock & { readonly slept: number[] } {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep(ms, signal) {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
      return Promise.resolve();
    },
  };
}
