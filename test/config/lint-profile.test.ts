import { describe, expect, test } from 'vitest';
import { checked, findingsOf, rule, ruled } from './checked.js';

const SCHEMA = JSON.stringify({
  $schema: 'http://json-schema.org/draft-06/schema#',
  properties: {
    name: { type: 'string' },
    points: { type: 'integer' },
    rate: { type: 'number' },
    tier: { type: 'string', enum: ['gold', 'silver', 'bronze'] },
    born: { type: 'string', format: 'date' },
    member: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string', enum: ['red', 'blue'] } },
    scores: { type: 'array', items: { type: 'number' } },
    person: { type: 'object', properties: { first: { type: 'string' } } },
    consents: { type: 'object', properties: { call: { type: 'string' }, count: { type: 'number' } } },
  },
});

const declared = (text: string): string => `profile: ./p.json\n${text}`;
const about = (set: string, more = ''): string => declared(ruled(rule('a', 'member: hot', set, more)));
const found = (text: string): Promise<readonly string[]> =>
  findingsOf(text, /^check\.(unknown-path|wrong-type|unknown-value)|^config/, { './p.json': SCHEMA });
const ifs = (condition: string): Promise<readonly string[]> => found(about('F: name', `if: ${condition}`));

describe('a condition that no value fulfils', () => {
  test('is told where it stands', async () => {
    expect(await ifs("points >= 10 and points = '5'")).toEqual([
      `8:26 check.wrong-type rules[0].if: "points = '5'" is never true: it needs a text, and the value is a number; write the number without quotes`,
    ]);
  });

  test.each([
    ['name > 5', 'it needs a number, and the value is a text'],
    ['name = 5', 'it needs a number, and the value is a text; write the number in quotes'],
    [
      'member = "true"',
      'it needs a text, and the value is true or false; write true or false without quotes',
    ],
    ['points starts with "a"', 'it needs a text, and the value is a number'],
    ['member within 7 days', 'it needs a text or a number, and the value is true or false'],
    ['member > 2026-01-01', 'it needs a text or a number, and the value is true or false'],
    ['scores contains "x"', 'it needs a text, and the value is a number; write the number without quotes'],
    ['name contains 5', 'it needs a list, and the value is a text'],
    ['points in [1, "2"]', 'it needs a text, and the value is a number; write the number without quotes'],
    ['person = "x"', 'it needs a text, and the value is an object'],
  ])('%s', async (condition, message) => {
    const [first = '', ...others] = await ifs(`'${condition}'`);
    expect(others).toEqual([]);
    expect(first).toContain(
      `check.wrong-type rules[0].if: ${JSON.stringify(condition)} is never true: ${message}`,
    );
  });

  test.each([
    [
      'tier = "glod"',
      'the value is never "glod"; did you mean "gold"? it is one of "gold", "silver", "bronze"',
    ],
    [
      'tier in ["gold", "platinum"]',
      'the value is never "platinum"; it is one of "gold", "silver", "bronze"',
    ],
    ['tags contains "green"', 'the value is never "green"; it is one of "red", "blue"'],
  ])('%s', async (condition, message) => {
    expect(await ifs(`'${condition}'`)).toEqual([`8:10 check.unknown-value rules[0].if: ${message}`]);
  });

  test.each([
    'name = "x" and points >= 5 and rate < 1.5 and member = true',
    'tier != "gold" and not (tier in ["silver"])',
    'tags contains "red" and scores > 5 and scores contains 5',
    'born within 7 days and born < 2026-01-01',
    'person exists and name matches "^A" and name starts with "A"',
    'identityMap.ecid exists and $key = "x" and $identity.ecid = "y"',
  ])('is none of these: %s', async (condition) => {
    expect(await ifs(`'${condition}'`)).toEqual([]);
  });

  test('is found in combinations, and its path too', async () => {
    const condition = '{ any: [name = "x", { not: { all: ["nam exists", "person.frist = 1"] } }] }';
    expect(await ifs(condition)).toEqual([
      '8:45 check.unknown-path rules[0].if.any[1].not.all[0]: ./p.json has no "nam"; did you mean "name"?',
      '8:59 check.unknown-path rules[0].if.any[1].not.all[1]: "person" has no "frist" in ./p.json; did you mean "first"?',
    ]);
  });

  test('is found in CEL', async () => {
    expect(await ifs(`{ cel: 'profile.nam == "x"' }`)).toEqual([
      '8:17 check.unknown-path rules[0].if.cel: the profile has no "nam"; did you mean "name"?',
    ]);
    expect((await ifs(`{ cel: 'profile.name > 5' }`)).map((one) => one.slice(0, 37))).toEqual([
      '8:17 check.wrong-type rules[0].if.cel',
    ]);
    expect(await ifs(`{ cel: 'profile.points > 5 && profile.person.first == "x"' }`)).toEqual([]);
  });

  test('can never hold together when the value is known to be no list', async () => {
    const both = (condition: string): Promise<readonly string[]> =>
      findingsOf(about('F: name', `if: '${condition}'`), /never-holds/, { './p.json': SCHEMA });
    expect((await both('tier = "gold" and tier = "silver"'))[0]).toContain('never holds');
    expect(await both('tags = "red" and tags = "blue"')).toEqual([]);
  });
});

