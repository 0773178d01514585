import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { Target, UpsertAction } from '../../shared/core/action-schema.js';
import { Path } from '../../shared/core/path.js';
import { AudienceRef, isNamespace, Rule, RulesFile, When } from '../../shared/core/rules.js';
import { FieldSource, MatchSource } from '../../shared/core/source.js';

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

describe('paths', () => {
  test.each([
    'a',
    'person.name.firstName',
    '_acme.loyalty.tier',
    'a-b.c_d',
    'a.0.b',
    'consents.idSpecific.x:y',
    'a1',
    'a[0]',
    'a[0][12].b',
    'lines[0].sku',
    'addresses[type=home].city',
    'a[b.c=d@example.com]',
    'a[b="x y"].c',
    "a[b='x y']",
    'a[b=""]',
  ])('%s is one', (path) => {
    expect(accepts(Path, path)).toBe(true);
  });

  test.each([
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    'a b',
    '1a',
    '-a',
    '$key',
    'a/b',
    'a.b c',
    'a\n',
    'é',
    ' a',
    '[0]',
    'a[]',
    'a[-1]',
    'a[1234567]',
    'a[0',
    'a.[0]',
    'a[0]b',
    'a[b]',
    'a[b=]',
    'a[b=x y]',
    'a[b="x]',
    'a[b="x]"]',
    'a[=x]',
    'a[b==x]',
    'a[b=x\ny]',
    7,
    null,
  ])('%j is none', (path) => {
    expect(accepts(Path, path)).toBe(false);
  });
});

test.each([
  ['sales/Contact', true],
  ['s/Custom__c', true],
  ['sales', false],
  ['sales/', false],
  ['/Contact', false],
  ['sales/Contact/x', false],
  ['sales /Contact', false],
  ['sales/My Object', false],
  ['sales/Contact\n', false],
  ['', false],
])('target %j: %s', (target, right) => {
  expect(accepts(Target, target)).toBe(right);
});

describe('audiences', () => {
  test('are ids of the namespace ups unless another is given', () => {
    expect(AudienceRef.parse('a-1')).toEqual({ id: 'a-1', namespace: 'ups' });
    expect(AudienceRef.parse({ id: 'a-1' })).toEqual({ id: 'a-1', namespace: 'ups' });
    expect(AudienceRef.parse({ id: 'a-1', namespace: 'N' })).toEqual({ id: 'a-1', namespace: 'N' });
  });

  test.each([
    [''],
    [7],
    [null],
    [{}],
    [[]],
    [{ namespace: 'N' }],
    [{ id: '' }],
    [{ id: 'a', namespace: '' }],
    [{ id: 'a', x: 1 }],
    ['x'.repeat(201)],
  ])('%j is none', (ref) => {
    expect(accepts(AudienceRef, ref)).toBe(false);
  });
});

