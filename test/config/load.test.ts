import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConnectionConfig } from '../../shared/connectors/registry.js';
import { configOf, faultsOf, fileOf, fileWithSet, ref } from './rule-file.js';

describe('a file that is right', () => {
  test('gives its rules and connections', () => {
    const { rules, connections } = configOf(fileOf());
    expect(rules.rules.map(({ name, trigger }) => [name, trigger])).toEqual([['one', 'member']]);
    expect(connections.get('sales')).toMatchObject({
      type: 'http',
      url: 'https://crm.example.com/x',
      method: 'POST',
    });
  });

  test('may be JSON, end without a line break, have CRLF or a byte order mark', () => {
    const text = fileOf();
    const json = JSON.stringify({
      audiences: {},
      person: { key: ['crmid'] },
      connections: {},
      rules: [],
    });
    for (const same of [json, text.trimEnd(), text.replaceAll('\n', '\r\n'), `\uFEFF${text}`]) {
      expect(faultsOf(same)).toEqual([]);
    }
  });

  test('may share parts by anchors, as often as it likes', () => {
    const rules = Array.from(
      { length: 300 },
      (_, i) =>
        `  - { name: r${i}, when: { member: hot }, do: [{ upsert: sales/Contact, match: *key, set: *set }] }`,
    );
    const audiences = 'audiences: { hot: hot-1 }\nperson: { key: [crmid] }';
    const first =
      '  - { name: r, when: { member: hot }, do: [{ upsert: sales/X, match: &key { Id: $key }, set: &set { F: p.a } }] }';
    const text = fileOf({ audiences, person: '', rules: ['rules:', first, ...rules].join('\n') });
    expect(configOf(text).rules.rules).toHaveLength(301);
  });

  test('the demo is one', () => {
    const text = readFileSync(new URL('../../local/demo/tributary.yaml', import.meta.url), 'utf8');
    expect(faultsOf(text, { SALESFORCE_DOMAIN: 'demo.my.salesforce.com' })).toEqual([]);
  });
});

