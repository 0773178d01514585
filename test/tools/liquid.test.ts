import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/core/ports.js';
import type { Looking } from '../../shared/core/tools.js';
import { liquidText } from '../../shared/tools/liquid.js';

const sees = (values: Readonly<Record<string, Json>>): Looking => ({
  value: (path) => (Object.hasOwn(values, path) ? values[path] : undefined),
  identity: (namespace) => (namespace === 'email' ? 'ada@example.com' : undefined),
  member: (audience) => audience === 'hot prospects',
  key: 'C-1',
  now: Date.parse('2026-11-01T23:30:00Z') * 1000,
});

/** The text that comes out for these values; `none` when there is none. */
function written(source: string, values: Readonly<Record<string, Json>> = {}): string {
  const made = liquidText(source);
  if (!made.ok) throw made.fault;
  const text = made.value.render(sees(values));
  return text.ok ? text.value : 'none';
}

function reads(source: string): unknown {
  const made = liquidText(source);
  return made.ok ? made.value.reads : made.fault.message;
}

describe('what a text reads', () => {
  const only = (...paths: string[]) => ({ paths, identities: [], audiences: [], now: false });
  test.each([
    ['{{ profile.person.name.firstName }}', only('person.name.firstName')],
    ['{{ profile.a.b }}{{ profile.a.c }}{{ profile.a.b }}', only('a.b', 'a.c')],
    ['{{ profile.a.b.c }}{{ profile.a }}{{ profile.a.d }}', only('a')],
    ['{{ profile.ab.c }}{{ profile.a }}', only('ab.c', 'a')],
    ['{{ profile.a[0].b }}', only('a')],
    ['{{ profile.a.size }}{{ profile.b.c.first.d }}', only('a', 'b.c')],
    ['{{ profile.size }}', only('size')],
    ['{{ profile.a[profile.b.c].d }}', only('a', 'b.c')],
    ['{{ profile.a["first name"] }}', only('a')],
    ['{{ profile.a["b.c"] }}', only('a')],
    ['{% for x in profile.a.b %}{{ x.c }}{{ forloop.index }}{{ profile.d }}{% endfor %}', only('a.b', 'd')],
    ['{% assign x = profile.a | append: profile.b %}{{ x }}', only('a', 'b')],
    [
      '{% if profile.a == "x" and profile.b contains profile.c %}{{ profile.d }}{% elsif profile.e %}{% else %}{{ profile.f }}{% endif %}',
      only('a', 'b', 'c', 'd', 'e', 'f'),
    ],
    ['{{ profile.a | where: "b", profile.c | map: "d" }}', only('a', 'c')],
    ['{{ profile._acme.loyalty-x.tier }}', only('_acme.loyalty-x.tier')],
    ['no more than a text', only()],
    ['{{ now | date: "%Y" }}', { ...only(), now: true }],
    [
      '{{ key }}{{ identity.email }}{{ member["hot prospects"] }}',
      { paths: [], identities: ['email'], audiences: ['hot prospects'], now: false },
    ],
  ])('%s', (source, expected) => {
    const { paths, ...others } = Object(reads(source));
    const { paths: wanted, ...rest } = expected;
    expect({ paths: [...paths].sort(), ...others }).toEqual({ paths: [...wanted].sort(), ...rest });
  });

  test('and finds just that', () => {
    const values = { 'a.b': 1, 'a.c': [2, 3], d: 'x', e: [{ f: 1 }] };
    expect(written('{{ profile.a.b }},{{ profile.a.c }},{{ profile.d }},{{ profile.e[0].f }}', values)).toBe(
      '1,23,x,1',
    );
    expect(written('{{ key }} {{ identity.email }} {{ identity.ecid }}')).toBe('C-1 ada@example.com ');
    expect(written('{{ now | date: "%d.%m.%Y", "Europe/Berlin" }} {{ now }}')).toBe(
      '02.11.2026 2026-11-01T23:30:00.000Z',
    );
    expect(written('{{ member["hot prospects"] }}')).toBe('true');
    const inherited =
      '{{ profile.a.constructor }}{{ profile.a.b.__proto__ }}{{ profile.toString }}{{ profile.a.b.c.valueOf }}';
    expect(written(inherited, { 'a.b': {}, 'a.b.c': {} })).toBe('');
  });
});

