import { describe, expect, test } from 'vitest';
import { expectedState, type LogEntry } from '../../../local/demo/oracle.js';
import { entryOf, exported, ID, memberships } from './exports.js';

const contacts = (...log: LogEntry[]): Record<string, unknown> =>
  Object.fromEntries(expectedState(log).contacts);
const counts = (...log: LogEntry[]): number[] => {
  const { records, malformed, unaddressed } = expectedState(log);
  return [records, malformed, unaddressed];
};

describe('the person of a record', () => {
  const hot = [[ID.hot, 'realized', 1]] as const;
  const keys = (profile: object): string[] =>
    Object.keys(contacts(entryOf({ segmentMembership: memberships(hot), ...profile }, 1)));

  test('the first entry of the key list that is there, not the first in the record', () => {
    const email = [{ id: 'a@example.com' }];
    expect(keys({ identityMap: { email, crmid: [{ id: 'C-9' }] } })).toEqual(['C-9']);
    expect(keys({ identityMap: { email }, personalEmail: { address: 'b@example.com' } })).toEqual([
      'a@example.com',
    ]);
    expect(keys({ personalEmail: { address: 'b@example.com' } })).toEqual(['b@example.com']);
  });
  test('namespaces are the same in any case, ids are kept as they are', () => {
    expect(keys({ identityMap: { CrmID: [{ id: 'c-9' }] } })).toEqual(['c-9']);
    expect(keys({ identityMap: { crmid: [{ id: 'C-9' }], CRMID: [{ id: 'C-8' }] } })).toEqual(['C-8']);
  });
  test('of several ids the primary one, else the smallest by code units', () => {
    expect(keys({ identityMap: { crmid: [{ id: 'b' }, { id: 'a' }, { id: 'Z' }] } })).toEqual(['Z']);
    expect(
      keys({
        identityMap: {
          crmid: [
            { id: 'a', primary: false },
            { id: 'b', primary: true },
          ],
        },
      }),
    ).toEqual(['b']);
  });
  test('blanks around a key do not count, and a blank address is none', () => {
    expect(keys({ identityMap: { crmid: [{ id: ' C-9 ' }] } })).toEqual(['C-9']);
    expect(keys({ personalEmail: { address: ' ' } })).toEqual([]);
    expect(keys({ identityMap: { crmid: [] }, personalEmail: { address: 'b@example.com' } })).toEqual([
      'b@example.com',
    ]);
  });
  test('no key: unaddressed, and nothing else', () => {
    const visitor = exported([[ID.vip, 'realized', 1]], 1, {}, { ecid: [{ id: '123' }] });
    expect(expectedState([visitor])).toMatchObject({ records: 1, unaddressed: 1, malformed: 0 });
    expect(expectedState([visitor]).entries.upper.size).toBe(0);
  });
  test('two people with one key: nobody can say whose the row is', () => {
    const byAddress = exported(
      [[ID.hot, 'realized', 1]],
      1,
      { personalEmail: { address: 'x@example.com' } },
      {},
    );
    const byEmail = exported([[ID.hot, 'realized', 1]], 1, {}, { email: [{ id: 'x@example.com' }] });
    expect([...expectedState([byAddress, byEmail]).undecided.keys()]).toEqual(['x@example.com']);
    expect(expectedState([byAddress, byAddress]).undecided.size).toBe(0);
  });
});

describe('counts', () => {
  test('each profile is a record, each broken one malformed, each without a key unaddressed', () => {
    const bad = { segmentMembership: 'none' };
    const visitor = { identityMap: { ecid: [{ id: '1' }] } };
    const known = { identityMap: { crmid: [{ id: 'C-1' }] } };
    expect(counts(entryOf([known, bad, visitor, known], 1))).toEqual([4, 1, 1]);
    expect(counts(entryOf({ profiles: [bad, bad] }, 1), entryOf(known, 2))).toEqual([3, 2, 0]);
    expect(
      counts({ body: Buffer.from(`${JSON.stringify(known)}\n{"cut\n\n${JSON.stringify(visitor)}`), at: 1 }),
    ).toEqual([3, 1, 1]);
    expect(counts({ body: Buffer.alloc(0), at: 1 })).toEqual([1, 1, 0]);
  });
});