describe('YAML', () => {
  test.each([
    [
      'nothing',
      '',
      ['f.yaml:1:1 config.invalid the file is empty; it must have audiences, person, connections and rules'],
    ],
    [
      'comments',
      '# a\n# b\n',
      ['f.yaml:1:1 config.invalid the file is empty; it must have audiences, person, connections and rules'],
    ],
    [
      'a text',
      'hello',
      ['f.yaml:1:1 config.invalid must be an object (members and their values), not a text'],
    ],
    ['a list', '- a', ['f.yaml:1:1 config.invalid must be an object (members and their values), not a list']],
    [
      'a tab before a key',
      'audiences:\n\thot: x',
      ['f.yaml:2:1 config.syntax Tabs are not allowed as indentation'],
    ],
    ['a key twice', 'a: 1\nb: 2\na: 3', ['f.yaml:3:1 config.syntax the key "a" is here twice']],
    [
      'a key twice, within',
      'a:\n  b: { c: 1, c: 2 }',
      ['f.yaml:2:14 config.syntax the key "c" is here twice'],
    ],
    [
      'a number and its text as keys',
      'a: { 1: x, "1": y }',
      ['f.yaml:1:12 config.syntax the key "1" is here twice'],
    ],
    ['a list as key', 'a: { ? [x] : y }', ['f.yaml:1:8 config.syntax a key must be a plain text']],
    ['an alias as key', 'a: &a x\n*a : y', ['f.yaml:2:1 config.syntax a key must be a plain text']],
    ['__proto__', 'a:\n  __proto__: x', ['f.yaml:2:3 config.syntax no key may be named __proto__']],
    [
      '__proto__ with an escape',
      '"\\x5f_proto__": x',
      ['f.yaml:1:1 config.syntax no key may be named __proto__'],
    ],
    [
      'a merge key',
      'a: &a { b: c }\nd:\n  <<: *a',
      ['f.yaml:3:3 config.syntax merge keys (<<) are not read; repeat the fields, or share them by an alias'],
    ],
    ['an alias without anchor', 'a:\n  - *b', ['f.yaml:2:5 config.syntax there is no anchor &b before this']],
    [
      'an alias before its anchor',
      'a: *b\nb: &b x',
      ['f.yaml:1:4 config.syntax there is no anchor &b before this'],
    ],
    ['an alias within its anchor', 'a: &a\n  b: [*a]', ['f.yaml:2:7 config.syntax &a cannot hold itself']],
    ['a tag of somebody', 'a: !secret x', ['f.yaml:1:4 config.syntax Unresolved tag: !secret']],
    [
      'a tag of another language',
      'a: !!js/function x',
      ['f.yaml:1:4 config.syntax Unresolved tag: tag:yaml.org,2002:js/function'],
    ],
    [
      'a second document',
      'a: 1\n---\nb: 2',
      [
        'f.yaml:2:1 config.syntax a second document begins here; the file is one document, without "---" in between',
      ],
    ],
    [
      'another version',
      '%YAML 1.1\n---\na: yes',
      ['f.yaml:1:1 config.syntax the file must be YAML 1.2; remove the %YAML line'],
    ],
    ['an open quote', 'a: "b\n', ['f.yaml:2:1 config.syntax Missing closing "quote']],
    [
      'an open brace',
      'a: { b: c\nd: e',
      [
        'f.yaml:2:1 config.syntax Flow map in block collection must be sufficiently indented and end with a }',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(faultsOf(text)).toEqual(expected);
  });

  test('a byte order mark and CRLF do not move the place of a fault', () => {
    expect(faultsOf('\uFEFFa: 1\r\nb:\r\n  c: 2\r\n  c: 3')).toEqual([
      'f.yaml:4:3 config.syntax the key "c" is here twice',
    ]);
  });

  test('columns count characters of the text, not bytes', () => {
    expect(faultsOf('a: { ü: €, b: 1, b: 2 }')).toEqual([
      'f.yaml:1:18 config.syntax the key "b" is here twice',
    ]);
  });
});

/** A finding without the list of members that are known: that grows with the language. */
const withoutKnown = (fault: string): string =>
  fault.replace(/(?:;|(?<=\?)) (?:known (?:is|are) .*|\d+ are known)/, '');

describe('the schema', () => {
  const FIELD =
    'must be an attribute path such as person.name.firstName, $key, $identity.crmid, a number, true, false, null, or exactly one of { from: path }, { value: constant }, { template: text }, { identity: namespace }, { member: audience }, { audiences: all }, { since: audience }, { liquid: text }, { function: name }, { concat: [sources] }; a constant text is written { value: text }';
  const PART = FIELD.replace(
    '{ function: name }, { concat: [sources] }; a constant text is written { value: text }',
    '{ function: name }',
  );
  const WHEN =
    'must be exactly one of { entered: audience }, { left: audience }, { stayed: audience }, { member: audience }, { changed: path }';
  const ruleFile = (rule: string): string =>
    fileOf({ rules: `rules:\n  - ${rule.replaceAll('\n', '\n    ')}` });

  test('parts that are missing are named, each', () => {
    expect(faultsOf('audiences: {}')).toEqual([
      'f.yaml:1:1 config.invalid person: is missing; it must be an object (members and their values)',
      'f.yaml:1:1 config.invalid connections: is missing; it must be an object (members and their values)',
      'f.yaml:1:1 config.invalid rules: is missing; it must be a list',
    ]);
  });

  test('of a member that is not known those are told that may stand there', () => {
    const knownOf = (text: string): (string | undefined)[] =>
      faultsOf(text).map((fault) => /known are (.*)$/.exec(fault)?.[1]);
    expect(knownOf(fileOf({ person: 'person: { key: [c], kye: c }' }))).toEqual(['"key", "wait"']);
    expect(knownOf(fileOf({ audiences: 'audiences: { hot: { id: x, space: y } }' }))).toEqual([
      '"id", "namespace"',
    ]);
    expect(
      knownOf(ruleFile('{ name: r, when: { enterd: hot }, do: [{ upsert: sales/X, match: { I: $key } }] }')),
    ).toEqual(['"entered", "left", "stayed", "member", "changed"']);
    expect(
      knownOf(ruleFile('{ name: r, when: { left: hot }, do: [{ upsert: sales/X, mach: { I: $key } }] }')),
    ).toEqual(['"upsert", "match", "set"']);
  });

  test.each([
    [
      'a slip in a part',
      fileOf().replace('person:', 'persom:'),
      ['f.yaml:2:1 config.invalid persom: is not known here; did you mean "person"?'],
    ],
    ['a part nobody knows', `${fileOf()}cases: []`, ['f.yaml:11:1 config.invalid cases: is not known here']],
    [
      'an empty part',
      fileOf({ rules: 'rules:' }),
      ['f.yaml:4:1 config.invalid rules: is empty; it must be a list'],
    ],
    [
      'a part of another type',
      fileOf({ rules: 'rules: { a: b }' }),
      ['f.yaml:4:1 config.invalid rules: must be a list, not an object'],
    ],
    [
      'no key',
      fileOf({ person: 'person: { key: [] }' }),
      ['f.yaml:2:11 config.invalid person.key: must not be empty'],
    ],
    [
      'a key that is neither namespace nor path',
      fileOf({ person: 'person: { key: [crmid, a b.c] }' }),
      [
        'f.yaml:2:24 config.invalid person.key[1]: must be an identity namespace such as crmid, or an attribute path such as personalEmail.address',
      ],
    ],
    [
      'an audience that is a number',
      fileOf({ audiences: 'audiences: { hot: 5 }' }),
      [
        'f.yaml:1:14 config.invalid audiences.hot: must be the id of an audience as text (put numbers in quotes), { id: …, namespace: … } or { name: …, namespace: … }',
      ],
    ],
    [
      'an audience id that is a number',
      fileOf({ audiences: 'audiences: { hot: { id: 5 } }' }),
      ['f.yaml:1:21 config.invalid audiences.hot.id: is read as a number; put it in quotes'],
    ],
    [
      'a slip in an audience',
      fileOf({ audiences: 'audiences: { hot: { id: x, namespce: y } }' }),
      ['f.yaml:1:28 config.invalid audiences.hot.namespce: is not known here; did you mean "namespace"?'],
    ],
    [
      'an audience without name',
      fileOf({ audiences: 'audiences: { hot: x, "": y }' }),
      ['f.yaml:1:22 config.invalid audiences.: the name is not allowed: it must not be empty'],
    ],
    [
      'a consent that is no path',
      `consent: { require: a b }\n${fileOf()}`,
      ['f.yaml:1:12 config.invalid consent.require: must be an attribute path such as person.name.firstName'],
    ],
    [
      'a rule without anything',
      ruleFile('{}'),
      [
        'f.yaml:5:5 config.invalid rules[0].name: is missing; it must be a text',
        `f.yaml:5:5 config.invalid rules[0].when: is missing; it ${WHEN}`,
        'f.yaml:5:5 config.invalid rules[0].do: is missing; it must be a list',
      ],
    ],
    [
      'a slip in a rule',
      ruleFile('name: r\nwen: { member: hot }\ndo:\n  - upsert: sales/X\n    mach: {}'),
      [
        'f.yaml:6:5 config.invalid rules[0].wen: is not known here; did you mean "when"?',
        'f.yaml:9:9 config.invalid rules[0].do[0].mach: is not known here; did you mean "match"?',
      ],
    ],
    [
      'a rule that does nothing',
      ruleFile('{ name: r, when: { member: hot }, do: [] }'),
      ['f.yaml:5:39 config.invalid rules[0].do: must not be empty'],
    ],
    [
      'a slip in when',
      ruleFile('{ name: r, when: { enterd: hot }, do: [{ upsert: sales/X, match: { I: $key } }] }'),
      ['f.yaml:5:24 config.invalid rules[0].when.enterd: is not known here; did you mean "entered"?'],
    ],
    [
      'two in when',
      ruleFile(
        '{ name: r, when: { entered: hot, left: hot }, do: [{ upsert: sales/X, match: { I: $key } }] }',
      ),
      [`f.yaml:5:16 config.invalid rules[0].when: ${WHEN}`],
    ],
    [
      'an audience in when that is a number',
      ruleFile('{ name: r, when: { left: 7 }, do: [{ upsert: sales/X, match: { I: $key } }] }'),
      [
        'f.yaml:5:24 config.invalid rules[0].when.left: must be the name of an audience (a number in quotes), or { any: [names] } or { all: [names] }',
      ],
    ],
    [
      'a target without object',
      ruleFile('{ name: r, when: { left: hot }, do: [{ upsert: sales, match: { I: $key } }] }'),
      [
        'f.yaml:5:44 config.invalid rules[0].do[0].upsert: must be connection/object, for example sales/Contact',
      ],
    ],
    [
      'a match without field',
      ruleFile('{ name: r, when: { left: hot }, do: [{ upsert: sales/X, match: {} }] }'),
      [
        'f.yaml:5:61 config.invalid rules[0].do[0].match: must name exactly one field, for example { Id__c: $key }',
      ],
    ],
    [
      'a match of two fields',
      ruleFile('{ name: r, when: { left: hot }, do: [{ upsert: sales/X, match: { A: $key, B: $key } }] }'),
      [
        'f.yaml:5:61 config.invalid rules[0].do[0].match: must name exactly one field, for example { Id__c: $key }',
      ],
    ],
    [
      'a match by a constant',
      ruleFile('{ name: r, when: { left: hot }, do: [{ upsert: sales/X, match: { A: 1 } }] }'),
      [
        'f.yaml:5:70 config.invalid rules[0].do[0].match.A: must be an attribute path such as person.name.firstName, $key, $identity.crmid, or exactly one of { from: path }, { identity: namespace }, { template: text }, { function: name }, without default',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(faultsOf(text).map(withoutKnown)).toEqual(expected);
  });

  test.each([
    ['a text that is no path', '{ F: Jane Doe }', '10:16', `F: ${FIELD}`],
    ['a date', '{ F: 2026-01-01 }', '10:16', `F: ${FIELD}`],
    ['not a number', '{ F: .nan }', '10:16', `F: ${FIELD}`],
    ['infinity', '{ F: .inf }', '10:16', `F: ${FIELD}`],
    ['a list', '{ F: [p.a] }', '10:16', `F: ${FIELD}`],
    ['another variable', '{ F: $kye }', '10:16', `F: ${FIELD}`],
    [
      'a slip in what it is',
      '{ F: { form: p.a } }',
      '10:21',
      'F.form: is not known here; did you mean "from"?',
    ],
    ['nothing known', '{ F: { formula: p.a } }', '10:16', `F: ${FIELD}`],
    ['two sources', '{ F: { from: p.a, member: hot } }', '10:16', `F: ${FIELD}`],
    ['an empty source', '{ F: {} }', '10:16', `F: ${FIELD}`],
    [
      'a path in from',
      '{ F: { from: a b } }',
      '10:21',
      'F.from: must be an attribute path such as person.name.firstName, $key, or $identity.crmid',
    ],
    [
      'a cast',
      '{ F: { from: p.a, as: lower } }',
      '10:32',
      'F.as: must be one of lowercase, uppercase, capitalize, trim, string, number, boolean, or a list of them',
    ],
    [
      'a cast in a list',
      '{ F: { from: p.a, as: [trim, lower] } }',
      '10:43',
      'F.as[1]: must be one of lowercase, uppercase, capitalize, trim, string, number, boolean',
    ],
    [
      'a default',
      '{ F: { from: p.a, default: [x] } }',
      '10:32',
      'F.default: must be a text, a number, true, false or null',
    ],
    [
      'a slip beside from',
      '{ F: { from: p.a, defualt: x } }',
      '10:32',
      'F.defualt: is not known here; did you mean "default"?',
    ],
    [
      'a constant',
      '{ F: { value: [1] } }',
      '10:21',
      'F.value: must be a text, a number, true, false or null',
    ],
    ['a member', '{ F: { member: 5 } }', '10:21', 'F.member: is read as a number; put it in quotes'],
    ['audiences', '{ F: { audiences: some } }', '10:21', 'F.audiences: must be all, or a list of audiences'],
    [
      'an audience in a list',
      '{ F: { audiences: [hot, 7] } }',
      '10:38',
      'F.audiences[1]: is read as a number; put it in quotes',
    ],
    [
      'a zone without date',
      '{ F: { from: p.a, zone: Europe/Berlin } }',
      '10:32',
      'F.zone: belongs to date, which is not here',
    ],
    [
      'two of the steps that stand alone',
      '{ F: { from: p.a, phone: DE, lookup: { a: b } } }',
      '10:32',
      'F.phone: cannot be combined with lookup',
    ],
    [
      'an empty table',
      '{ F: { from: p.a, lookup: {} } }',
      '10:32',
      'F.lookup: must have an entry, for example { gold: Gold }',
    ],
    [
      'a list in a table',
      '{ F: { from: p.a, lookup: { a: [b] } } }',
      '10:42',
      'F.lookup.a: must be a text, a number, true, false or null',
    ],
    [
      'a country',
      '{ F: { from: p.a, phone: Germany } }',
      '10:32',
      'F.phone: must be a country such as DE, in capitals, or international',
    ],
    [
      'decimals',
      '{ F: { from: p.a, decimals: 2.5 } }',
      '10:32',
      'F.decimals: must be a whole number from 0 to 10',
    ],
    ['a hash', '{ F: { from: p.a, hash: md5 } }', '10:32', 'F.hash: must be sha256'],
    ['a step of a constant', '{ F: { value: x, as: trim } }', '10:31', 'F.as: is not known here'],
    ['a part', '{ F: { concat: [p.a, a b] } }', '10:35', `F.concat[1]: ${PART}`],
    ['a part that is a concat', '{ F: { concat: [{ concat: [p.a] }] } }', '10:30', `F.concat[0]: ${PART}`],
    [
      'a slip in a part',
      '{ F: { concat: [{ from: p.a, defualt: x }] } }',
      '10:43',
      'F.concat[0].defualt: is not known here; did you mean "default"?',
    ],
    [
      'a joint',
      '{ F: { audiences: all, join: 1 } }',
      '10:37',
      'F.join: is read as a number; put it in quotes',
    ],
  ])('a field whose source is wrong: %s', (_, set, place, message) => {
    expect(faultsOf(fileWithSet(set)).map(withoutKnown)).toEqual([
      `f.yaml:${place} config.invalid rules[0].do[0].set.${message}`,
    ]);
  });

  test('a fault behind an alias is told where the anchor stands', () => {
    const rules = `rules:
  - name: a
    when: { member: hot }
    do:
      - upsert: sales/X
        match: { I: $key }
        set: &fields
          F: p.a
          G: { value: [1] }
  - name: b
    when: { member: hot }
    do: [{ upsert: sales/Y, match: { I: $key }, set: *fields }]`;
    expect(faultsOf(fileOf({ rules }))).toEqual([
      'f.yaml:12:16 config.invalid rules[0].do[0].set.G.value: must be a text, a number, true, false or null',
      'f.yaml:12:16 config.invalid rules[1].do[0].set.G.value: must be a text, a number, true, false or null',
    ]);
  });
});

describe('names', () => {
  test('that lead nowhere are told in the order of the file, each at its place', () => {
    const rules = `rules:
  - name: a
    when: { member: cold }
    do:
      - upsert: crm/X
        match: { I: $key }
        set:
          A: { member: vip }
          B: p.b`;
    const audiences = 'audiences:\n  hot: hot-1\n  warm: { id: hot-1, namespace: UPS }';
    expect(faultsOf(fileOf({ audiences, rules }))).toEqual([
      'f.yaml:3:3 config.invalid audiences.warm: has the same namespace and id as "hot"',
      'f.yaml:8:13 config.unknown-name rules[0].when.member: there is no audience named "cold"; declared are "hot", "warm"',
      'f.yaml:10:9 config.unknown-name rules[0].do[0].upsert: there is no connection named "crm"; declared is "sales"',
      'f.yaml:13:16 config.unknown-name rules[0].do[0].set.A.member: there is no audience named "vip"; declared are "hot", "warm"',
    ]);
  });

  test('a key that YAML reads as a number is found all the same', () => {
    const audiences = 'audiences:\n  7: x\n  8: x';
    expect(faultsOf(fileOf({ audiences, rules: 'rules: []' }))).toEqual([
      'f.yaml:3:3 config.invalid audiences.8: has the same namespace and id as "7"',
    ]);
  });
});

describe('connections', () => {
  const TYPES = ConnectionConfig.options.map((option) => `"${option.shape.type.value}"`).join(', ');
  const withConnections = (text: string): string => fileOf({ connections: `connections:\n  ${text}` });

  test.each([
    [
      'a type nobody knows',
      'sales: { type: abacus }',
      [`f.yaml:4:12 config.invalid connections.sales.type: must be one of ${TYPES}`],
    ],
    [
      'a slip in a type',
      'sales: { type: salseforce }',
      [
        `f.yaml:4:12 config.invalid connections.sales.type: must be one of ${TYPES}; did you mean "salesforce"?`,
      ],
    ],
    [
      'no type',
      'sales: { url: x }',
      ['f.yaml:4:3 config.invalid connections.sales.type: is missing; it must be a text'],
    ],
    [
      'a text',
      'sales: http',
      [
        'f.yaml:4:3 config.invalid connections.sales: must be an object (members and their values), not a text',
      ],
    ],
    [
      'members that are missing or of another type',
      'sales: { type: salesforce, domain: acme.my.salesforce.com, apiVersion: 3 }',
      [
        'f.yaml:4:3 config.invalid connections.sales.auth: is missing; it must be an object (members and their values)',
        'f.yaml:4:62 config.invalid connections.sales.apiVersion: is read as a number; put it in quotes',
      ],
    ],
    [
      'a slip',
      'sales: { type: http, url: "https://crm.example.com", ulr: x }',
      ['f.yaml:4:56 config.invalid connections.sales.ulr: is not known here; did you mean "url"?'],
    ],
  ])('%s', (_, text, expected) => {
    expect(faultsOf(withConnections(text)).map(withoutKnown)).toEqual(expected);
  });

  test('take settings, and what is in them is checked as if it stood there', () => {
    const text = withConnections(`sales: { type: http, url: "https://${ref('HOST')}/${ref('PATH_1')}" }`);
    const settings = { HOST: 'crm.example.com', PATH_1: 'v1' };
    expect(configOf(text, settings).connections.get('sales')).toMatchObject({
      url: 'https://crm.example.com/v1',
    });
    expect(faultsOf(text, { ...settings, HOST: 'no host' })[0]).toMatch(
      /^f\.yaml:4:24 config\.invalid connections\.sales\.url: /,
    );
  });

  test('settings that are not there are named, each at its place', () => {
    const text = withConnections(
      `sales: { type: http, url: "https://${ref('HOST')}/${ref('PATH_1')}/${ref('HOST')}", headers: { A: "${ref('A')}" } }`,
    );
    const say = (name: string): string =>
      `the setting ${name} is not set; set the environment variable ${name} (app setting on Azure)`;
    expect(faultsOf(text, { PATH_1: '' })).toEqual([
      `f.yaml:4:24 config.missing-setting connections.sales.url: ${say('HOST')}`,
      `f.yaml:4:24 config.missing-setting connections.sales.url: ${say('PATH_1')}`,
      `f.yaml:4:77 config.missing-setting connections.sales.headers.A: ${say('A')}`,
    ]);
  });

  test('settings are taken nowhere else', () => {
    const audiences = `audiences: { hot: "${ref('HOST')}" }`;
    const { rules } = configOf(fileOf({ audiences }), { HOST: 'x' });
    expect([...(rules.audiences.get('ups')?.keys() ?? [])]).toEqual([ref('HOST')]);
  });
});

describe('a fault within a text', () => {
  const ruled = (condition: string): string =>
    fileOf({
      rules: `rules:\n  - name: r\n    when: { member: hot }\n    if: ${condition}\n    do: [{ upsert: sales/X, match: { I: $key } }]`,
    });

  test.each([
    ['a plain text', 'a.b >= 1 nd a.c exists', '7:18', 1],
    ['a text in single quotes', "'a.b >= 1 nd a.c exists'", '7:19', 0],
    ['a text in double quotes', '"a.b >= 1 nd a.c exists"', '7:19', 0],
  ])('is told where it stands: %s', (_, condition, place) => {
    expect(faultsOf(ruled(condition))).toEqual([
      expect.stringMatching(
        new RegExp(`^f\\.yaml:${place} config\\.invalid rules\\[0\\]\\.if: expected and, or`),
      ),
    ]);
  });

  test.each([
    ['in which a character is escaped', '"\\x61.b >= 1 nd a.c exists"'],
    ['over several lines', '>-\n      a.b >= 1\n      nd a.c exists'],
  ])('is told by its number %s', (_, condition) => {
    expect(faultsOf(ruled(condition))).toEqual([
      expect.stringMatching(/^f\.yaml:7:5 config\.invalid rules\[0\]\.if: at character 10: expected and, or/),
    ]);
  });
});
