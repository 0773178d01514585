import { expect, test } from 'vitest';
import { needsOf } from '../../shared/config/needs.js';
import { RulesFile } from '../../shared/core/rules.js';

const file = RulesFile.parse({
  audiences: { hot: 'hot-1' },
  person: { key: ['crmid'] },
  consent: {
    require: 'consents.marketing.email.val',
    withdrawn: [
      { update: 'sales/Contact', match: { AEP_Id__c: '$key' }, set: { Opt_Out__c: { value: true } } },
    ],
  },
  connections: { sales: { type: 'fake' }, idle: { type: 'fake' } },
  rules: [
    {
      name: 'one',
      when: { member: 'hot' },
      do: [
        { upsert: 'sales/Contact', match: { AEP_Id__c: '$key' }, set: { LastName: 'person.name.lastName' } },
        {
          'add to': 'sales/Contact',
          list: '701x',
          match: { AEP_Id__c: '$key' },
          set: { Status: { value: 'Sent' } },
        },
      ],
      otherwise: [{ 'remove from': 'sales/Contact', list: '701x', match: { AEP_Id__c: '$key' } }],
    },
    {
      name: 'two',
      when: { entered: 'hot' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'Call' } } }],
    },
  ],
});

test('what rules and withdrawn consent ask of a connection, by object; what goes with a place on a list is not of the row', () => {
  expect(needsOf(file, 'sales')).toEqual([
    {
      object: 'Contact',
      operations: ['upsert', 'add', 'remove', 'update'],
      keys: ['AEP_Id__c'],
      fields: ['LastName', 'Opt_Out__c'],
      lists: ['701x'],
    },
    { object: 'Task', operations: ['send'], keys: [], fields: ['Subject'], lists: [] },
  ]);
});

test('a connection that no rule uses is asked for nothing', () => {
  expect(needsOf(file, 'idle')).toEqual([]);
});
