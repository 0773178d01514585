import { afterEach, expect, test } from 'vitest';
import { type DemoHubspot, startDemoHubspot } from '../../../local/demo-hubspot/server.js';
import type { Message } from '../../../shared/core/ports.js';
import { createPipeline } from '../../../shared/pipeline/run.js';
import { fakeDeps, message, rulesOf } from '../../support/fakes.js';
import { secretsOf } from '../fakes.js';
import { APP_AUTH, hubspotAt, openHubspot } from './account.js';

const running: DemoHubspot[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((hub) => hub.close()));
});

const rules = rulesOf({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { crm: { type: 'fake' } },
  rules: [
    {
      name: 'a hot contact is in HubSpot, and on the list',
      when: { member: 'hot' },
      do: [
        {
          upsert: 'crm/contacts',
          match: { aep_id: '$key' },
          set: { firstname: 'person.name.firstName', hot_prospect: { member: 'hot' } },
        },
        { 'add to': 'crm/contacts', list: '123', match: { aep_id: '$key' } },
      ],
      otherwise: [
        { update: 'crm/contacts', match: { aep_id: '$key' }, set: { hot_prospect: { member: 'hot' } } },
        { 'remove from': 'crm/contacts', list: '123', match: { aep_id: '$key' } },
      ],
    },
    {
      name: 'somebody calls',
      when: { entered: 'hot' },
      do: [
        {
          send: 'crm/tasks',
          set: { hs_task_subject: { value: 'Call' }, hs_timestamp: { value: '2026-11-02T09:00:00Z' } },
        },
      ],
    },
  ],
});

const PEOPLE = Array.from({ length: 130 }, (_, i) => `p${i}`);

/** Everybody enters; every third leaves a while later. */
const records: readonly Message[] = PEOPLE.flatMap((key, i) =>
  (i % 3 === 0 ? ['realized', 'exited'] : ['realized']).map((status, step) =>
    message(
      // A position in a stream, which is printed, names nobody.
      `at-${i}-${step}`,
      {
        identityMap: { crmid: [{ id: key }] },
        person: { name: { firstName: `N${i}` } },
        segmentMembership: {
          ups: { 'hot-1': { status, lastQualificationTime: `2026-11-01T10:00:0${step}Z` } },
        },
      },
      1_790_000_000_000 + step,
    ),
  ),
);

async function world(more: Readonly<Record<string, unknown>> = {}) {
  const hub = await startDemoHubspot();
  running.push(hub);
  const printed: unknown[] = [];
  const connector = openHubspot(hubspotAt(hub.url, { timeoutMs: 5000, sendKey: 'aep_event', ...more }), {
    secrets: secretsOf({ hubspot: hub.serviceKey, app: JSON.stringify(hub.app) }),
  });
  const log = { write: (...line: unknown[]) => void printed.push(line) };
  // One-way, as a deployment's names are.
  const deps = { ...fakeDeps(rules, connector, { log }), pseudonym: () => 'somebody' };
  const run = async () =>
    (await createPipeline(deps).run(records, { redelivers: true })).flatMap(({ endings }) =>
      endings.map(({ name, fault }) => {
        printed.push(fault?.message, fault?.stack, String(fault?.cause));
        return name;
      }),
    );
  return { hub, deps, run, printed };
}

function breakEverything(hub: DemoHubspot): void {
  const upsert = /upsert$/;
  hub.misbehave({ kind: 'reset', when: 'after', path: upsert, count: 2 });
  hub.misbehave({ kind: 'hang', when: 'before', path: /read$/, count: 1 });
  hub.misbehave({ kind: 'reset', when: 'after', path: /memberships/, count: 2 });
  hub.misbehave({ kind: 'forget-row', id: 'p7', count: 2 });
  hub.misbehave({ kind: 'answer', status: 423, path: upsert, count: 1 });
  hub.misbehave({ kind: 'html', status: 502, path: /memberships/, count: 2 });
  hub.misbehave({ kind: 'pending', path: upsert, count: 1 });
  hub.misbehave({ kind: 'answer', status: 429, body: { policyName: 'SECONDLY' }, count: 3 });
}

/** The stream delivers until nothing is held or parked. */
async function settle(run: () => Promise<readonly string[]>, { clock }: ReturnType<typeof fakeDeps>) {
  for (let round = 0; round < 30; round++) {
    const endings = await run();
    if (!endings.includes('held') && !endings.includes('parked')) return;
    clock.advance(120_000);
  }
  throw new Error('it never came to an end');
}

const stays = (key: string): boolean => PEOPLE.indexOf(key) % 3 !== 0;

function expectRight(hub: DemoHubspot): void {
  const contacts = hub.records.all('contacts');
  expect(new Set(contacts.map(({ properties }) => JSON.stringify(properties)))).toEqual(
    new Set(
      PEOPLE.map((key, i) =>
        JSON.stringify({ aep_id: key, firstname: `N${i}`, hot_prospect: String(stays(key)) }),
      ),
    ),
  );
  const listed = hub.members('123').map((id) => hub.records.byId('contacts', id)?.properties['aep_id']);
  expect(listed.sort()).toEqual(PEOPLE.filter(stays).sort());
  expect(hub.records.all('tasks')).toHaveLength(PEOPLE.length);
}

test('130 people end up as the rules say, in few requests, and again in none', async () => {
  const { hub, run } = await world();
  expect(new Set(await run())).toEqual(new Set(['delivered']));
  expectRight(hub);
  expect(hub.repeatedWrites()).toBe(0);
  const before = hub.requests.length;
  expect(before).toBeLessThan(40);
  await run();
  expect(hub.requests).toHaveLength(before);
});

test('whatever breaks on the way, nothing is lost and nothing done twice', async () => {
  const { hub, deps, run } = await world({ timeoutMs: 1000 });
  breakEverything(hub);
  await settle(run, deps);
  expect(deps.deadLetters.all()).toEqual([]);
  expectRight(hub);
});

test.each([
  ['service key', {}],
  ['OAuth app', APP_AUTH],
])("%s: what a run prints holds no secret, no attribute and nobody's key", async (_, auth) => {
  const { hub, deps, run, printed } = await world({ timeoutMs: 1000, ...auth });
  breakEverything(hub);
  hub.misbehave({ kind: 'expire-token', count: 2 });
  hub.misbehave({ kind: 'refuse-row', id: 'p8', error: 'VALIDATION_ERROR' });
  await settle(run, deps);
  const all = JSON.stringify([printed, hub.requests]);
  expect(deps.deadLetters.all()).not.toEqual([]);
  expect(printed.length).toBeGreaterThan(10);
  const { clientSecret, refreshToken } = hub.app;
  for (const secret of [hub.serviceKey, clientSecret, refreshToken]) expect(all).not.toContain(secret);
  for (const [i, key] of PEOPLE.entries()) {
    expect(all).not.toMatch(new RegExp(`\\b${key}\\b`));
    expect(all).not.toMatch(new RegExp(`\\bN${i}\\b`));
  }
});
