import type { Action, Operation } from '../../../shared/core/remote.js';
import { type Asked, fakeFetch, jsonResponse, never } from '../fakes.js';
import { open, salesforceAt } from '../subjects.js';
import { GRANT, HOST } from './org.js';

/** A campaign. */
export const CAMPAIGN = '701000000000001AAA';
/** Record ids of contacts. */
export const ids = ['003000000000001AAA', '003000000000002AAA', '003000000000003AAA'];
/** An accepted row. */
export const ok = (id: string) => ({ id, success: true, errors: [] });
/** A refused row. */
export const failed = (statusCode: string, message = 'text') => ({
  success: false,
  errors: [{ statusCode, message, fields: [] }],
});

/** An action on a contact. */
export const action = (operation: Operation, key: string, rest: Partial<Action> = {}): Action => ({
  connection: 'crm',
  operation,
  object: 'Contact',
  key: { AEP_Id__c: key },
  fields: operation === 'update' ? { LastName: `L ${key}` } : {},
  ...rest,
});

/** A connection to an org that answers request by request. */
export function stepwise(answers: readonly ((asked: Asked) => Response)[], config: object = {}) {
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

/** An answer of 200. */
export const json = (value: unknown) => () => jsonResponse(200, value);
/** An answer to queries: the records found. */
export const page = (records: readonly object[]) =>
  json({
    compositeResponse: [
      { httpStatusCode: 200, body: { totalSize: 1, done: true, records }, referenceId: 'query0' },
    ],
  });
/** The queries of a composite request. */
export const soql = (body: { compositeRequest: { url: string }[] }): readonly string[] =>
  body.compositeRequest.map(({ url }) => decodeURIComponent(url.split('?q=')[1] ?? ''));
