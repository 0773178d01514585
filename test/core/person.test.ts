import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { personOf } from '../../shared/core/person.js';
import { readProfile } from '../../shared/core/profile.js';
import { rulesOf } from '../support/fakes.js';

const rulesWith = (...key: string[]) =>
  rulesOf({ audiences: {}, person: { key }, connections: {}, rules: [] });

function personIn(body: object, ...key: string[]) {
  const profile = readProfile(body);
  if (!profile.ok) throw profile.fault;
  const person = personOf(profile.value, rulesWith(...key));
  return person && { id: person.id, key: person.key };
}

const ids = (...list: string[]): object[] => list.map((id) => ({ id }));

test.each([
  ['an identity namespace', ['crmid'], { id: 'crmid:C-1', key: 'C-1' }],
  ['a namespace in another case', ['CrmId'], { id: 'crmid:C-1', key: 'C-1' }],
  [
    'an attribute path',
    ['personalEmail.address'],
    { id: 'personalemail.address:Ada@example.com', key: 'Ada@example.com' },
  ],
  [
    'an attribute path whose first part is no identity',
    ['crmid.id', 'crmid'],
    { id: 'crmid:C-1', key: 'C-1' },
  ],
  ['an attribute with white space around', ['_acme.text'], { id: '_acme.text:T 1', key: 'T 1' }],
  ['a number that is a safe integer', ['_acme.number'], { id: '_acme.number:1001', key: '1001' }],
  ['the first entry that is there', ['phone', 'crmid', 'email'], { id: 'crmid:C-1', key: 'C-1' }],
  ['another order of entries', ['email', 'crmid'], { id: 'email:ada@example.com', key: 'ada@example.com' }],
  [
    'a namespace that is a URI',
    ['https://data.adobe.io/entities/namespace/4'],
    { id: 'https://data.adobe.io/entities/namespace/4:E-1', key: 'E-1' },
  ],
  [
    'a namespace that is a URI in another case',
    ['HTTPS://data.adobe.io/Entities/namespace/4'],
    {
      id: 'https://data.adobe.io/entities/namespace/4:E-1',
      key: 'E-1',
    },
  ],
])('%s', (_, key, person) => {
  const body = {
    identityMap: {
      CRMID: ids('C-1'),
      email: ids('ada@example.com'),
      ecid: ids('1'),
      'https://data.adobe.io/entities/namespace/4': ids('E-1'),
    },
    personalEmail: { address: 'Ada@example.com' },
    _acme: { number: 1001, text: ' T 1\n' },
    crmid: { id: '' },
  };
  expect(personIn(body, ...key)).toEqual(person);
});

test.each([
  ['several ids: the smallest by code units', { CRMID: ids('b', 'a', 'Z') }, 'Z'],
  ['code units, not the alphabet', { crmid: ids('ä', 'z', '\u{1F600}', '\uFFFD') }, 'z'],
  ['over several spellings of the namespace', { CRMID: ids('b'), crmid: ids('a') }, 'a'],
  ['a primary id before smaller ones', { crmid: [...ids('a'), { id: 'b', primary: true }] }, 'b'],
  [
    'the smallest of several primary ids',
    {
      crmid: [
        { id: 'c', primary: true },
        { id: 'b', primary: true },
        { id: 'a', primary: false },
      ],
    },
    'b',
  ],
  ['white space around an id', { crmid: ids(' C-1\t') }, 'C-1'],
  ['white space around a primary id', { crmid: [{ id: ' C-1', primary: true }] }, 'C-1'],
])('%s', (_, identityMap, key) => {
  expect(personIn({ identityMap }, 'crmid')).toEqual({ id: `crmid:${key}`, key });
});

