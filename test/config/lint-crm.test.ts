import { describe, expect, test } from 'vitest';
import { fieldsBeside } from '../../shared/config/side-files.js';
import { checked, findingsOf, rule, ruled } from './checked.js';

const FIELDS = JSON.stringify({
  C: {
    Id: { type: 'text', key: true },
    Name: { type: 'text', length: 10, required: true },
    Points: { type: 'number' },
    Flag: { type: 'boolean' },
    Tier: { type: 'choice', values: ['Gold', 'Silver'] },
    Since: { type: 'date' },
    Made: { type: 'datetime', readonly: true },
    Extra: { type: 'any' },
  },
});
const USUAL = { [fieldsBeside('crm')]: FIELDS };

const of = (set: string, match = 'Id: $key'): Promise<readonly string[]> =>
  findingsOf(ruled(rule('a', 'member: hot', set).replace('Id: $key', match)), /-field|^config/, USUAL);
const messages = (found: readonly string[]): readonly string[] =>
  found.map((one) => one.replace(/^\S+ (check\.\S+) rules\[0\]\.do\[0\]\./, '$1 '));

test('a field nobody has is told with the one that was meant', async () => {
  expect(await of('Name: p.a, Pionts: p.b')).toEqual([
    '7:66 check.unknown-field rules[0].do[0].set.Pionts: there is no field "Pionts" in "crm/C"; did you mean "Points"? known are "Id", "Name", "Points", "Flag", "Tier", "Since", "Made", "Extra"',
  ]);
});

describe('a value that the field does not take', () => {
  test.each([
    ['Points: { value: many }', 'Points: takes a number, and the value is a text'],
    ['Points: { member: hot }', 'Points: takes a number, and the value is true or false'],
    ['Flag: { value: 1 }', 'Flag: takes true or false, and the value is a number'],
    ['Name: { audiences: all }', 'Name: takes a text, and the value is a list'],
    ['Since: { value: 5 }', 'Since: takes a text, and the value is a number'],
    ['Tier: { value: Glod }', 'Tier: is never "Glod"; did you mean "Gold"? possible are "Gold", "Silver"'],
    [
      'Tier: { from: p.a, lookup: { "1": Gold, "2": Bronze } }',
      'Tier: is never "Bronze"; possible are "Gold", "Silver"',
    ],
    [
      'Tier: { from: p.a, lookup: { "1": Gold }, default: None }',
      'Tier: is never "None"; possible are "Gold", "Silver"',
    ],
    ['Name: { value: "a text of 15 l." }', 'Name: takes 10 characters, and the text has 15'],
    ['Made: p.a', 'Made: is written by the system alone'],
  ])('%s', async (set, message) => {
    const all = set.startsWith('Name') ? set : `Name: p.n, ${set}`;
    expect(messages(await of(all))).toEqual([`check.unfit-field set.${message}`]);
  });

  test('none of these is', async () => {
    const set =
      'Name: p.a, Points: { from: p.b, as: number }, Flag: { member: hot }, Tier: { value: Gold }, Since: { since: hot, date: yyyy-MM-dd }, Extra: { value: 5 }, Id: null';
    expect(await of(set)).toEqual([]);
  });
});

test('rows are matched on keys', async () => {
  expect(messages(await of('Name: p.a', 'Name: $key'))).toEqual([
    'check.unfit-field match.Name: is no key: rows can be matched on "Id"',
  ]);
  expect(messages(await of('Name: p.a', 'Idd: $key'))[0]).toMatch(
    /^check\.unknown-field match\.Idd: there is no field "Idd"/,
  );
});

test('a new row needs what it must have, from whichever action', async () => {
  expect(messages(await of('Points: p.a'))).toEqual([
    'check.unfit-field upsert: makes rows without "Name", which a new row must have',
  ]);
  const text = ruled(rule('a', 'member: hot', 'Points: p.a'), rule('b', 'member: cold', 'Name: p.a'));
  expect(await findingsOf(text, /-field/, USUAL)).toEqual([]);
  const update = ruled(rule('a', 'member: hot', 'Points: p.a').replace('upsert', 'update'));
  expect(await findingsOf(update, /-field/, USUAL)).toEqual([]);
});

test('an object that the list does not have is a warning', async () => {
  const { findings } = await checked(
    ruled(rule('a', 'member: hot', 'F: p.a').replace('crm/C', 'crm/Cs')),
    USUAL,
  );
  expect(
    findings
      .filter(({ code }) => code === 'check.unknown-field')
      .map(({ severity, message }) => [severity, message]),
  ).toEqual([['warning', 'rules[0].do[0].upsert: the list of fields has no object "Cs"; known is "C"']]);
});

describe('the list', () => {
  const naming = (file: string): string =>
    ruled(rule('a', 'member: hot', 'Nam: p.a')).replace('/x" }', `/x", fields: ${file} }`);

  test('may be a file that the connection names', async () => {
    const found = await findingsOf(naming('./f.json'), /-field|^config/, { './f.json': FIELDS });
    expect(messages(found).join('\n')).toContain('there is no field "Nam" in "crm/C"; did you mean "Name"?');
  });

  test('is nothing to its connector, and need not be there when nobody names it', async () => {
    expect(await findingsOf(ruled(rule('a', 'member: hot', 'Nam: p.a')), /-field|^config/)).toEqual([]);
  });

  test.each([
    ['is not there', {}, './f.json cannot be read (ENOENT)'],
    ['is no JSON', { './f.json': 'x' }, './f.json is no JSON'],
    ['is none', { './f.json': '[]' }, './f.json is no list of fields: : must be an object'],
    [
      'has a slip',
      { './f.json': '{"C":{"F":{"type":"txt"}}}' },
      './f.json is no list of fields: C.F.type: must be one of',
    ],
  ])('that %s is told at its name', async (_, beside, message) => {
    const found = await findingsOf(naming('./f.json'), /-field|^config/, beside);
    expect(found).toEqual([expect.stringContaining(`connections.crm.fields: ${message}`)]);
    expect(found[0]).toMatch(/^3:/);
  });
});
