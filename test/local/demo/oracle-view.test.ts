import { describe, expect, test } from 'vitest';
import { expectedState, type LogEntry } from '../../../local/demo/oracle.js';
import { entryOf, exported, ID, named, noon } from './exports.js';

const contact = (...log: LogEntry[]): unknown => expectedState(log).contacts.get('C-1');

describe('standing', () => {
  const hotProspect = (...log: LogEntry[]): unknown =>
    expectedState(log).contacts.get('C-1')?.['Hot_Prospect__c'];

  test('the newest assertion wins, whenever it arrives', () => {
    const inside = exported([[ID.hot, 'realized', 5]], 9);
    const outside = exported([[ID.hot, 'exited', 3]], 10);
    expect(hotProspect(inside, outside)).toBe(true);
    expect(hotProspect(outside, inside)).toBe(true);
  });
  test('at the same time the exit wins', () => {
    const inside = exported([[ID.hot, 'realized', 5]], 20);
    const outside = exported([[ID.hot, 'exited', 5]], 10);
    expect(hotProspect(inside, outside)).toBe(false);
    expect(hotProspect(outside, inside)).toBe(false);
  });
  test('a microsecond decides', () => {
    const at = (time: string, status: string): LogEntry =>
      entryOf(
        {
          identityMap: { crmid: [{ id: 'C-1' }] },
          segmentMembership: {
            ups: { '59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae': { lastQualificationTime: time, status } },
          },
        },
        1,
      );
    const inside = at('2026-01-05T12:00:00.000002Z', 'realized');
    const outside = at('2026-01-05T12:00:00.000001Z', 'exited');
    expect(hotProspect(inside, outside)).toBe(true);
  });
  test('without a time an assertion counts from the arrival of its record', () => {
    const arrival = Date.parse(noon(6));
    const timeless = exported([[ID.hot, 'realized', undefined]], arrival);
    expect(hotProspect(timeless, exported([[ID.hot, 'exited', 5]], 1))).toBe(true);
    expect(hotProspect(timeless, exported([[ID.hot, 'exited', 6]], 1))).toBe(false);
  });
  test('an audience is its namespace and its id together', () => {
    const elsewhere = exported([['externalaudiences/59bd2fkd-3c48-4b18-bf56-4f5c5e6967ae', 'realized', 5]]);
    expect(contact(elsewhere)).toBeUndefined();
    expect(expectedState([exported([['ups/vip-2026', 'realized', 5]])]).entries.upper.size).toBe(0);
  });
  test('absence is no exit', () => {
    expect(hotProspect(exported([[ID.hot, 'realized', 5]], 1), exported([[ID.news, 'realized', 6]], 2))).toBe(
      true,
    );
  });
});

describe('attributes', () => {
  const hot = [[ID.hot, 'realized', 1]] as const;
  const points = (value: unknown): object => ({ loyalty: { points: value } });
  const held = (...log: LogEntry[]): unknown => expectedState(log).contacts.get('C-1')?.['Loyalty_Points__c'];

  test('the value of the newest record that carried one, by the time of the log', () => {
    expect(held(exported(hot, 2, points(5)), exported(hot, 1, points(9)))).toBe(5);
    expect(held(exported(hot, 2, points(5)), exported(hot, 3))).toBe(5);
    expect(held(exported(hot, 2, points(5)), exported(hot, 3, points(null)))).toBe(5);
    expect(held(exported(hot, 2, points(5)), exported(hot, 3, points(0)))).toBe(0);
  });
  test('at the same time the greater text wins: "9" is greater than "10"', () => {
    expect(held(exported(hot, 2, points(10)), exported(hot, 2, points(9)))).toBe(9);
    expect(held(exported(hot, 2, points(9)), exported(hot, 2, points(10)))).toBe(9);
    const names = [exported(hot, 2, named('A', 'A')), exported(hot, 2, named('A!', 'A'))];
    // As JSON texts: a quotation mark sorts after an exclamation mark.
    expect(contact(...names)).toMatchObject({ FirstName: 'A' });
  });
  test('a path that meets no object finds nothing', () => {
    expect(contact(exported(hot, 1, { person: 'Ana', loyalty: [1] }))).toEqual({
      AEP_Id__c: 'C-1',
      LastName: 'Unknown',
      Hot_Prospect__c: true,
      Audiences__c: 'high-propensity',
    });
  });
});
