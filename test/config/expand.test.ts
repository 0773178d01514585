import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandSettings } from '../../shared/config/expand.js';
import type { Finding } from '../../shared/core/scope.js';
import { ref } from './rule-file.js';

function expand(value: unknown, settings: Readonly<Record<string, string | undefined>>) {
  const missing: Finding[] = [];
  return { value: expandSettings(value, settings, ['c'], missing), missing };
}

const SETTINGS = {
  key: 'wrong',
  fields: 'wrong',
  A: 'a',
  B_2: 'b',
  _C: 'c',
  EMPTY: '',
  ODD: `$& ${ref('A')} $1`,
  UNSET: undefined,
};

test.each([
  ['a text that is one reference', ref('A'), 'a'],
  ['several in a text', `x${ref('A')}-${ref('B_2')}${ref('_C')}y`, 'xa-bcy'],
  ['what a setting holds is not expanded again, nor taken for a pattern', ref('ODD'), `$& ${ref('A')} $1`],
  [
    'small letters belong to the templates of HTTP connections, whatever the environment holds',
    `${ref('key')} ${ref('fields.Email')}`,
    `${ref('key')} ${ref('fields.Email')}`,
  ],
  [
    'what only looks like a reference',
    '$A {A} ${A $' + '{A B} $' + '{} $' + '{1A} $$',
    '$A {A} ${A $' + '{A B} $' + '{} $' + '{1A} $$',
  ],
  ['values that are no text', { a: 1, b: true, c: null, d: [2] }, { a: 1, b: true, c: null, d: [2] }],
  ['texts within lists and objects', { a: [ref('A'), { b: ref('A') }] }, { a: ['a', { b: 'a' }] }],
  ['keys stay as they are', { [ref('A')]: 'x' }, { [ref('A')]: 'x' }],
])('%s', (_, value, expected) => {
  expect(expand(value, SETTINGS)).toEqual({ value: expected, missing: [] });
});

test.each(['UNSET', 'EMPTY', 'NOWHERE'])('a setting that holds nothing is missing: %s', (name) => {
  expect(expand({ a: ['', `x${ref(name)}`] }, SETTINGS)).toEqual({
    value: { a: ['', `x${ref(name)}`] },
    missing: [
      {
        code: 'config.missing-setting',
        path: ['c', 'a', 1],
        message: `the setting ${name} is not set; set the environment variable ${name} (app setting on Azure)`,
      },
    ],
  });
});

test('every missing setting is told of, once for each text', () => {
  const { missing } = expand([`${ref('X')}${ref('Y')}${ref('X')}`, ref('X'), ref('A')], SETTINGS);
  expect(missing.map(({ path, message }) => [path, /setting (\w+)/.exec(message)?.[1]])).toEqual([
    [['c', 0], 'X'],
    [['c', 0], 'Y'],
    [['c', 1], 'X'],
  ]);
});

test('what every object inherits is no setting', () => {
  const inheriting: Record<string, string> = Object.create({ INHERITED: 'x' });
  expect(expand(ref('INHERITED'), inheriting).missing).toHaveLength(1);
  expect(expand(ref('__PROTO__'), process.env).missing).toHaveLength(1);
});

test('the value that comes in is left alone, and a hostile key stays a key', () => {
  const value: unknown = JSON.parse(`{"__proto__":{"polluted":"${ref('A')}"},"constructor":"${ref('A')}"}`);
  const before = JSON.stringify(value);
  const { value: expanded } = expand(Object.freeze(value), SETTINGS);
  expect(JSON.stringify(expanded)).toBe('{"__proto__":{"polluted":"a"},"constructor":"a"}');
  expect(JSON.stringify(value)).toBe(before);
  expect({}).not.toHaveProperty('polluted');
});

test('a value without references comes out as it went in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('${'));
      expect(expand(value, SETTINGS)).toEqual({ value, missing: [] });
    }),
    { numRuns: 1000 },
  );
});
