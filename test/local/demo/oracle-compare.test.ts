import { describe, expect, test } from 'vitest';
import { compare, expectedState } from '../../../local/demo/oracle.js';
import { exported, ID, named } from './exports.js';

describe('compare', () => {
  const log = [
    exported([
      [ID.hot, 'exited', 1],
      [ID.vip, 'realized', 2],
    ]),
  ];
  const expected = expectedState(log);
  const contactRow = {
    Id: '003',
    AEP_Id__c: 'C-1',
    LastName: 'Unknown',
    Tier__c: 'VIP',
    Hot_Prospect__c: false,
    Audiences__c: 'vip',
  };
  const entryRow = { AEP_Id__c: 'C-1', Entered__c: true };
  const fields = (contactRows: object[], entryRows: object[] = [entryRow]): string[] =>
    compare(expected, {
      contacts: contactRows.map((r) => ({ ...r })),
      entries: entryRows.map((r) => ({ ...r })),
    }).map(({ object, key, field }) => `${object} ${key} ${field}`);

  test('nothing to say when all is well: nulls are nothing, rows without our key are not ours', () => {
    expect(
      fields([{ ...contactRow, Email: null, FirstName: '', Entered__c: false }, { LastName: 'Other' }]),
    ).toEqual([]);
  });
  test('every kind of difference has its words', () => {
    expect(fields([])).toEqual(['Contact C-1 (row)']);
    expect(fields([contactRow, contactRow])).toEqual(['Contact C-1 (row)']);
    expect(fields([contactRow, { ...contactRow, AEP_Id__c: 'C-2' }])).toEqual(['Contact C-2 (row)']);
    expect(fields([{ ...contactRow, Hot_Prospect__c: null, Email: 'x@example.com' }])).toEqual([
      'Contact C-1 Email',
      'Contact C-1 Hot_Prospect__c',
    ]);
    expect(fields([contactRow], [])).toEqual(['Audience_Entry__c C-1 (row)']);
    expect(fields([contactRow], [entryRow, entryRow])).toEqual(['Audience_Entry__c C-1 (row)']);
    expect(fields([contactRow], [entryRow, { AEP_Id__c: 'C-2' }])).toEqual(['Audience_Entry__c C-2 (row)']);
    expect(fields([contactRow], [{ AEP_Id__c: 'C-1' }])).toEqual(['Audience_Entry__c C-1 Entered__c']);
  });
  test('a difference shows both values', () => {
    const actual = { contacts: [{ ...contactRow, Tier__c: 'Lapsed' }], entries: [entryRow] };
    expect(compare(expected, actual)).toEqual([
      { object: 'Contact', key: 'C-1', field: 'Tier__c', expected: '"VIP"', actual: '"Lapsed"' },
    ]);
  });
  test('values are compared with their types, and a checkbox that is off is not on', () => {
    const hot = expectedState([exported([[ID.hot, 'realized', 1]], 1, { loyalty: { points: 12 } })]);
    const row = { AEP_Id__c: 'C-1', LastName: 'Unknown', Audiences__c: 'high-propensity' };
    const wrong = { ...row, Hot_Prospect__c: false, Loyalty_Points__c: '12' };
    expect(compare(hot, { contacts: [wrong], entries: [] }).map(({ field }) => field)).toEqual([
      'Hot_Prospect__c',
      'Loyalty_Points__c',
    ]);
  });
  test('a refused person must have no row; of open keys nothing is said', () => {
    const long = exported([[ID.hot, 'realized', 1]], 1, named('A', 'x'.repeat(100)));
    const row = { AEP_Id__c: 'C-1', LastName: 'x' };
    expect(compare(expectedState([long]), { contacts: [row], entries: [] })[0]?.expected).toBe(
      'no row: the CRM refuses it',
    );
    expect(compare(expectedState([long, exported([])]), { contacts: [row], entries: [] })).toEqual([]);
  });
});
