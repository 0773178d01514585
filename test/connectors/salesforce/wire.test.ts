import { describe, expect, test } from 'vitest';
import { CLIENT, contact, TOKEN } from '../subjects.js';
import { accept, GRANT, HOST, org } from './org.js';

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

  test('a key of any shape travels in the body; a name that is none gets nowhere', async () => {
    const { send, data } = org();
    const outcomes = await send([contact('a@b.co/x y?#')]);
    expect(outcomes).toMatchObject([{ kind: 'accepted' }]);
    expect(data()[0]?.body).toContain('"AEP_Id__c":"a@b.co/x y?#"');
    for (const object of ['../Lead', '..', 'Contact/AEP_Id__c', 'Contact?x=1', "Contact'"])
      expect(await send([{ ...contact('p1'), object }])).toMatchObject([
        { kind: 'rejected', code: 'name.malformed' },
      ]);
    expect(data()).toHaveLength(1);
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
  const { connector } = org();
  expect(connector).toMatchObject({ maxRows: 200, name: 'crm' });
  expect(connector.isIdempotent({ operation: 'upsert', object: 'Contact' })).toBe(true);
});
