import { afterEach, expect, test } from 'vitest';
import { type DemoCrm, type DemoCrmOptions, startDemoCrm } from '../../../local/demo-crm/server.js';
import type { Connector } from '../../../shared/core/remote.js';
import { never, secretsOf } from '../fakes.js';
import { contact, open, salesforceAt } from '../subjects.js';

const running: DemoCrm[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((crm) => crm.close()));
});

/** The connector and a CRM that share no code: each was written from the vendor's documentation alone. */
async function meet(
  options: DemoCrmOptions = {},
  timeoutMs = 5000,
): Promise<{ crm: DemoCrm; connector: Connector }> {
  const crm = await startDemoCrm(options);
  running.push(crm);
  const { clientId, clientSecret } = crm;
  const secrets = secretsOf({ salesforce: JSON.stringify({ clientId, clientSecret }) });
  return { crm, connector: open(salesforceAt(crm.url, timeoutMs), { secrets, random: () => 0 }) };
}

const sendOne = async (connector: Connector, fields = { LastName: 'Lovelace' }) =>
  (await connector.send([contact('p1', fields)], never()))[0];

test('200 rows, mixed fates, each at its own place', async () => {
  const { crm, connector } = await meet();
  crm.misbehave({ kind: 'lock-row', key: 'p7', count: 1 });
  crm.misbehave({ kind: 'refuse-key', key: 'p9' });
  const actions = Array.from({ length: 200 }, (_, i) =>
    contact(`p${i}`, i === 5 ? { Email: 'x@example.com' } : { LastName: `L${i}` }),
  );
  const outcomes = await connector.send(actions, never());
  const odd = outcomes.flatMap((outcome, i) => (outcome.kind === 'accepted' ? [] : [[i, outcome] as const]));
  expect(odd).toMatchObject([
    [5, { kind: 'rejected', code: 'REQUIRED_FIELD_MISSING', field: 'LastName' }],
    [7, { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } }],
    [9, { kind: 'rejected', code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }],
  ]);
  expect(crm.rows('Contact').size).toBe(197);
  expect(crm.log()).toMatchObject({ calls: 1, paths: { 'POST /services/oauth2/token': 1 } });
});

test('created, then updated, then cleared', async () => {
  const { crm, connector } = await meet();
  expect(await sendOne(connector)).toMatchObject({
    kind: 'accepted',
    created: true,
    id: '003000000000001AAA',
  });
  expect(await sendOne(connector)).toMatchObject({ kind: 'accepted', created: false });
  await connector.send([contact('p1', { FirstName: 'Ada', Email: null })], never());
  expect(crm.rows('Contact').get('p1')).toEqual({ AEP_Id__c: 'p1', LastName: 'Lovelace', FirstName: 'Ada' });
  expect(crm.log().repeatedWrites).toBe(1);
});

test('a caller that sends one key twice loses both rows, and no other', async () => {
  const { crm, connector } = await meet();
  const outcomes = await connector.send(
    ['p1', 'p2', 'p1'].map((key) => contact(key)),
    never(),
  );
  expect(outcomes).toMatchObject([
    { kind: 'rejected', code: 'DUPLICATE_VALUE' },
    { kind: 'accepted' },
    { kind: 'rejected', code: 'DUPLICATE_VALUE' },
  ]);
  expect(crm.log().duplicateKeys).toBe(2);
});

test('an expired session costs one log in and one repetition', async () => {
  const { crm, connector } = await meet();
  await sendOne(connector);
  crm.misbehave({ kind: 'expire-token', count: 1 });
  expect(await sendOne(connector)).toMatchObject({ kind: 'accepted' });
  expect(crm.log()).toMatchObject({ calls: 3, paths: { 'POST /services/oauth2/token': 2 } });
});

test('sessions that always expire are given up after one repetition', async () => {
  const { crm, connector } = await meet();
  crm.misbehave({ kind: 'expire-token' });
  expect(await sendOne(connector)).toMatchObject({ kind: 'retry', fault: { code: 'remote.unauthorized' } });
  expect(crm.stats().calls).toBe(2);
});

test('wrong credentials: told so, and nothing but the log in is tried', async () => {
  const { crm } = await meet();
  const secrets = secretsOf({
    salesforce: JSON.stringify({ clientId: crm.clientId, clientSecret: 'wr0ng' }),
  });
  const connector = open(salesforceAt(crm.url), { secrets });
  const outcome = await sendOne(connector);
  expect(outcome).toMatchObject({
    kind: 'retry',
    scope: 'connection',
    fault: { code: 'remote.unauthorized' },
  });
  expect(outcome?.kind === 'retry' && outcome.fault.message).toMatch(/invalid_client/);
  expect(outcome?.kind === 'retry' && outcome.fault.message).not.toContain('wr0ng');
  expect(crm.stats().calls).toBe(0);
});

test('the day is used up: a long wait', async () => {
  const { connector } = await meet({ dailyLimit: 1 });
  await sendOne(connector);
  expect(await sendOne(connector)).toMatchObject({
    kind: 'retry',
    scope: 'connection',
    fault: { code: 'remote.quota' },
    afterMs: 15 * 60_000,
  });
});

test.each(['before', 'after'] as const)(
  'no answer %s writing is unknown, and repeating it is safe',
  async (when) => {
    const { crm, connector } = await meet({}, 300);
    crm.misbehave({ kind: 'reset', when, count: 1 });
    expect(await sendOne(connector)).toMatchObject({ kind: 'unknown', fault: { code: 'remote.unanswered' } });
    crm.misbehave({ kind: 'hang', when, count: 1 });
    expect(await sendOne(connector)).toMatchObject({ kind: 'unknown', fault: { code: 'remote.timeout' } });
    expect(await sendOne(connector)).toMatchObject({ kind: 'accepted' });
    expect([...crm.rows('Contact').values()]).toEqual([{ AEP_Id__c: 'p1', LastName: 'Lovelace' }]);
  },
);

test('a request refused as a whole says that one row may have done it', async () => {
  const { crm, connector } = await meet();
  crm.misbehave({ kind: 'refuse-batch', key: 'p2' });
  const actions = ['p1', 'p2', 'p3'].map((key) => contact(key));
  expect(await connector.send(actions, never())).toMatchObject(
    actions.map(() => ({ kind: 'rejected', code: 'JSON_PARSER_ERROR', whole: true })),
  );
  expect(await connector.send(actions.slice(2), never())).toMatchObject([{ kind: 'accepted' }]);
});

test('an unknown object, field and version are refused, not guessed', async () => {
  const { crm, connector } = await meet();
  expect(await connector.send([{ ...contact('p1'), object: 'Lead' }], never())).toMatchObject([
    { kind: 'rejected', code: 'NOT_FOUND' },
  ]);
  expect(await connector.send([contact('p1', { Nope__c: 1 })], never())).toMatchObject([
    { kind: 'rejected', code: 'INVALID_FIELD', field: 'Nope__c' },
  ]);
  expect(crm.rows('Contact').size).toBe(0);
});