test.each([
  ['no identity of that namespace', { identityMap: { ecid: ids('1') } }],
  ['an empty list', { identityMap: { crmid: [] } }],
  ['no identities', { person: {} }],
  ['an empty attribute', { _acme: { key: '' } }],
  ['an attribute of white space', { _acme: { key: ' \n' } }],
  ['null', { _acme: { key: null } }],
  ['a list', { _acme: { key: ['a'] } }],
  ['an object', { _acme: { key: { a: 1 } } }],
  ['true', { _acme: { key: true } }],
  ['a number that is not whole', { _acme: { key: 1.5 } }],
  ['a number too large to be exact', { _acme: { key: 2 ** 60 } }],
  ['a step that is a text', { _acme: 'key' }],
  ['a step that is missing', { other: 1 }],
])('%s is no key', (_, body) => {
  expect(personIn(body, 'crmid', '_acme.key')).toBeUndefined();
});

test.each(['_acme.constructor.name', '_acme.toString', '_acme.__proto__.x', '_acme.text.length'])(
  'what objects and texts inherit is no attribute: %s',
  (path) => {
    expect(personIn({ _acme: { text: 'abc' } }, path)).toBeUndefined();
  },
);

test('neither the order of ids nor that of namespaces decides', () => {
  const id = fc.record(
    { id: fc.constantFrom('a', 'b', 'C', 'd '), primary: fc.boolean() },
    { requiredKeys: ['id'] },
  );
  const namespaces = fc.array(
    fc.tuple(fc.constantFrom('crmid', 'CRMID', 'email'), fc.array(id, { maxLength: 3 })),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  const shuffled = namespaces.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length }),
      fc.infiniteStream(fc.boolean()),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([list, other, flips]) => {
      fc.pre(new Set(list.map(([name]) => name)).size === list.length);
      const mixed = other.map(([name, all]) => [name, flips.next().value ? [...all].reverse() : all]);
      const person = personIn({ identityMap: Object.fromEntries(list) }, 'crmid', 'email');
      expect(personIn({ identityMap: Object.fromEntries(mixed) }, 'crmid', 'email')).toEqual(person);
    }),
    { numRuns: 1000 },
  );
});

describe('other ids', () => {
  const everything = {
    identityMap: {
      CRMID: ids('C-1', 'C-2'),
      email: [...ids('b@example.com', ' a@example.com'), { id: 'c@example.com', primary: true }],
      ecid: ids('2', '1'),
    },
    personalEmail: { address: 'a@example.com' },
  };
  const others = (body: object, wait: readonly string[], ...key: string[]) => {
    const profile = readProfile(body);
    if (!profile.ok) throw profile.fault;
    const rules = rulesOf({ audiences: {}, person: { key, wait }, connections: {}, rules: [] });
    const person = personOf(profile.value, rules);
    const all = person && [person, ...person.others];
    return all?.map(({ id, key: value, rank }) => [id, value, rank]);
  };

  test('all of every entry that is worse than the one chosen, best first; those to wait under have no key', () => {
    expect(others(everything, ['ECID'], 'crmid', 'phone', 'email', 'personalEmail.address')).toEqual([
      ['crmid:C-1', 'C-1', 0],
      ['email:c@example.com', 'c@example.com', 2],
      ['email:a@example.com', 'a@example.com', 2],
      ['email:b@example.com', 'b@example.com', 2],
      ['personalemail.address:a@example.com', 'a@example.com', 3],
      ['ecid:1', undefined, 4],
      ['ecid:2', undefined, 4],
    ]);
  });

  test('without a key the first identity to wait under; without that nobody', () => {
    expect(others(everything, ['gaid', 'ecid'], 'phone')).toEqual([['ecid:1', undefined, 2]]);
    expect(others(everything, ['gaid'], 'phone')).toBeUndefined();
  });

  test('no more than an identity graph holds', () => {
    const identityMap = { crmid: ids('C-1'), ecid: ids(...Array.from({ length: 80 }, (_, i) => `${i}`)) };
    expect(others({ identityMap }, ['ecid'], 'crmid')).toHaveLength(51);
  });
});