describe('a mapping that gives no value', () => {
  test.each([
    ['F: nam', 'set.F: ./p.json has no "nam"; did you mean "name"?'],
    [
      'F: { from: name, decimals: 2 }',
      'set.F.decimals: never gives a value: it needs a number, and the value is a text; add as: number',
    ],
    [
      'F: { from: person, as: number }',
      'set.F.as: never gives a value: it needs a text or a number or true or false, and the value is an object',
    ],
    [
      'F: { from: member, date: yyyy }',
      'set.F.date: never gives a value: it needs a text or a number, and the value is true or false',
    ],
    [
      'F: { from: tags, phone: DE }',
      'set.F.phone: never gives a value: it needs a text or a number, and the value is a list',
    ],
    [
      'F: { from: person, hash: sha256 }',
      'set.F.hash: never gives a value: it needs a text or a number or true or false, and the value is an object',
    ],
    [
      'F: { from: tier, lookup: { glod: 1 } }',
      'set.F.lookup: the value is never "glod"; did you mean "gold"?',
    ],
    ['F: { template: "Hi {nam}" }', 'set.F.template: ./p.json has no "nam"; did you mean "name"?'],
    [
      'F: { template: "{person}" }',
      'set.F.template: "{person}" needs a text or a number or true or false, and the value is an object',
    ],
    [
      'F: { concat: [name, person] }',
      'set.F.concat[1]: a part of a text needs a text or a number or true or false, and the value is an object',
    ],
    ['F: { liquid: "{{ profile.nam }}" }', 'set.F.liquid: ./p.json has no "nam"; did you mean "name"?'],
    [
      'F: { identity: ecid, decimals: 1 }',
      'set.F.decimals: never gives a value: it needs a number, and the value is a text; add as: number',
    ],
  ])('%s', async (set, message) => {
    const [first = '', ...others] = await found(about(set));
    expect(others).toEqual([]);
    expect(first.replace(/^\S+ \S+ rules\[0\]\.do\[0\]\./, '')).toBe(message);
  });

  test.each([
    'F: name, G: { from: points, as: string }, H: person, I: tags',
    'F: { from: name, as: [trim, number], decimals: 2 }',
    'F: { from: tags, join: ";", hash: sha256 }, G: { from: tier, lookup: { gold: 1, silver: null } }',
    'F: { from: born, date: yyyy }, G: { template: "{name|you} {points} {$key}" }, H: { concat: [name, points] }',
    'F: { audiences: all, join: ";" }, G: { since: hot, date: yyyy }, H: { value: x }, I: { member: hot, lookup: { "true": Y } }',
  ])('is none of these: %s', async (set) => {
    expect(await found(about(set))).toEqual([]);
  });

  test('addresses no row', async () => {
    const text = about('F: name').replace('Id: $key', 'Id: person');
    expect(await found(text)).toEqual([
      expect.stringContaining('match.Id: an address needs a text or a number, and the value is an object'),
    ]);
  });
});

test('paths that stand by themselves are looked up too', async () => {
  const text = declared(ruled(rule('a', 'changed: poinst', 'F: name')))
    .replace('key: [crmid]', 'key: [crmid, person.frist, name]')
    .replace('rules:', 'consent: { require: consents.call.vall }\nrules:');
  expect(await found(text)).toEqual([
    '3:24 check.unknown-path person.key[1]: "person" has no "frist" in ./p.json; did you mean "first"?',
    '5:12 check.unknown-path consent.require: "consents.call" is a text and has no members',
    '8:13 check.unknown-path rules[0].when.changed: ./p.json has no "poinst"; did you mean "points"?',
  ]);
});

test('consent that can never say yes', async () => {
  const text = about('F: name').replace('rules:', 'consent: { require: consents.count }\nrules:');
  expect(await found(text)).toEqual([
    '5:12 check.wrong-type consent.require: never says yes: it must be "y", "in" or true, and the value is a number',
  ]);
});

test('against a sample all of it is a warning', async () => {
  const { findings } = await checked(about('F: nam', "if: points = '5'"), {
    './p.json': '{"name":"x","points":5}',
  });
  expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
    ['check.untested', 'warning'],
    ['check.wrong-type', 'warning'],
    ['check.unknown-path', 'warning'],
  ]);
});

test('without a profile only what the file itself says is judged', async () => {
  const text = ruled(
    rule('a', 'member: hot', 'F: nam, G: { identity: ecid, decimals: 1 }', "if: points = '5'"),
  );
  expect(await found(text)).toHaveLength(1);
});

test.each([
  ['that is not there', {}, 'config.unreadable profile: ./p.json cannot be read (ENOENT)'],
  [
    'that is none',
    { './p.json': 'x' },
    'config.invalid profile: ./p.json is neither a JSON schema nor a sample',
  ],
])('a profile %s', async (_, beside, message) => {
  const [first = '', ...others] = await findingsOf(about('F: name'), /^config/, beside);
  expect(others).toEqual([]);
  expect(first).toContain(`1:1 ${message}`);
});
