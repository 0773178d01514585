import { describe, expect, test } from 'vitest';
import type { Action } from '../../shared/core/ports.js';
import { type Asked, fakeFetch, jsonResponse, never, secretsOf } from './fakes.js';
import { CLIENT, contact, open, salesforceAt, TOKEN } from './subjects.js';

const HOST = 'acme.my.salesforce.com';
const INSTANCE = 'https://acme.my.salesforce.com';
const GRANT = {
  access_token: TOKEN,
  instance_url: INSTANCE,
  token_type: 'Bearer',
  issued_at: '1',
  signature: 's',
};

const accept = ({ body }: Asked): Response => {
  const { records }: { records: unknown[] } = JSON.parse(body);
  return jsonResponse(
    200,
    records.map((_, i) => ({ id: `003${i}`, success: true, created: i === 0, errors: [] })),
  );
};

/** A connection whose token requests succeed. */
function org(data: (asked: Asked, index: number) => Response = accept, grant: unknown = GRANT) {
  let calls = 0;
  const { fetch, asked } = fakeFetch((request) =>
    request.url.endsWith('/services/oauth2/token') ? jsonResponse(200, grant) : data(request, calls++),
  );
  const connector = open(salesforceAt(HOST), { fetch });
  const send = (actions: readonly Action[]) => connector.send(actions, never());
  return { connector, send, asked, data: () => asked.filter(({ method }) => method === 'PATCH') };
}

describe('on the wire', () => {
  test('the log in, as the vendor documents it', async () => {
    const { send, asked } = org();
    await send([contact('p1')]);
    expect(asked[0]).toMatchObject({ method: 'POST', url: `https://${HOST}/services/oauth2/token` });
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: CLIENT.clientId,
      client_secret: CLIENT.clientSecret,
    });
  });

  test('the upsert, as the vendor documents it, byte for byte', async () => {
    const { send, data } = org();
    await send([contact('p1', { LastName: 'Lovelace', Email: 'ada@example.com' })]);
    const [request] = data();
    expect(request?.url).toBe(
      'https://acme.my.salesforce.com/services/data/v66.0/composite/sobjects/Contact/AEP_Id__c',
    );
    expect(request?.headers.get('authorization')).toBe(`Bearer ${TOKEN}`);
    expect(request?.headers.get('content-type')).toBe('application/json');
    expect(request?.body).toBe(
      '{"allOrNone":false,"records":[{"attributes":{"type":"Contact"},"AEP_Id__c":"p1","LastName":"Lovelace","Email":"ada@example.com"}]}',
    );
  });

  test('null clears, an absent field is not named', async () => {
    const { send, data } = org();
    await send([contact('p1', { Email: null, Hot_Prospect__c: false, Loyalty_Points__c: 0 })]);
    expect(JSON.parse(data()[0]?.body ?? '')).toEqual({
      allOrNone: false,
      records: [
        {
          attributes: { type: 'Contact' },
          AEP_Id__c: 'p1',
          Email: null,
          Hot_Prospect__c: false,
          Loyalty_Points__c: 0,
        },
      ],
    });
  });

  test('one log in and one request for 200 rows; no request for none', async () => {
    const { send, asked } = org();
    expect(await send([])).toEqual([]);
    expect(asked).toHaveLength(0);
    const outcomes = await send(Array.from({ length: 200 }, (_, i) => contact(`p${i}`)));
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    await send([contact('p1')]);
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH']);
  });

  test('calls go to the instance that the token names', async () => {
    const { send, data } = org(accept, { ...GRANT, instance_url: 'https://na1.example.com' });
    await send([contact('p1')]);
    expect(new URL(data()[0]?.url ?? '').origin).toBe('https://na1.example.com');
  });

  test('a key of any shape travels in the body, a name of any shape stays one part of the path', async () => {
    const { send, data } = org();
    const action = { ...contact('a@b.co/x y?#'), object: '../Lead' };
    await send([action]);
    expect(new URL(data()[0]?.url ?? '').pathname).toBe(
      '/services/data/v66.0/composite/sobjects/..%2FLead/AEP_Id__c',
    );
    expect(data()[0]?.body).toContain('"AEP_Id__c":"a@b.co/x y?#"');
  });

  test('rows with other external id fields go into a request of their own, outcomes keep their places', async () => {
    const { send, data } = org();
    const byEmail = { ...contact('x'), key: { Email_Key__c: 'ada@example.com' } };
    const outcomes = await send([contact('p1'), byEmail, contact('p2')]);
    expect(data().map(({ url }) => url.split('/').at(-1))).toEqual(['AEP_Id__c', 'Email_Key__c']);
    expect(outcomes).toMatchObject([
      { kind: 'accepted', id: '0030' },
      { kind: 'accepted', id: '0030' },
      { kind: 'accepted', id: '0031' },
    ]);
  });
});

