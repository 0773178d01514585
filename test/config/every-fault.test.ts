import { expect, test } from 'vitest';
import { checked } from './checked.js';
import { faultsOf, fileOf, ref } from './rule-file.js';

const rule = (name: string, text: string): string =>
  `  - name: ${name}\n    ${text.replaceAll('\n', '\n    ')}`;
const right = 'when: { member: hot }\ndo: [{ upsert: sales/C, match: { I: $key }, set: { F: p.a } }]';
const rules = (...some: string[]): string => fileOf({ rules: ['rules:', ...some].join('\n') });

const places = (text: string, settings = {}): string[] =>
  faultsOf(text, settings).map((fault) => fault.replace(/^f\.yaml:(\S+) (\S+) ([^ ;]+).*$/, '$1 $2 $3'));

test('a fault of the schema in one rule hides none in another, and the place stays that in the file', () => {
  const text = rules(
    rule('one', 'when: { memer: hot }\ndo: []'),
    rule('two', 'when: { member: cold }\ndo: [{ upsert: sales/C, match: { I: $key } }]'),
    rule('three', 'when: { member: hot }\nif: a >\ndo: [{ upsert: crm/C, match: { I: $key } }]'),
  );
  expect(places(text)).toEqual([
    '6:13 config.invalid rules[0].when.memer:',
    '7:5 config.invalid rules[0].do:',
    '9:13 config.unknown-name rules[1].when.member:',
    '13:12 config.invalid rules[2].if:',
    '14:12 config.unknown-name rules[2].do[0].upsert:',
  ]);
});

test('faults of one rule are told together, whatever kind they are', () => {
  const text = rules(
    [
      '  - when: { entered: hott }',
      '    if: a >',
      '    stopp: true',
      '    do:',
      '      - { upsert: sales/C, match: { I: $key, J: $key } }',
      '      - { upsert: crm/C, match: { I: $key }, set: { A: [1], B: { member: cold }, C: p.c } }',
      '    otherwise: [{ update: sals/C, match: { I: $key }, set: { A: { vlue: 1 }, B: p.b } }]',
    ].join('\n'),
  );
  expect(places(text)).toEqual([
    '5:5 config.invalid rules[0].name:',
    '5:13 config.unknown-name rules[0].when.entered:',
    '6:12 config.invalid rules[0].if:',
    '7:5 config.invalid rules[0].stopp:',
    '9:28 config.invalid rules[0].do[0].match:',
    '10:11 config.unknown-name rules[0].do[1].upsert:',
    '10:53 config.invalid rules[0].do[1].set.A:',
    '10:66 config.unknown-name rules[0].do[1].set.B.member:',
    '11:5 config.invalid rules[0].otherwise:',
    '11:19 config.unknown-name rules[0].otherwise[0].update:',
    '11:67 config.invalid rules[0].otherwise[0].set.A.vlue:',
  ]);
});

test('a name that comes twice is told beside faults of the schema, and hides none', () => {
  const text = rules(
    rule('one', `${right}\nstopp: true`),
    rule('one', right),
    rule('two', right.replace('hot', 'hott')),
  );
  expect(places(text)).toEqual([
    '8:5 config.invalid rules[0].stopp:',
    '9:5 config.invalid rules[1].name:',
    '13:13 config.unknown-name rules[2].when.member:',
  ]);
});

test('a condition that is taken out makes no rule like another', async () => {
  const { findings } = await checked(
    rules(rule('one', `${right}\nif: a >\nstop: true`), rule('two', `${right}\nif: b >\nstop: true`)),
  );
  expect(findings.map(({ code }) => code).filter((code) => /unreachable|shadowed|never/.test(code))).toEqual(
    [],
  );
});

test('faults of every part are told together', () => {
  const text = [
    'audiences: { hot: 5, cold: { idd: x } }',
    'persn: { key: [c] }',
    'consent: { requires: a.b }',
    'extra: 1',
    `connections: { sales: { type: http, url: "${ref('NOWHERE')}", methd: POST }, other: 5 }`,
    'rules:',
    rule('one', 'when: { member: hott }\ndo: [{ upsert: other/C, match: { I: $key } }]'),
    'tests: [{ name: t }]',
  ].join('\n');
  expect(places(text)).toEqual([
    '1:14 config.invalid audiences.hot:',
    '1:30 config.invalid audiences.cold.idd:',
    '2:1 config.invalid persn:',
    '3:12 config.invalid consent.requires:',
    '4:1 config.invalid extra:',
    '5:37 config.missing-setting connections.sales.url:',
    '5:56 config.invalid connections.sales.methd:',
    '5:71 config.invalid connections.other:',
    '8:13 config.unknown-name rules[0].when.member:',
    '10:9 config.invalid tests[0].given:',
    '10:9 config.invalid tests[0].expect:',
  ]);
});

test.each([
  ['no audiences', fileOf({ audiences: '' }), ['1:1 config.invalid audiences:']],
  ['rules that are no list', fileOf({ rules: 'rules: { a: b }' }), ['4:1 config.invalid rules:']],
  [
    'connections that are no object',
    fileOf({ connections: 'connections: [a]' }),
    ['3:1 config.invalid connections:'],
  ],
])('nothing is said of names when what they could lead to cannot be read: %s', (_, text, expected) => {
  expect(places(text)).toEqual(expected);
});

test('a person that cannot be read leaves the rest to be read', () => {
  expect(places(fileOf({ person: 'person: { key: [] }' }).replace('member: hot', 'member: cold'))).toEqual([
    '2:11 config.invalid person.key:',
    '6:13 config.unknown-name rules[0].when.member:',
  ]);
});

test('two rules of one name', () => {
  expect(faultsOf(rules(rule('one', right), rule('two', right), rule('one', right)))).toEqual([
    'f.yaml:11:5 config.invalid rules[2].name: is the name of rules[0] too',
  ]);
});

test('what a connection says about the rules that use it is nothing to its connector', () => {
  const connections =
    'connections: { sales: { type: http, url: "https://crm.example.com/x", allow: [delete] } }';
  expect(faultsOf(fileOf({ connections }))).toEqual([]);
  expect(places(fileOf({ connections: connections.replace('[delete]', '[drop]') }))).toEqual([
    '3:79 config.invalid connections.sales.allow[0]:',
  ]);
});
