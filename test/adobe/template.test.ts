import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARD_PROFILE, MESSAGE_TEMPLATE, SCHEMA_TEMPLATE } from '../../shared/adobe/template.js';
import { open } from '../../shared/core/envelope.js';
import { type ProfileExport, readProfile } from '../../shared/core/profile.js';
import { split } from '../../shared/door/split.js';
import { inflate } from '../../shared/pipeline/inflate.js';
import { render } from './pebble.js';

/** What the decoder of a stream's records makes of a text; throws when any part of it cannot be read. */
const decoded = (text: string): readonly ProfileExport[] =>
  open(text, inflate).map((item) => {
    if (!item.ok) throw item.fault;
    const profile = readProfile(item.value);
    if (!profile.ok) throw profile.fault;
    return profile.value;
  });

const memberships = ({ memberships: all }: ProfileExport): string[] =>
  all.map(({ namespace, audience, member, at }) => `${namespace}/${audience} ${member} ${at}`).sort();

const awkward = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('"', '\\', '\n', '\r\n', '{{ x }}', '{% if %}', '&<>\'"', '\u2028', 'null', ''),
);
const id = awkward.filter((text) => text.trim() !== '' && text !== '__proto__');
const name = fc.constantFrom('ups', 'CustomerAudienceUpload', 'externalaudiences');
/** Both shapes of Adobe's times, from 2020 on. */
const time = fc
  .date({ min: new Date('2020-01-01T00:00:00Z'), max: new Date('2030-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => ({ at: date.getTime() * 1000, text: date.toISOString().replace('Z', '+0000') }));
const membership = fc.record({ status: fc.constantFrom('realized', 'exited'), time });

const anyProfile = fc.record({
  audiences: fc.dictionary(name, fc.dictionary(id, membership, { maxKeys: 4 }), { maxKeys: 3 }),
  identityMap: fc.dictionary(
    fc.constantFrom('email', 'crmid', 'ECID'),
    fc.array(
      id.map((text) => ({ id: text })),
      { minLength: 1, maxLength: 3 },
    ),
  ),
  attributes: fc.dictionary(
    id,
    fc.oneof(
      fc.constant({}),
      awkward.map((value) => ({ value })),
      fc.constant({ value: null }),
    ),
    { maxKeys: 5 },
  ),
});

test('whatever is in the profiles, the message is JSON that the decoder reads back, membership by membership', () => {
  fc.assert(
    fc.property(fc.array(anyProfile, { minLength: 1, maxLength: 4 }), (wanted) => {
      const profiles = wanted.map(({ audiences, ...rest }) => ({
        segmentMembership: Object.fromEntries(
          Object.entries(audiences).map(([namespace, members]) => [
            namespace,
            Object.fromEntries(
              Object.entries(members).map(
                ([
                  audience,
                  {
                    status,
                    time: { text },
                  },
                ]) => [audience, { lastQualificationTime: text, status }],
              ),
            ),
          ]),
        ),
        ...rest,
      }));
      const read = decoded(render(MESSAGE_TEMPLATE, { input: { profiles } }));
      expect(read.map(({ body }) => body)).toEqual(profiles);
      expect(read.map(memberships)).toEqual(
        wanted.map(({ audiences }) =>
          Object.entries(audiences)
            .flatMap(([namespace, members]) =>
              Object.entries(members).map(
                ([
                  audience,
                  {
                    status,
                    time: { at },
                  },
                ]) => `${namespace.toLowerCase()}/${audience} ${status === 'realized'} ${at}`,
              ),
            )
            .sort(),
        ),
      );
    }),
    { numRuns: 300 },
  );
});

test('the profile for Adobe’s own renderer has quotes, line breaks and an absent value, and comes through', () => {
  const [one, two] = decoded(render(MESSAGE_TEMPLATE, { input: { profiles: [HARD_PROFILE, HARD_PROFILE] } }));
  expect(one?.body).toEqual(HARD_PROFILE);
  expect(two).toEqual(one);
  expect(JSON.stringify(HARD_PROFILE)).toMatch(/\\".*\\n/);
  expect(one && memberships(one)).toEqual([
    'customeraudienceupload/vip-2026 true 1795075200000000',
    'ups/11111111-1111-1111-1111-111111111111 true 1795248000000000',
    'ups/22222222-2222-2222-2222-222222222222 false 1795161600000000',
  ]);
});

test('the schema comes out of our answer as it is', () => {
  const schema = { type: 'object', title: 'a "title" & more', properties: {} };
  const body = { schema: JSON.stringify(schema) };
  expect(JSON.parse(render(SCHEMA_TEMPLATE, { response: { body } }))).toEqual(schema);
});

describe('the renderer, by what Adobe’s pages say of templates', () => {
  const profile = {
    segmentMembership: {
      ups: { a1: { status: 'realized' }, a2: { status: 'exited' }, a3: { status: 'realized' } },
    },
    identityMap: { email: [{ id: 'ada@example.com' }, { id: 'grace@example.com' }] },
    attributes: { firstName: { value: 'Ada' }, lastName: {} },
  };
  const profiles = [profile];

  test.each([
    [
      'a map is gone through by key and value',
      '{% for a in p.attributes %}{{ a.key }},{% endfor %}',
      'firstName,lastName,',
    ],
    [
      'an absent value is empty',
      '{% for a in p.attributes %}{% if a.value is empty %}null{% else %}{{ a.value.value }}{% endif %};{% endfor %}',
      'Ada;null;',
    ],
    [
      'added and removed, as filter and as function',
      '{% for s in p.segmentMembership.ups | added %}{{ s.key }}{% if not loop.last %},{% endif %}{% endfor %}/{% for s in removedSegments(p.segmentMembership.ups) %}{{ s.key }}{% endfor %}',
      'a1,a3/a2',
    ],
    [
      'a hyphen takes the white space on its side',
      '[ {%- for i in p.identityMap.email %} {{- i.id -}} {% endfor -%} ]',
      '[ada@example.comgrace@example.com]',
    ],
    ['a remark is nothing', 'a{# "b" #}c{#- d -#} e', 'ace'],
    [
      'a namespace that is not there is empty',
      '{% if p.identityMap.email is not empty and p.identityMap["phone"] is not empty %}both{% else %}one{% endif %}',
      'one',
    ],
    ['what is set is known later', '{% set x = "y" %}{{ x }}', 'y'],
    ['texts are escaped unless they are raw', '{{ t }} {{ t | raw }}', '&lt;&amp;&quot; <&"'],
    ['a form is encoded', "{{ formUrlEncode('a', t, 'b', 'c d') | raw }}", 'a=%3C%26%22&b=c+d'],
  ])('%s', (_, template, wanted) => {
    expect(render(template, { p: profile, input: { profiles }, t: '<&"' })).toBe(wanted);
  });

  test.each([
    '{% macro x() %}{% endmacro %}',
    '{% for x in y %}',
    '{{ x | unknown }}',
    '{{ range(1, 3) }}',
    '{{ a ~ b }}',
    '{% if x %}{% endfor %}',
  ])('what Adobe does not allow, or nobody knows, is refused: %s', (template) => {
    expect(() => render(template, {})).toThrow('Pebble');
  });

  test('a template that prints values one by one, as Adobe’s examples do, breaks on the very same profiles', () => {
    const printing = '{"a":"{{ input.profiles[0].attributes.quoted.value | raw }}"}';
    expect(() => JSON.parse(render(printing, { input: { profiles: [HARD_PROFILE] } }))).toThrow(SyntaxError);
  });
});

test('what the template sends is taken in by the door with attributes as the rules read them', () => {
  const profile = {
    segmentMembership: {
      ups: { a: { status: 'exited', lastQualificationTime: '2026-11-20T08:00:00.000+0000' } },
    },
    identityMap: { crmid: [{ id: 'C-1' }] },
    attributes: {
      person: { name: { firstName: { value: 'Ada "A"\n' }, lastName: {} } },
      tier: { value: 'gold' },
    },
  };
  const items = split(Buffer.from(render(MESSAGE_TEMPLATE, { input: { profiles: [profile] } })), 0);
  const { attributes: _, ...parts } = profile;
  expect(items).toEqual({
    ok: true,
    value: [{ ok: true, profile: { ...parts, person: { name: { firstName: 'Ada "A"\n' } }, tier: 'gold' } }],
  });
});
