import { expect, test } from 'vitest';
import { TestCase } from '../../shared/core/test-case.js';

const read = (more: object) =>
  TestCase.safeParse({ name: 'x', given: { member: 'hot' }, expect: 'nothing', ...more });

const complaint = (more: object): string => JSON.stringify(read(more).error?.issues);

test('a short record, a whole export and a file can each be given, alone or in a list', () => {
  const body = { identityMap: { crmid: [{ id: 'C-1' }] }, loyalty: { points: 3 } };
  const given = ['samples/entered.json', { left: 'vip', at: '2026-07-01T12:00:00Z' }, body];
  expect(read({ given }).data?.given).toEqual([
    { file: 'samples/entered.json' },
    { short: { left: ['vip'], at: '2026-07-01T12:00:00Z' } },
    { body },
  ]);
  expect(read({ given: body }).data?.given).toEqual([{ body }]);
});

test('names and identities may be one or several', () => {
  const short = {
    member: ['hot', 'vip'],
    identities: { crmid: 'C-1', email: ['a@example.com', 'b@example.com'] },
  };
  expect(read({ given: short }).data?.given).toEqual([
    {
      short: {
        member: ['hot', 'vip'],
        identities: { crmid: ['C-1'], email: ['a@example.com', 'b@example.com'] },
      },
    },
  ]);
});

test.each([
  ['a misspelt member of a short record', { given: { membr: 'hot' } }],
  ['an empty record', { given: {} }],
  ['an empty list', { given: [] }],
  ['an unreadable time', { given: { member: 'hot', at: 'yesterday' } }],
  ['an attribute path with an index', { given: { attributes: { 'lines[0].sku': 'a' } } }],
  ['an empty list of expected actions', { expect: [] }],
  ['an expected action without an operation', { expect: [{ set: { A: 1 } }] }],
  [
    'an expected action with two operations',
    { expect: [{ upsert: 'sales/Contact', delete: 'sales/Contact' }] },
  ],
  ['an operation that does not exist', { expect: [{ upset: 'sales/Contact' }] }],
  ['an object without a connection', { expect: [{ upsert: 'Contact' }] }],
  ['an ending that does not exist', { ending: 'sent' }],
  ['a misspelt member of the case', { expects: 'nothing' }],
])('%s is refused', (_, more) => {
  expect(read(more).success).toBe(false);
});

test('the words of the file become operations', () => {
  const expected = [{ 'add to': 'sales/CampaignMember', list: '701', match: { Id__c: 7 } }];
  expect(read({ expect: expected }).data?.expect).toEqual([
    {
      operation: 'add',
      target: 'sales/CampaignMember',
      list: '701',
      match: { Id__c: '7' },
      set: undefined,
      without: undefined,
      only: false,
      shadow: false,
    },
  ]);
});

test('"nothing" is no actions', () => {
  expect(read({}).data?.expect).toEqual([]);
});

test('what is refused says how it is written', () => {
  expect(complaint({ expect: 'something' })).toContain('nothing');
  expect(complaint({ expect: [{ set: {} }] })).toContain('exactly one of upsert');
});
