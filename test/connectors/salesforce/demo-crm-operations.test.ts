import { expect, test } from 'vitest';
import type { DemoCrm } from '../../../local/demo-crm/server.js';
import type { Action } from '../../../shared/core/remote.js';
import { contact } from '../subjects.js';
import { doing, sending } from './answer-actions.js';
import { meet } from './demo-meeting.js';

const campaignOf = (crm: DemoCrm): string => crm.insert('Campaign', { Name: 'Autumn' });
const membersOf = (crm: DemoCrm): readonly unknown[] => [...crm.rows('CampaignMember').values()];

test('update writes to who is there and makes nobody', async () => {
  const { crm, send } = await meet();
  await send(contact("O'Hara\\", { LastName: 'O' }), contact('p2', { LastName: 'P' }));
  const outcomes = await send(
    doing('update', "o'hara\\", { fields: { Tier__c: 'gold' } }),
    doing('update', 'nobody'),
    doing('update', 'p2', { fields: { LastName: 'x'.repeat(99) } }),
  );
  expect(outcomes).toMatchObject([
    { kind: 'accepted' },
    { kind: 'absent' },
    { kind: 'rejected', code: 'STRING_TOO_LONG' },
  ]);
  expect(crm.rows('Contact').get("O'Hara\\")).toMatchObject({ LastName: 'O', Tier__c: 'gold' });
  expect(crm.rows('Contact').size).toBe(2);
  expect(crm.log().calls).toBe(3);
});

test('delete takes away who is there, once', async () => {
  const { crm, send } = await meet();
  await send(contact('p1'), contact('p2'));
  crm.misbehave({ kind: 'lock-row', key: 'p2', count: 1 });
  const both = [doing('delete', 'p1'), doing('delete', 'p2')];
  expect(await send(...both)).toMatchObject([{ kind: 'accepted' }, { kind: 'retry', scope: 'row' }]);
  expect(await send(...both)).toMatchObject([{ kind: 'absent' }, { kind: 'accepted' }]);
  expect(crm.rows('Contact').size).toBe(0);
});

test('a row by its record id: changed, deleted, and then it is gone', async () => {
  const { send } = await meet();
  const [made] = await send(contact('p1'));
  const id = made?.kind === 'accepted' ? (made.id ?? '') : '';
  const byId = (operation: 'update' | 'delete') => doing(operation, '', { key: { Id: id } });
  expect(await send(byId('update'))).toMatchObject([{ kind: 'accepted' }]);
  expect(await send(byId('delete'))).toMatchObject([{ kind: 'accepted' }]);
  expect(await send(byId('update'))).toMatchObject([{ kind: 'absent' }]);
  expect(await send(byId('delete'))).toMatchObject([{ kind: 'absent' }]);
});

test.each([{}, { campaignMember: { key: 'AEP_Member_Key__c' } }])(
  'on a campaign, with a status, with another, off again, with %j',
  async (config) => {
    const { crm, send } = await meet(config);
    const list = campaignOf(crm);
    await send(contact('p1'), contact('p2'));
    const add = (key: string, Status?: string) =>
      doing('add', key, { list, fields: Status === undefined ? {} : { Status } });
    const remove = (key: string) => doing('remove', key, { list });
    expect(await send(add('p1', 'Sent'), add('p2'), add('nobody'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    for (let again = 0; again < 2; again++)
      expect(await send(add('p1', 'Hot'), add('p2'))).toMatchObject([
        { kind: 'accepted' },
        { kind: 'accepted' },
      ]);
    expect(membersOf(crm)).toMatchObject([{ CampaignId: list, Status: 'Hot' }, { CampaignId: list }]);
    expect(await send(remove('p1'), remove('nobody'))).toMatchObject([
      { kind: 'accepted' },
      { kind: 'absent' },
    ]);
    expect(await send(remove('p1'))).toMatchObject([{ kind: 'absent' }]);
    expect(membersOf(crm)).toHaveLength(1);
  },
);

test('with a key of members one call puts people on a campaign; who was put there by hand counts', async () => {
  const { crm, send } = await meet({ campaignMember: { key: 'AEP_Member_Key__c' } });
  const list = campaignOf(crm);
  const [byHand] = await send(contact('p1'), contact('p2'));
  crm.insert('CampaignMember', { CampaignId: list, ContactId: byHand?.kind === 'accepted' ? byHand.id : '' });
  const before = crm.log().calls;
  expect(await send(doing('add', 'p1', { list }), doing('add', 'p2', { list }))).toMatchObject([
    { kind: 'accepted', created: false },
    { kind: 'accepted', created: true },
  ]);
  expect(crm.log().calls - before).toBe(1);
  await send(doing('add', 'p1', { list, fields: { Status: 'Hot' } }));
  expect(membersOf(crm)).toMatchObject([{ Status: 'Hot' }, { AEP_Member_Key__c: `${list}|p2` }]);
});

test.each(['before', 'after'] as const)(
  'no answer %s a task is made: with a key, repeating it is safe',
  async (when) => {
    const { crm, connector, send } = await meet({ idempotencyKeys: { Task: 'AEP_Once__c' } });
    crm.misbehave({ kind: 'reset', when, count: 1 });
    expect(await send(sending('Task'))).toMatchObject([{ kind: 'unknown' }]);
    expect(connector.isIdempotent(sending('Task'))).toBe(true);
    expect(await send(sending('Task'))).toMatchObject([{ kind: 'accepted' }]);
    expect(crm.rows('Task').size).toBe(1);
  },
);

test('events: each has its own fate', async () => {
  const { crm, send } = await meet();
  const event = (fields: Action['fields']) => ({ ...sending('Hot_Prospect__e'), fields });
  const outcomes = await send(
    event({ Person__c: 'p1' }),
    event({ Subject__c: 'nobody' }),
    event({ Nope__c: 1 }),
  );
  expect(outcomes).toMatchObject([
    { kind: 'accepted' },
    { kind: 'rejected', code: 'REQUIRED_FIELD_MISSING' },
    { kind: 'rejected', code: 'INVALID_FIELD' },
  ]);
  expect([...crm.rows('Hot_Prospect__e').values()]).toEqual([{ Person__c: 'p1' }]);
});
