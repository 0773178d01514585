import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { NO_TOOLS, type Tools } from '../../shared/core/tools.js';
import { allTools, findingsOf } from './mapped.js';

let tools: Tools;
beforeAll(async () => {
  tools = await allTools();
});

const FIELD = 'rules.0.do.0.set.F0';

/** `path below the field: message`, one per finding. */
const faults = (mapping: string, using = tools): readonly string[] =>
  findingsOf(parse(mapping), using).map(
    ({ path, message }) => `${path.join('.').replace(FIELD, '').replace(/^\./, '')}: ${message}`,
  );

const LIQUID_READS =
  'a Liquid text can read profile.person.name.firstName and other attributes, identity.NAMESPACE, member.AUDIENCE, key and now';
const PLACEHOLDER = 'it must hold an attribute path such as person.name.firstName, $key, or $identity.crmid';
const BRACE =
  'a brace is for placeholders such as {person.name.firstName} or {person.name.firstName|friend}; a text with other braces can be written { liquid: text }';

describe('a finding', () => {
  test.each([
    [
      '{ template: "Hi" }',
      'template: has no placeholder such as {person.name.firstName}; a text that is always the same is written { value: text }',
    ],
    ['{ template: "Hi {}" }', `template: "{}" is no placeholder: ${PLACEHOLDER}`],
    ['{ template: "Hi {first name}" }', `template: "{first name}" is no placeholder: ${PLACEHOLDER}`],
    ['{ template: "Hi {$kye|x}" }', `template: "{$kye|x}" is no placeholder: ${PLACEHOLDER}`],
    ['{ template: "Hi {v" }', `template: ${BRACE}`],
    ['{ template: "Hi v}" }', `template: ${BRACE}`],
    ['{ template: "{v|a{b}" }', `template: ${BRACE}`],
    [
      '{ template: "Hi {{ v }}" }',
      'template: placeholders have single braces, {person.name.firstName}; a text with double ones is written { liquid: text }',
    ],
    ['{ concat: [v, { template: "{v|" }] }', `concat.1.template: ${BRACE}`],
    ['{ from: v, date: YYYY-MM-dd }', /^date: "YYYY" is no part of a date format; did you mean "yyyy"/],
    [
      '{ from: v, date: "yyyy-MM-ddTHH:mm" }',
      /^date: "T" is no part of a date format; .* a text stands in single quotes$/,
    ],
    ['{ from: v, date: "yyyy \'at" }', `date: the quote in "yyyy 'at" is not closed`],
    [
      '{ from: v, date: yyyy, zone: Europe/Berln }',
      'zone: "Europe/Berln" is no time zone such as Europe/Berlin or UTC',
    ],
    ['{ since: hot, date: yyyy, zone: Mars }', 'zone: "Mars" is no time zone such as Europe/Berlin or UTC'],
    ['{ from: v, phone: XX }', 'phone: "XX" is no country code such as DE, US or GB'],
    ['{ since: cold }', /^since: there is no audience named "cold"/],
    ['{ audiences: [hot, cold] }', /^audiences.1: there is no audience named "cold"/],
    ['{ function: initals }', /^function: there is no function named "initals"; did you mean "initials"\?/],
    [
      '{ function: isHot }',
      /^function: the function "isHot" is a condition, not a mapping; declared is "initials"$/,
    ],
    ['{ function: constructor }', /^function: there is no function named "constructor"/],
    ['{ liquid: "{{ v" }', 'liquid: the Liquid text cannot be read: output "{{ v" not closed, line:1, col:1'],
    [
      '{ liquid: "{{ profile.v | upcas }}" }',
      'liquid: the Liquid text cannot be read: undefined filter: upcas, line:1, col:1',
    ],
    [
      '{ liquid: "{% include \'x\' %}" }',
      'liquid: the Liquid text cannot be read: tag "include" not found, line:1, col:1',
    ],
    [
      '{ liquid: "{{ person.name.firstName }}" }',
      `liquid: "person.name" is nothing it knows; ${LIQUID_READS}`,
    ],
    ['{ liquid: "{{ profile | json }}" }', `liquid: "profile" is nothing it knows; ${LIQUID_READS}`],
    ['{ liquid: "{{ profile[key] }}" }', `liquid: "profile" is nothing it knows; ${LIQUID_READS}`],
    [
      '{ liquid: "{{ profile[\'first name\'] }}" }',
      `liquid: "profile.first name" is nothing it knows; ${LIQUID_READS}`,
    ],
    ['{ liquid: "{{ [\'first name\'] }}" }', `liquid: "first name" is nothing it knows; ${LIQUID_READS}`],
    ['{ liquid: "{{ today }}" }', `liquid: "today" is nothing it knows; ${LIQUID_READS}`],
    ['{ liquid: "{{ member }}" }', `liquid: "member" is nothing it knows; ${LIQUID_READS}`],
    ['{ liquid: "{{ member[key] }}" }', `liquid: "member" is nothing it knows; ${LIQUID_READS}`],
    ['{ liquid: "{{ member.cold }}" }', /^liquid: there is no audience named "cold"/],
  ])('%s', (mapping, message) => {
    expect(faults(mapping)).toEqual(
      [message].flat().map((text) => (typeof text === 'string' ? text : expect.stringMatching(text))),
    );
  });

  test('a Liquid text that is too long', () => {
    expect(faults(`{ liquid: "{{ profile.v }}${'x'.repeat(20_000)}" }`)).toEqual([
      'liquid: the Liquid text cannot be read: parse length limit exceeded',
    ]);
  });

  test.each([
    ['{ from: v, date: yyyy }', 'date: a date format cannot be used here: its library is not loaded'],
    ['{ from: v, phone: DE }', 'phone: a phone number cannot be used here: its library is not loaded'],
    ['{ from: v, hash: sha256 }', 'hash: sha256 cannot be used here: its library is not loaded'],
    ['{ liquid: "{{ profile.v }}" }', 'liquid: a Liquid text cannot be used here: its library is not loaded'],
  ])('a library that is not there, rather than a failure later: %s', (mapping, message) => {
    expect(faults(mapping, NO_TOOLS)).toEqual([message]);
  });
});
