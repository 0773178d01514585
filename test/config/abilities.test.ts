import { expect, test } from 'vitest';
import { misfits, unable } from '../../shared/config/abilities.js';
import { RulesFile } from '../../shared/core/rules.js';

const file = RulesFile.parse({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'old' }, chat: { type: 'unheard-of' } },
  rules: [
    {
      name: 'one',
      when: { entered: 'hot' },
      do: [
        { send: 'sales/Task', set: { Subject: { value: 'Call' } } },
        { upsert: 'sales/Contact', match: { Id__c: '$key' } },
        { send: 'chat/Message', set: { text: { value: 'Call' } } },
      ],
    },
  ],
});

test('an action that the connector has no way to do', () => {
  expect(unable(file, new Map([['old', ['upsert', 'add']]]))).toEqual([
    {
      code: 'config.invalid',
      path: ['rules', 0, 'do', 0, 'send'],
      message: 'a connection of type "old" cannot "send"; it can "upsert", "add to"',
    },
  ]);
});

test('an action that its connection says the API cannot do', () => {
  const connections = {
    sales: { type: 'old', operations: { send: false, upsert: {} } },
    chat: { type: 'unheard-of' },
  };
  expect(unable({ ...file, connections }, new Map([['old', ['upsert', 'send']]]))).toMatchObject([
    { path: ['rules', 0, 'do', 0, 'send'], message: 'this connection cannot "send"; it can "upsert"' },
  ]);
});

test('what every type can do today is fine', () => {
  expect(unable(file)).toEqual([]);
});

test('an action that the connector would refuse for every record', () => {
  const hubFile = (hub: Readonly<Record<string, unknown>>) =>
    RulesFile.parse({
      audiences: { hot: 'hot-1' },
      person: { key: ['crmid'] },
      connections: { hub: { type: 'hubspot', ...hub } },
      rules: [
        {
          name: 'one',
          when: { entered: 'hot' },
          do: [
            { send: 'hub/tasks', set: { hs_task_subject: { value: 'Call' } } },
            { 'add to': 'hub/contacts', list: '1', match: { aep_id: '$key' }, set: { a: { value: 1 } } },
            { upsert: 'hub/contacts', match: { hs_object_id: '$key' } },
            { upsert: 'hub/contacts', match: { aep_id: '$key' } },
          ],
        },
      ],
    });
  const places = [
    ['rules', 0, 'do', 0, 'send'],
    ['rules', 0, 'do', 1, 'set'],
    ['rules', 0, 'do', 2, 'match'],
  ];
  const found = misfits(hubFile({}));
  expect(found.map(({ path }) => path)).toEqual(places);
  expect(found.map(({ code }) => code)).toEqual(places.map(() => 'config.invalid'));
  expect(misfits(hubFile({ sendKey: 'aep_event' })).map(({ path }) => path)).toEqual(places.slice(1));
  expect(misfits(file)).toEqual([]);
});

test('lists of Dynamics 365 are named by GUIDs and hold three tables, and no key has a colon', () => {
  const list = '99999999-aaaa-4bbb-8ccc-dddddddddddd';
  const match = { aep_profileid: '$key' };
  const crm = RulesFile.parse({
    audiences: { hot: 'hot-1' },
    person: { key: ['crmid'] },
    connections: { crm: { type: 'dynamics' } },
    rules: [
      {
        name: 'one',
        when: { entered: 'hot' },
        do: [
          { 'add to': 'crm/tasks', list, match },
          { 'remove from': 'crm/contacts', list: 'VIPs', match },
          { 'add to': 'crm/contacts', list, match, set: { a: { value: 1 } } },
          { 'add to': 'crm/contacts', list, match },
          { upsert: 'crm/contacts', match: { aep_profileid: { template: 'aep:{$key}' } } },
          { upsert: 'crm/contacts', match: { aep_profileid: { template: 'aep:{$key}', hash: 'sha256' } } },
          { upsert: 'crm/contacts', match: { aep_profileid: { template: 'aep-{$key|x:y}' } } },
          { send: 'crm/tasks', set: { subject: { value: 'Call' } } },
        ],
      },
    ],
  });
  expect(misfits(crm).map(({ path }) => path)).toEqual([
    ['rules', 0, 'do', 0, 'add to'],
    ['rules', 0, 'do', 1, 'list'],
    ['rules', 0, 'do', 2, 'set'],
    ['rules', 0, 'do', 4, 'match'],
  ]);
});