describe('what a text cannot do', () => {
  test.each([
    'include "x"',
    'render "x"',
    'layout "x"',
    'block x',
    'increment x',
    'decrement x',
    'tablerow x in y',
  ])('there is no tag %s', (tag) => {
    expect(reads(`{% ${tag} %}`)).toMatch(/tag "\w+" not found/);
  });

  test.each([
    'sample',
    'hmac_sha256: "k"',
    'where_exp: "x", "x.a"',
    'find_exp: "x", "x.a"',
    'date_to_string',
    'constructor',
  ])('there is no filter %s', (filter) => {
    expect(reads(`{{ profile.v | ${filter} }}`)).toMatch(/undefined filter/);
  });

  test.each([
    ['count far', '{% for i in (1..100000000) %}{% endfor %}'],
    ['count far by a value', '{% for i in (1..profile.n) %}x{% endfor %}'],
    ['count in counting', '{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}'],
    [
      'double a text',
      '{% assign x = "ab" %}{% for i in (1..99) %}{% assign x = x | append: x %}{% endfor %}',
    ],
    [
      'double a list',
      '{% assign x = "a,b" | split: "," %}{% for i in (1..99) %}{% assign x = x | concat: x %}{% endfor %}',
    ],
    ['write without end', '{% for i in (1..9999) %}{{ profile.long }}{% endfor %}'],
    [
      'pad without end',
      '{{ "2026-01-01" | date: "%999999999d" | append: profile.long | times: 1 }}{% for i in (1..99999999) %}{% endfor %}',
    ],
    [
      'go through a list over and over',
      '{% for a in profile.list %}{% for b in profile.list %}{% for c in profile.list %}{% for d in profile.list %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}',
    ],
  ])('%s', (_, source) => {
    const list = Array.from({ length: 1000 }, (_item, i) => i);
    const start = performance.now();
    expect(written(source, { n: 1e12, long: 'x'.repeat(1000), list })).toBe('none');
    expect(performance.now() - start).toBeLessThan(2000);
  });

  test('be deeper than the stack', () => {
    const deep = `${'{% if key %}'.repeat(1900)}${'{% endif %}'.repeat(1)}`;
    expect(reads(deep)).toMatch(/cannot be read/);
  });

  test('what it fails on is not told', () => {
    const made = liquidText('{{ profile.v | url_decode }}');
    if (!made.ok) throw made.fault;
    const text = made.value.render(sees({ v: '%E0%A4%A-secret' }));
    expect(text.ok ? '' : text.fault.message).toBe('the Liquid text could not be written for this person');
  });
});

test('any text is refused or comes out as a text, soon', () => {
  const piece = fc.constantFrom(
    '{{',
    '}}',
    '{%',
    '%}',
    ' profile.v ',
    ' if ',
    ' endif ',
    ' for ',
    ' in ',
    '(1..3)',
    ' endfor ',
    ' | ',
    ' upcase ',
    '"',
    "'",
    '[',
    ']',
    '.',
    'profile',
    ' assign ',
    ' = ',
    ' raw ',
    ' endraw ',
    '-',
    '\n',
    ' liquid ',
    ' case ',
    ' when ',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.jsonValue(), (pieces, v) => {
      const made = liquidText(pieces.join(''));
      if (!made.ok) expect(made.fault.code).toBe('config.invalid');
      // What JSON.parse gives.
      else expect(typeof made.value.render(sees({ v: v as Json }))).toBe('object');
    }),
    { numRuns: 1000 },
  );
});
