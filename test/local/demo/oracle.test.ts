import { describe, expect, test } from 'vitest';
import { compare, expectedState, type LogEntry } from '../../../local/demo/oracle.js';
import { entryOf, exported, ID, memberships, named, noon } from './exports.js';

const contacts = (...log: LogEntry[]): Record<string, unknown> =>
  Object.fromEntries(expectedState(log).contacts);
const contact = (...log: LogEntry[]): unknown => contacts(...log)['C-1'];
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
  test('a refused person must have no row; of open keys nothing is said', () => {
    const long = exported([[ID.hot, 'realized', 1]], 1, named('A', 'x'.repeat(100)));
    const row = { AEP_Id__c: 'C-1', LastName: 'x' };
    expect(compare(expectedState([long]), { contacts: [row], entries: [] })[0]?.expected).toBe(
      'no row: the CRM refuses it',
    );
    expect(compare(expectedState([long, exported([])]), { contacts: [row], entries: [] })).toEqual([]);
  });
});
