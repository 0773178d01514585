import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { contact } from '../subjects.js';
import { meet } from './demo-meeting.js';

test('a bulk job of 1,000 rows: five requests and three files, each row its own fate', async () => {
  const { crm, send } = await meet({ bulk: { from: 300 } });
  crm.slowJobs(3);
  crm.misbehave({ kind: 'lock-row', key: 'p7', count: 1 });
  const rows = Array.from({ length: 1000 }, (_, i) =>
    contact(
      `p${i}`,
      i === 5
        ? { Email: 'x@example.com' }
        : { LastName: `L "${i}",\nx`, Loyalty_Points__c: i, Hot_Prospect__c: true },
    ),
  );
  const outcomes = await send(...rows);
  const odd = outcomes.flatMap((outcome, i) => (outcome.kind === 'accepted' ? [] : [[i, outcome] as const]));
  expect(odd).toMatchObject([
    [5, { kind: 'rejected', code: 'REQUIRED_FIELD_MISSING', field: 'LastName' }],
    [7, { kind: 'retry', scope: 'row', fault: { code: 'remote.row-busy' } }],
  ]);
  expect(crm.rows('Contact').size).toBe(998);
  expect(crm.rows('Contact').get('p12')).toEqual({
    AEP_Id__c: 'p12',
    LastName: 'L "12",\nx',
    Loyalty_Points__c: 12,
    Hot_Prospect__c: true,
  });
  expect(crm.log().calls).toBe(9);
});

test('a field that is not there fails the job, and every row says why', async () => {
  const { send } = await meet({ bulk: { from: 300 } });
  const outcomes = await send(
    ...Array.from({ length: 201 }, (_, i) => contact(`p${i}`, { LastName: 'L', Nope__c: 1 })),
  );
  expect(outcomes).toHaveLength(201);
  for (const outcome of outcomes)
    expect(outcome).toMatchObject({
      kind: 'rejected',
      code: 'InvalidBatch',
      text: expect.stringContaining('Nope__c'),
    });
});

test('a signed assertion opens the org, another key does not', async () => {
  const keys = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  const { publicKey, privateKey } = keys();
  const username = 'tributary@example.com';
  const auth = { jwt: { secret: 'secret:salesforce' } };
  const right = await meet({ auth }, { signer: { username, publicKey } }, { username, privateKey });
  expect(await right.send(contact('p1'))).toMatchObject([{ kind: 'accepted' }]);
  const wrong = await meet(
    { auth },
    { signer: { username, publicKey } },
    { username, privateKey: keys().privateKey },
  );
  expect(await wrong.send(contact('p1'))).toMatchObject([
    { kind: 'retry', scope: 'connection', fault: { code: 'remote.unauthorized' } },
  ]);
});

test('a reserve leaves the rest of the day to others', async () => {
  const { crm, send } = await meet({ reserve: 0.5 }, { dailyLimit: 4 });
  await send(contact('p1'));
  await send(contact('p1'));
  expect(await send(contact('p1'))).toMatchObject([
    { kind: 'retry', scope: 'connection', unsent: true, fault: { code: 'remote.quota' } },
  ]);
  expect(crm.log().calls).toBe(2);
});