test('takes 200 rows at a time, and repeating them is safe', () => {
  expect(org().connector).toMatchObject({
    maxRows: 200,
    idempotent: true,
    operations: ['upsert'],
    name: 'crm',
  });
});

describe('actions that cannot be rows', () => {
  const refused = async (action: Action) => {
    const { send, data } = org();
    const outcomes = await send([contact('before'), action, contact('after')]);
    expect(outcomes).toMatchObject([{ kind: 'accepted', id: '0030' }, {}, { kind: 'accepted', id: '0031' }]);
    const { records } = JSON.parse(data()[0]?.body ?? '');
    expect(records).toHaveLength(2);
    return outcomes[1];
  };

  test('no key field, or two', async () => {
    expect(await refused({ ...contact('x'), key: {} })).toMatchObject({
      kind: 'rejected',
      code: 'key.count',
      text: expect.stringContaining('names 0'),
    });
    const two = { AEP_Id__c: 'x', Other__c: 'y' };
    expect(await refused({ ...contact('x'), key: two })).toMatchObject({
      code: 'key.count',
      text: expect.stringContaining('names 2'),
    });
  });

  test('an empty key', async () => {
    expect(await refused(contact(''))).toMatchObject({
      kind: 'rejected',
      code: 'key.empty',
      field: 'AEP_Id__c',
    });
  });

  test.each([{ aep_id__c: 'another' }, { attributes: { type: 'Lead' } }])(
    '%j would re-address the row',
    async (fields) => {
      expect(await refused(contact('x', fields))).toMatchObject({ kind: 'rejected', code: 'key.conflict' });
    },
  );

  test('the key among the fields is fine when it is the same', async () => {
    const { send, data } = org();
    await send([contact('p1', { aep_id__c: 'p1', LastName: 'L' })]);
    expect(JSON.parse(data()[0]?.body ?? '').records).toEqual([
      { attributes: { type: 'Contact' }, AEP_Id__c: 'p1', LastName: 'L' },
    ]);
  });

  test('more rows than one request takes, or two objects, are a broken caller', async () => {
    const { send } = org();
    await expect(send(Array.from({ length: 201 }, (_, i) => contact(`p${i}`)))).rejects.toThrow(RangeError);
    await expect(send([contact('p1'), { ...contact('p2'), object: 'Lead' }])).rejects.toThrow(TypeError);
  });
});

describe('the session', () => {
  const expired = () =>
    jsonResponse(401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]);

  test('expired: one new log in, one repetition, accepted', async () => {
    const { send, asked } = org((request, index) => (index === 0 ? expired() : accept(request)));
    expect(await send([contact('p1')])).toMatchObject([{ kind: 'accepted' }]);
    expect(asked.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'POST', 'PATCH']);
  });

  test('refused again: the connection is at fault, and says where to look', async () => {
    const { send, asked } = org(expired);
    const outcomes = await send([contact('p1'), contact('p2')]);
    expect(outcomes).toMatchObject([
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.unauthorized' } },
      { kind: 'retry', scope: 'connection', fault: { code: 'remote.unauthorized' } },
    ]);
    expect(outcomes[0]).toMatchObject({
      fault: { message: expect.stringMatching(/"crm".*"secret:salesforce"/s) },
    });
    expect(asked).toHaveLength(4);
  });

  test.each([
    ['not JSON', 'clientId=a S3cr3t', 'config.invalid'],
    ['without a secret', '{"clientId":"a"}', 'config.invalid'],
    ['absent', undefined, 'config.missing-secret'],
  ])('a secret that is %s: nothing is sent, nothing is shown', async (_, text, code) => {
    const { fetch, asked } = fakeFetch(accept);
    const secrets = secretsOf(text === undefined ? {} : { salesforce: text });
    const outcomes = await open(salesforceAt(HOST), { fetch, secrets }).send([contact('p1')], never());
    expect(outcomes).toMatchObject([{ kind: 'retry', scope: 'connection', fault: { code } }]);
    const [outcome] = outcomes;
    const said = outcome?.kind === 'retry' ? `${outcome.fault.stack}${String(outcome.fault.cause)}` : '';
    expect(said).not.toContain('S3cr3t');
    expect(asked).toHaveLength(0);
  });
});
