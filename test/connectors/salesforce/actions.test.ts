import { describe, expect, test } from 'vitest';
import type { Action } from '../../../shared/core/remote.js';
import { fakeFetch, jsonResponse, never, secretsOf } from '../fakes.js';
import { contact, open, salesforceAt } from '../subjects.js';
import { accept, HOST, org } from './org.js';

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
