import { describe, expect, test } from 'vitest';
import { expectedState, type LogEntry } from '../../../local/demo/oracle.js';
import { exported, ID, named } from './exports.js';

const contact = (...log: LogEntry[]): unknown => expectedState(log).contacts.get('C-1');
const contacts = (...log: LogEntry[]): Record<string, unknown> =>
  Object.fromEntries(expectedState(log).contacts);

describe('the Contact', () => {
  test('somebody in high-propensity', () => {
    const attributes = {
      person: { name: { firstName: 'Ana', lastName: 'Silva' } },
      personalEmail: { address: 'Ana@Example.com' },
      loyalty: { points: 12 },
    };
    const said = [
      [ID.lapsed, 'exited', 1],
      [ID.news, 'realized', 2],
      [ID.hot, 'existing', 3],
    ] as const;
    expect(contact(exported(said, 1, attributes))).toEqual({
      AEP_Id__c: 'C-1',
      FirstName: 'Ana',
      LastName: 'Silva',
      Email: 'ana@example.com',
      Loyalty_Points__c: 12,
      Hot_Prospect__c: true,
      Audiences__c: 'high-propensity;newsletter',
    });
  });
  test('an exit of somebody unknown says false, with the default name and an empty list', () => {
    expect(contact(exported([[ID.hot, 'exited', 3]]))).toEqual({
      AEP_Id__c: 'C-1',
      LastName: 'Unknown',
      Hot_Prospect__c: false,
      Audiences__c: '',
    });
  });
  test('no rule asks for newsletter or cart-abandoner alone', () => {
    expect(
      contact(
        exported([
          [ID.news, 'realized', 3],
          [ID.cart, 'realized', 3],
        ]),
      ),
    ).toBeUndefined();
  });
  test('names come in the order of the file, not of the record', () => {
    const all = [ID.lapsed, ID.news, ID.cart, ID.vip, ID.hot].map(
      (id, day) => [id, 'active', day + 1] as const,
    );
    expect(contact(exported(all))).toMatchObject({
      Audiences__c: 'high-propensity;vip;cart-abandoner;newsletter;lapsed',
    });
  });
  test('what was known before the audience was is used when it is', () => {
    const before = exported([[ID.news, 'realized', 1]], 1, named('Ana', 'Silva'));
    const hot = exported([[ID.hot, 'realized', 2]], 2);
    expect(contact(before, hot)).toMatchObject({
      FirstName: 'Ana',
      LastName: 'Silva',
      Audiences__c: 'high-propensity;newsletter',
    });
  });
  test('vip alone: a name and a tier, nothing of high-propensity', () => {
    expect(contact(exported([[ID.vip, 'realized', 1]], 1, named('Ana', 'Silva')))).toEqual({
      AEP_Id__c: 'C-1',
      LastName: 'Silva',
      Tier__c: 'VIP',
    });
  });
});

describe('the constants of Tier__c', () => {
  const tier = (...log: LogEntry[]): unknown => expectedState(log).contacts.get('C-1')?.['Tier__c'];
  const vip = (day: number, at = 1): LogEntry => exported([[ID.vip, 'realized', day]], at);
  const lapsed = (day: number, at = 1): LogEntry => exported([[ID.lapsed, 'realized', day]], at);

  test('of the rules that hold now the later one wins, whenever the memberships began', () => {
    expect(tier(vip(5), lapsed(3))).toBe('Lapsed');
    expect(tier(lapsed(3), vip(5))).toBe('Lapsed');
    expect(tier(vip(3), lapsed(5))).toBe('Lapsed');
    expect(tier(vip(3))).toBe('VIP');
  });
  test('a rule that holds outweighs a later one that no longer does', () => {
    expect(tier(vip(5), lapsed(3), exported([[ID.lapsed, 'exited', 6]]))).toBe('VIP');
  });
  test('it outlives the membership; of several gone by, the one that held longest stays', () => {
    const out = (id: string, at: number) => exported([[id, 'exited', at]]);
    expect(tier(vip(3), out(ID.vip, 5))).toBe('VIP');
    expect(tier(out(ID.vip, 5), vip(3))).toBe('VIP');
    expect(tier(vip(5), lapsed(3), out(ID.vip, 7), out(ID.lapsed, 6))).toBe('VIP');
    expect(tier(vip(5), lapsed(3), out(ID.vip, 6), out(ID.lapsed, 7))).toBe('Lapsed');
    expect(tier(vip(5), lapsed(3), out(ID.vip, 7), out(ID.lapsed, 7))).toBe('Lapsed');
  });
  test('an exit alone gives none, and yet a row', () => {
    expect(contact(exported([[ID.lapsed, 'exited', 5]]))).toEqual({ AEP_Id__c: 'C-1', LastName: 'Unknown' });
  });
  test('at the same time the later rule wins', () => {
    expect(tier(vip(5), lapsed(5))).toBe('Lapsed');
    expect(tier(lapsed(5), vip(5))).toBe('Lapsed');
  });
});

describe('Audience_Entry__c', () => {
  const bounds = (...log: LogEntry[]): string[][] => {
    const { lower, upper } = expectedState(log).entries;
    return [[...lower], [...upper]];
  };
  const inside = exported([[ID.vip, 'realized', 3]]);
  const outside = exported([[ID.vip, 'exited', 5]]);

  test('a member must have a row; who was one may have; who never was must not', () => {
    expect(bounds(inside)).toEqual([['C-1'], ['C-1']]);
    expect(bounds(inside, outside)).toEqual([[], ['C-1']]);
    expect(bounds(outside)).toEqual([[], []]);
    expect(bounds(exported([[ID.hot, 'realized', 3]]))).toEqual([[], []]);
  });
  test('a last name that Contact refuses does not matter here', () => {
    const long = exported([[ID.vip, 'realized', 3]], 1, named('A', 'x'.repeat(100)));
    expect(bounds(long)).toEqual([['C-1'], ['C-1']]);
  });
});

describe('rows that the CRM refuses', () => {
  const long = (length: number, at = 1): LogEntry =>
    exported([[ID.hot, 'realized', 1]], at, named('A', 'x'.repeat(length)));

  test('always: no row, and named; eighty characters are fine', () => {
    const { contacts: rows, rejected, undecided } = expectedState([long(81), long(100, 2)]);
    expect([rows.size, [...rejected], undecided.size]).toEqual([0, ['C-1'], 0]);
    expect(contacts(long(80))).toHaveProperty('C-1');
  });
  test('nobody is rejected whom no rule wants', () => {
    expect(
      expectedState([exported([[ID.news, 'realized', 1]], 1, named('A', 'x'.repeat(100)))]).rejected.size,
    ).toBe(0);
  });
  test('sometimes: open, because it depends on what came first', () => {
    expect([...expectedState([long(81), exported([])]).undecided.keys()]).toEqual(['C-1']);
    const odd = exported([[ID.hot, 'realized', 1]], 1, { personalEmail: { address: 'nobody' } });
    expect([...expectedState([odd]).undecided.keys()]).toEqual(['C-1']);
  });
});
