import { afterEach, expect, test } from 'vitest';
import { type DemoCrm, startDemoCrm } from '../../../local/demo-crm/server.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { fakeCrm, fakeDeps, message, rulesOf } from '../../support/fakes.js';
import { secretsOf } from '../fakes.js';
import { open, salesforceAt } from '../subjects.js';

const running: DemoCrm[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((crm) => crm.close()));
});

const person = (key: string, status: string, second = 20) => ({
  identityMap: { crmid: [{ id: key }] },
  segmentMembership: { ups: { hot: { status, lastQualificationTime: `2026-11-01T10:00:${second}Z` } } },
});

/** The whole way from records to a CRM on this machine, with what happens to a campaign, a contact and tasks. */
async function world(config: object = {}) {
  const crm = await startDemoCrm();
  running.push(crm);
  const list = crm.insert('Campaign', { Name: 'Autumn' });
  const match = { AEP_Id__c: '$key' };
  const rules = rulesOf({
    audiences: { hot: 'hot' },
    person: { key: ['crmid'] },
    connections: { crm: { type: 'fake' } },
    rules: [
      {
        name: 'contact',
        when: { member: 'hot' },
        do: [
          {
            upsert: 'crm/Contact',
            match,
            set: { LastName: { value: 'L' }, Hot_Prospect__c: { member: 'hot' } },
          },
        ],
      },
      {
        name: 'campaign',
        when: { member: 'hot' },
        do: [{ 'add to': 'crm/Contact', list, match, set: { Status: { value: 'Hot' } } }],
        otherwise: [{ 'remove from': 'crm/Contact', list, match }],
      },
      {
        name: 'task',
        when: { entered: 'hot' },
        backfill: true,
        do: [{ send: 'crm/Task', set: { Subject: { value: 'Call' } } }],
      },
    ],
  });
  const deps = fakeDeps(rules, fakeCrm());
  const { clientId, clientSecret } = crm;
  const secrets = secretsOf({ salesforce: JSON.stringify({ clientId, clientSecret }) });
  const connector = open(
    { ...salesforceAt(crm.url), ...config },
    { secrets, clock: deps.clock, random: () => 0 },
  );
  const pipeline = createPipeline({ ...deps, connectors: new Map([['crm', connector]]) });
  const run = async (...bodies: readonly object[]) => {
    const messages = bodies.map((body, i) => message(`${i}`, body));
    const settlements = await pipeline.run(messages, { redelivers: true });
    return settlements.flatMap(({ endings }) => endings.map(({ name }) => name));
  };
  return { crm, run };
}

const keys = Array.from({ length: 30 }, (_, i) => `p${i}`);

test('in and out of an audience: contact, campaign and task, each request with its troubles', async () => {
  const { crm, run } = await world({ idempotencyKeys: { Task: 'AEP_Once__c' } });
  crm.misbehave({ kind: 'reset', when: 'after', count: 2 });
  crm.misbehave({ kind: 'lock-row', count: 2 });
  expect(new Set(await run(...keys.map((key) => person(key, 'realized'))))).toEqual(new Set(['delivered']));
  expect(crm.rows('Contact').size).toBe(30);
  expect(crm.rows('CampaignMember').size).toBe(30);
  expect(crm.rows('Task').size).toBe(30);
  crm.misbehave({ kind: 'expire-token', count: 1 });
  crm.misbehave({ kind: 'reset', when: 'after', count: 1 });
  await run(...keys.slice(0, 20).map((key) => person(key, 'exited', 30)));
  expect(crm.rows('CampaignMember').size).toBe(10);
  expect(crm.rows('Contact').get('p0')).toMatchObject({ Hot_Prospect__c: false });
  expect(crm.rows('Task').size).toBe(30);
});

test('a backfill goes as a bulk job, the rest as it always does', async () => {
  const { crm, run } = await world({ bulk: { from: 300 } });
  const many = Array.from({ length: 320 }, (_, i) => person(`p${i}`, 'realized'));
  crm.misbehave({ kind: 'lock-row', key: 'p3', count: 1 });
  expect(new Set(await run(...many))).toEqual(new Set(['delivered']));
  expect(crm.rows('Contact').size).toBe(320);
  const { paths } = crm.log();
  expect(
    Object.keys(paths).filter((path) => path.startsWith('PUT /services/data/v66.0/jobs/ingest')),
  ).toHaveLength(1);
  expect(paths['PATCH /services/data/v66.0/composite/sobjects/Contact/AEP_Id__c']).toBe(1);
});