describe('sources of a field', () => {
  test.each<[unknown, unknown]>([
    ['$key', { key: true }],
    ['person.name', { from: 'person.name' }],
    ['$identity.crmid', { identity: 'crmid' }],
    [7, { value: 7 }],
    [-1.5, { value: -1.5 }],
    [true, { value: true }],
    [null, { value: null }],
    [{ from: 'a' }, { from: 'a' }],
    [
      { from: 'a', default: null, as: 'trim' },
      { from: 'a', default: null, as: 'trim' },
    ],
    [{ member: 'hot' }, { member: 'hot' }],
    [{ audiences: 'all' }, { audiences: 'all' }],
    [
      { audiences: 'all', join: '' },
      { audiences: 'all', join: '' },
    ],
    [{ value: 'text' }, { value: 'text' }],
    [{ value: null }, { value: null }],
  ])('%j', (source, read) => {
    expect(FieldSource.parse(source)).toEqual(read);
  });

  test.each([
    ['a text that is no path: a constant text is written as such', 'Jane Doe'],
    ['a text that is nearly the key', '$Key'],
    ['not a number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['nothing', undefined],
    ['a list', ['a']],
    ['an empty object', {}],
    ['two sources', { from: 'a', value: 1 }],
    ['a default without from', { default: 1 }],
    ['a default that is no constant', { from: 'a', default: {} }],
    ['a cast nobody knows', { from: 'a', as: 'upper' }],
    ['no audiences', { audiences: [] }],
    ['some audiences', { audiences: 'some' }],
    ['a joint for a member', { member: 'hot', join: ';' }],
    ['a value that is a list', { value: [] }],
    ['a source as the parser gives it', { key: true }],
  ])('%s is none', (_, source) => {
    expect(accepts(FieldSource, source)).toBe(false);
  });

  test('a row is matched by the key, a path or an identity', () => {
    expect(MatchSource.parse('$key')).toEqual({ key: true });
    expect(MatchSource.parse('a.b')).toEqual({ from: 'a.b' });
    expect(MatchSource.parse('$identity.crmid')).toEqual({ identity: 'crmid' });
  });

  test.each<[unknown, boolean]>([
    [{ from: 'a', as: ['trim', 'lowercase'] }, true],
    [{ identity: 'Phone (E-164)', phone: 'DE' }, true],
    [{ template: '{a}-{b}' }, true],
    [{ function: 'f' }, true],
    [{ from: 'a', default: 'x' }, false],
    [{ identity: 'a', default: null }, false],
    [{ concat: ['a'] }, false],
    [{ member: 'hot' }, false],
    [{ value: 'x' }, false],
    [7, false],
    [true, false],
    [null, false],
    ['a b', false],
  ])('a row is matched by %j: %s', (source, right) => {
    expect(accepts(MatchSource, source)).toBe(right);
  });
});

describe('actions and rules', () => {
  const action = { upsert: 'sales/Contact', match: { Id: '$key' } };
  const rule = { name: 'r', when: { member: 'hot' }, do: [action] };

  test('fields may be left out', () => {
    expect(UpsertAction.parse(action)).toEqual({ ...action, match: { Id: { key: true } }, set: {} });
  });

  test.each([
    ['no match', { upsert: 'sales/Contact' }],
    ['an empty match', { ...action, match: {} }],
    ['two match fields', { ...action, match: { A: '$key', B: '$key' } }],
    ['a field without name', { ...action, set: { '': 1 } }],
    ['a list of fields', { ...action, set: ['A'] }],
    ['another operation', { ...action, delete: 'x' }],
  ])('%s is no action', (_, value) => {
    expect(accepts(UpsertAction, value)).toBe(false);
  });

  test.each(['entered', 'left', 'stayed', 'member'])('when: { %s: audience }', (trigger) => {
    expect(When.parse({ [trigger]: 'hot' })).toEqual({ [trigger]: 'hot' });
    expect(accepts(When, { [trigger]: '' })).toBe(false);
    expect(accepts(When, { [trigger]: ['hot'] })).toBe(false);
    expect(accepts(When, { [trigger]: 'hot', other: 'hot' })).toBe(false);
  });

  test.each([
    ['no name', { ...rule, name: '' }],
    ['no trigger', { ...rule, when: {} }],
    ['a trigger nobody knows', { ...rule, when: { became: 'hot' } }],
    ['nothing to do', { ...rule, do: [] }],
    ['a member nobody knows', { ...rule, unless: [action] }],
  ])('%s is no rule', (_, value) => {
    expect(accepts(Rule, value)).toBe(false);
    expect(accepts(Rule, rule)).toBe(true);
  });
});

describe('the file', () => {
  const file = { audiences: {}, person: { key: ['crmid'] }, connections: {}, rules: [] };

  test('has four parts, and consent where it is wanted', () => {
    expect(RulesFile.parse(file)).toEqual({ ...file, backfill: { days: 2 } });
    expect(RulesFile.parse({ ...file, consent: { require: 'a.b' } })).toMatchObject({
      consent: { require: 'a.b' },
    });
    for (const part of Object.keys(file)) {
      expect(accepts(RulesFile, { ...file, [part]: undefined })).toBe(false);
    }
    expect(accepts(RulesFile, { ...file, cases: [] })).toBe(false);
  });

  test('may say under which identities people wait, and for how long it counts that a row was accepted', () => {
    const [{ key }, wait] = [file.person, ['ECID']];
    expect(RulesFile.parse({ ...file, person: { key, wait } }).person).toEqual({ key, wait });
    expect(accepts(RulesFile, { ...file, person: { key, wait: [] } })).toBe(false);
    expect(accepts(RulesFile, { ...file, person: { key, wait: ['personalEmail.address'] } })).toBe(false);
    expect(accepts(RulesFile, { ...file, refresh: { days: 30 } })).toBe(true);
    expect(accepts(RulesFile, { ...file, refresh: { days: 0 } })).toBe(false);
  });

  test('connections keep what only their connectors understand', () => {
    const connections = { sales: { type: 'x', deep: { a: [1] } } };
    expect(RulesFile.parse({ ...file, connections }).connections).toEqual(connections);
    expect(accepts(RulesFile, { ...file, connections: { sales: {} } })).toBe(false);
  });

  test.each([
    ['crmid', true],
    ['Email', true],
    ['email_lc_sha256', true],
    ['personalEmail.address', true],
    ['https://data.adobe.io/entities/namespace/4', true],
    ['Phone (E-164)', true],
    ['', false],
    ['a..b', false],
    ['a b.c', false],
    ['.', false],
    [7, false],
  ])('person.key %j: %s', (entry, right) => {
    expect(accepts(RulesFile, { ...file, person: { key: [entry] } })).toBe(right);
  });

  test('an entry with a dot is a path, except in a URI', () => {
    expect(['crmid', 'a.b', 'https://a.b/c', 'a', 'a[0]'].map(isNamespace)).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
  });
});

test('whatever comes in, the schema says yes or no', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(typeof RulesFile.safeParse(value).success).toBe('boolean');
      expect(typeof FieldSource.safeParse(value).success).toBe('boolean');
    }),
    { numRuns: 1000 },
  );
});
