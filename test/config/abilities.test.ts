import { expect, test } from 'vitest';
import { unable } from '../../shared/config/abilities.js';
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

test('what every type can do today is fine', () => {
  expect(unable(file)).toEqual([]);
});
