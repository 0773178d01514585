import { expect, test } from 'vitest';
import { startDemoHubspot } from '../../local/demo-hubspot/server.js';
import type { Action, Outcome } from '../../shared/core/remote.js';
import { meet as meetDynamics } from './dynamics/demo.js';
import { contact as dynamicsContact } from './dynamics/environment.js';
import { never, secretsOf, stillClock } from './fakes.js';
import { hubspotAt, contact as hubspotContact, member, openHubspot } from './hubspot/account.js';
import { meet as meetSalesforce } from './salesforce/demo-meeting.js';
import { contact } from './subjects.js';

const namesOf = (outcomes: readonly Outcome[]) => outcomes.map(({ requestId }) => requestId);

/** Every row of a request has its name, and each request another. */
function eachNamed(sends: readonly (readonly Outcome[])[]): void {
  const names = sends.map(namesOf);
  for (const [i, all] of names.entries()) {
    expect(all.length, `send ${i}`).toBeGreaterThan(0);
    for (const name of all) expect(name, `send ${i}`).toMatch(/^[0-9a-zA-Z-]{15,36}$/);
  }
  expect(new Set(names.map(([first]) => first)).size).toBe(sends.length);
}

const as = (operation: Action['operation'], more: Partial<Action> = {}) => ({ operation, ...more });

test('Salesforce: what its edge calls a request, whatever the operation; of a bulk job the id of the job', async () => {
  const { crm, send } = await meetSalesforce({ bulk: { from: 201, withinMs: 20_000 } });
  const campaign = crm.insert('Campaign', { Name: 'Spring' });
  const many = Array.from({ length: 201 }, (_, i) => contact(`b${i}`));
  const bulk = await send(...many);
  expect(new Set(namesOf(bulk)).size).toBe(1);
  eachNamed([
    await send(contact('p1'), contact('p2', { Nope__c: 1 })),
    await send(
      { ...contact('p1', { FirstName: 'Ada' }), ...as('update') },
      { ...contact('p9'), ...as('update') },
    ),
    await send({ ...contact('p1', {}), ...as('add', { list: campaign }) }),
    await send({ ...contact('p1', {}), ...as('add', { list: campaign }) }),
    await send({ ...contact('p1', {}), ...as('remove', { list: campaign }) }),
    await send({ ...contact('p1', {}), ...as('delete') }),
    bulk,
  ]);
});

test('HubSpot: the correlation id, whatever the operation', async () => {
  const hub = await startDemoHubspot();
  const secrets = secretsOf({ hubspot: hub.serviceKey });
  const connector = openHubspot(hubspotAt(hub.url), { secrets, clock: stillClock() });
  const send = (...actions: Action[]) => connector.send(actions, never());
  eachNamed([
    await send(hubspotContact('p1'), hubspotContact('p2', 'upsert', { fields: { nope: 'x' } })),
    await send(hubspotContact('p1', 'update'), hubspotContact('p9', 'update')),
    await send(member('p1'), member('p9')),
    await send(member('p1', 'remove')),
    await send(hubspotContact('p1', 'delete', {})),
  ]);
  await hub.close();
});

test('Dynamics: the id of the request that a batch came in, whatever the operation', async () => {
  const { demo, connector } = await meetDynamics();
  const send = (...actions: Action[]) => connector.send(actions, never());
  const list = demo.addList();
  const bare = { fields: {}, list };
  eachNamed([
    await send(dynamicsContact('p1'), dynamicsContact('p2', { fields: { nope: 1 } })),
    await send(dynamicsContact('p1', as('update')), dynamicsContact('p9', as('update'))),
    await send(dynamicsContact('p1', { ...as('add'), ...bare })),
    await send(dynamicsContact('p1', { ...as('remove'), ...bare })),
    await send(dynamicsContact('p1', { ...as('delete'), fields: {} })),
  ]);
});
