import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../shared/core/compile.js';
import { canonical } from '../../shared/core/fingerprint.js';
import { split, valueAt } from '../../shared/core/path.js';
import type { Json } from '../../shared/core/ports.js';
import { RulesFile } from '../../shared/core/rules.js';
import type { Finding } from '../../shared/core/scope.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { memberships, START, viewAfter } from './persons-records.js';

const contact = (set: object = {}, match: object = { Id: '$key' }): object => ({
  upsert: 'sales/Contact',
  match,
  set,
});

/** A file that is right, with some of its parts replaced. */
const file = (parts: object = {}): object => ({
  audiences: { hot: 'hot-1', vip: { id: 'vip-1', namespace: 'Upload' } },
  person: { key: ['crmid', 'personalEmail.address'] },
  connections: { sales: { type: 'fake' } },
  rules: [{ name: 'one', when: { member: 'hot' }, do: [contact()] }],
  ...parts,
});

const findings = (parts: object): readonly Finding[] =>
  compile(RulesFile.parse(file(parts)), NO_TOOLS).findings;

describe('findings', () => {
  test('a file that is right has none', () => {
    expect(findings({})).toEqual([]);
  });

  test.each(['entered', 'left', 'stayed', 'member'])('an unknown audience in when: { %s: … }', (trigger) => {
    expect(findings({ rules: [{ name: 'r', when: { [trigger]: 'hto' }, do: [contact()] }] })).toEqual([
      {
        code: 'config.unknown-name',
        path: ['rules', 0, 'when', trigger],
        message: 'there is no audience named "hto"; did you mean "hot"? declared are "hot", "vip"',
      },
    ]);
  });

  test('an unknown audience in a field', () => {
    expect(
      findings({ rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({ F: { member: 'VIP' } })] }] }),
    ).toEqual([
      {
        code: 'config.unknown-name',
        path: ['rules', 0, 'do', 0, 'set', 'F', 'member'],
        message: 'there is no audience named "VIP"; did you mean "vip"? declared are "hot", "vip"',
      },
    ]);
  });

  test.each(['crm', 'constructor', 'toString', '__proto__'])('an unknown connection: %s', (name) => {
    const rules = [
      { name: 'r', when: { member: 'hot' }, do: [contact(), { ...contact(), upsert: `${name}/Contact` }] },
    ];
    expect(findings({ rules })).toEqual([
      {
        code: 'config.unknown-name',
        path: ['rules', 0, 'do', 1, 'upsert'],
        message: `there is no connection named "${name}"; declared is "sales"`,
      },
    ]);
  });

  test('names are searched where none is declared', () => {
    expect(findings({ audiences: {}, connections: {} }).map(({ message }) => message)).toEqual([
      'there is no audience named "hot"; none is declared',
      'there is no connection named "sales"; none is declared',
    ]);
  });

  test.each([
    ['the same id', { a: 'x', b: 'x' }, '"a"'],
    [
      'the same id, the default namespace spelled out in another case',
      { a: 'x', b: { id: 'x', namespace: 'UPS' } },
      '"a"',
    ],
  ])('two audiences with %s', (_, audiences, first) => {
    expect(findings({ audiences, rules: [] })).toEqual([
      {
        code: 'config.invalid',
        path: ['audiences', 'b'],
        message: `has the same namespace and id as ${first}`,
      },
    ]);
  });

  test.each([
    ['ids in another case', { a: 'x', b: 'X' }],
    ['other namespaces', { a: 'x', b: { id: 'x', namespace: 'Upload' } }],
    [
      'namespace and id that join to the same text',
      { a: { id: 'c', namespace: 'a/b' }, b: { id: 'b/c', namespace: 'a' } },
    ],
    [
      'a namespace that looks like another one escaped',
      { a: { id: 'c', namespace: 'a/b' }, b: { id: 'c', namespace: 'a%2fb' } },
    ],
  ])('audiences with %s are two', (_, audiences) => {
    expect(findings({ audiences, rules: [] })).toEqual([]);
  });

  test('every finding is given, in the order of the file', () => {
    const rules = [
      { name: 'r', when: { member: 'no1' }, do: [{ ...contact({ F: { member: 'no2' } }), upsert: 'no3/X' }] },
      { name: 's', when: { left: 'no4' }, do: [contact({ A: { member: 'no5' }, B: { member: 'no6' } })] },
    ];
    const names = findings({ rules }).map(({ message }) => /named "(no\d)"/.exec(message)?.[1]);
    expect(names.toSorted()).toEqual(['no1', 'no2', 'no3', 'no4', 'no5', 'no6']);
  });

  test('of many names declared only the nearest are shown', () => {
    const audiences = Object.fromEntries(
      Array.from({ length: 2000 }, (_, i) => [`audience-${i}`, `id-${i}`]),
    );
    const [found] = findings({
      audiences,
      rules: [{ name: 'r', when: { member: 'audience-1x' }, do: [contact()] }],
    });
    expect(found?.message.length).toBeLessThan(300);
    expect(found?.message).toMatch(
      /did you mean "audience-1" or "audience-10" or "audience-11"\? 2000 are declared$/,
    );
  });
});

describe('fields', () => {
  const record: [object, number] = [
    {
      ...memberships({ 'hot-1': ['realized'] }),
      p: { a: 'Ada ', n: '7', o: { y: 1, x: [2] }, l: ['true'] },
      top: 'T',
    },
    START,
  ];

  /** What a field with this source gives for a person who is in `hot`, with attributes `p.a` and so on. */
  function value(source: unknown, ...records: (readonly [object, number])[]): Json | undefined {
    const { rules } = compile(
      RulesFile.parse(
        file({ rules: [{ name: 'r', when: { member: 'hot' }, do: [contact({ F: source })] }] }),
      ),
      NO_TOOLS,
    );
    const view = viewAfter(rules, record, ...records);
    return rules.rules[0]?.actions[0]?.fields[0]?.live.read({ key: 'C-1', view, now: 0 });
  }

  test.each<[string, unknown, Json | undefined]>([
    ['a path', 'p.a', 'Ada '],
    ['a path without dot', 'top', 'T'],
    ['a path to an object', 'p.o', { y: 1, x: [2] }],
    ['a path to nothing', 'p.missing', undefined],
    ['the key', '$key', 'C-1'],
    ['a number', 7, 7],
    ['false', false, false],
    ['null', null, null],
    ['a constant text', { value: 'p.a' }, 'p.a'],
    ['a constant null', { value: null }, null],
    ['from', { from: 'p.a' }, 'Ada '],
    ['a default while nothing is known', { from: 'p.missing', default: 'Unknown' }, 'Unknown'],
    ['a default of null', { from: 'p.missing', default: null }, null],
    ['a default of false', { from: 'p.missing', default: false }, false],
    ['no default where a value is known', { from: 'p.a', default: 'Unknown' }, 'Ada '],
    ['a default where the value that is known does not fit', { from: 'p.a', as: 'number', default: 0 }, 0],
    ['a default is taken as it is', { from: 'p.missing', as: 'uppercase', default: 'x' }, 'x'],
    ['member of one', { member: 'hot' }, true],
    ['member of one never heard of', { member: 'vip' }, false],
    ['audiences as a list', { audiences: 'all' }, ['hot']],
    ['audiences joined', { audiences: 'all', join: ';' }, 'hot'],
    ['lowercase', { from: 'p.a', as: 'lowercase' }, 'ada '],
    ['uppercase', { from: 'p.a', as: 'uppercase' }, 'ADA '],
    ['trim', { from: 'p.a', as: 'trim' }, 'Ada'],
    ['number', { from: 'p.n', as: 'number' }, 7],
    ['string of a text', { from: 'p.a', as: 'string' }, 'Ada '],
    ['string of an object, its members in order', { from: 'p.o', as: 'string' }, '{"x":[2],"y":1}'],
  ])('%s', (_, source, expected) => {
    expect(value(source)).toEqual(expected);
  });

  test('audiences are named in the order of the file, whichever was heard of first', () => {
    const both = { segmentMembership: { upload: { 'vip-1': {} }, ups: { 'hot-1': {} } } };
    expect(value({ audiences: 'all', join: ';' }, [both, START])).toBe('hot;vip');
    expect(value({ audiences: 'all' }, [both, START])).toEqual(['hot', 'vip']);
    const out = memberships({ 'hot-1': ['exited', START + 1] });
    expect(value({ audiences: 'all', join: ';' }, [both, START], [out, START])).toBe('vip');
    expect(value({ audiences: 'all', join: ';' }, [out, START])).toBe('');
  });

  test.each<[string, Json, Json | undefined]>([
    ['number', 7.5, 7.5],
    ['number', ' -7e1 ', -70],
    ['number', '', undefined],
    ['number', ' ', undefined],
    ['number', '7 pieces', undefined],
    ['number', 'Infinity', undefined],
    ['number', 'NaN', undefined],
    ['number', '0x10', undefined],
    ['number', true, undefined],
    ['number', ['7'], undefined],
    ['boolean', true, true],
    ['boolean', false, false],
    ['boolean', 'TRUE', true],
    ['boolean', 'y', true],
    ['boolean', '1', true],
    ['boolean', 1, true],
    ['boolean', 'False', false],
    ['boolean', 'n', false],
    ['boolean', '0', false],
    ['boolean', 0, false],
    ['boolean', 2, undefined],
    ['boolean', '', undefined],
    ['boolean', 'maybe', undefined],
    ['boolean', ['true'], undefined],
    ['boolean', [[1]], undefined],
    ['boolean', {}, undefined],
    ['string', 7, '7'],
    ['string', false, 'false'],
    ['string', ['a', 1], '["a",1]'],
    ['lowercase', 7, 7],
    ['lowercase', ['A'], ['A']],
    ['uppercase', 'straße', 'STRASSE'],
    ['trim', '\u00a0a\n', 'a'],
    ['trim', null, undefined],
  ])('as %s of %j', (as, from, expected) => {
    expect(value({ from: 'p.v', as }, [{ p: { v: from } }, START])).toEqual(expected);
  });

  test('a text made of an object does not depend on which of two equal records came first', () => {
    const one: [object, number] = [{ p: { v: { x: 1, y: { a: 1, b: 2 } } } }, START];
    const two: [object, number] = [{ p: { v: { y: { b: 2, a: 1 }, x: 1 } } }, START];
    const source = { from: 'p.v', as: 'string' };
    expect(value(source, one, two)).toBe(value(source, two, one));
  });
});

describe('valueAt', () => {
  const at = (body: object, text: string): unknown => valueAt({ ...body }, split(text));

  test.each([
    [{ a: { b: { c: 1 } } }, 'a.b.c', 1],
    [{ a: { b: null } }, 'a.b', null],
    [{ a: null }, 'a.b', undefined],
    [{ a: 'text' }, 'a.length', undefined],
    [{ a: {} }, 'a.constructor', undefined],
    [{ a: {} }, 'a.__proto__', undefined],
    [{}, 'toString', undefined],
    [{ 'a.b': 1 }, 'a.b', undefined],
    [{ a: { '': 1 } }, 'a.', 1],
    [{ a: [1, 2] }, 'a.length', undefined],
    [{ a: [{ b: 1 }] }, 'a.0.b', undefined],
    [{ a: { 0: { b: 1 } } }, 'a.0.b', 1],
    [{ a: [{ b: 1 }] }, 'a[0].b', 1],
    [{ a: [{ b: 1 }] }, 'a[1].b', undefined],
    [{ a: { 0: { b: 1 } } }, 'a[0].b', undefined],
    [{ a: [[1, 2], [3]] }, 'a[0][1]', 2],
    [{ a: 'text' }, 'a[0]', undefined],
    [{ a: [null, 'x'] }, 'a[0]', null],
    [
      {
        a: [
          { t: 'x', v: 1 },
          { t: 'y', v: 2 },
          { t: 'y', v: 3 },
        ],
      },
      'a[t=y].v',
      2,
    ],
    [{ a: [{ t: 'x', v: 1 }] }, 'a[t=z].v', undefined],
    [{ a: [{ t: 'x y', v: 1 }] }, 'a[t="x y"].v', 1],
    [{ a: [{ t: 'x', v: 1 }] }, "a[t='x'].v", 1],
    [{ a: [{ t: '' }, { t: 'x' }] }, 'a[t=""]', { t: '' }],
    [{ a: [{ t: { u: 'x' }, v: 1 }] }, 'a[t.u=x].v', 1],
    [
      {
        a: [
          { t: 7, v: 1 },
          { t: true, v: 2 },
        ],
      },
      'a[t=true].v',
      2,
    ],
    [{ a: [{ t: 7, v: 1 }] }, 'a[t=7].v', 1],
    [{ a: [{ t: null, v: 1 }, { v: 2 }, { t: ['x'] }] }, 'a[t=null].v', undefined],
    [{ a: [{ v: 1 }] }, 'a[t=undefined].v', undefined],
    [{ a: [{ t: ['x'], v: 1 }, { t: {} }] }, 'a[t=x].v', undefined],
    [{ a: [null, 'x', 7, [{ t: 'x' }], { t: 'x', v: 1 }] }, 'a[t=x].v', 1],
    [{ a: { t: 'x', v: 1 } }, 'a[t=x].v', undefined],
    [{ a: [{}] }, 'a[constructor.name=Object]', undefined],
  ])('%j at %s', (body, path, expected) => {
    expect(at(body, path)).toEqual(expected);
  });

  test('never throws and never leaves the object, whatever the path', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', '', '0', 'length'), fc.jsonValue()),
        fc.array(
          fc.oneof(
            fc.string(),
            fc.constantFrom('a', 'b', 'constructor', '__proto__', 'length', '0'),
            fc.nat(3),
            fc.record({
              steps: fc.array(fc.constantFrom('a', 'b', 'constructor', 'name'), { minLength: 1 }),
              wanted: fc.constantFrom('', 'true', 'Object', '[object Object]'),
            }),
          ),
        ),
        (body, steps) => {
          const found = valueAt(body, { text: '', steps });
          expect(found === undefined || JSON.stringify(body).includes(JSON.stringify(found))).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

test('the compiled file is a function of the file: compiled twice it says the same, and the file is left alone', () => {
  const parsed = RulesFile.parse(file());
  const before = canonical(parsed);
  const first = compile(parsed, NO_TOOLS).rules;
  const second = compile(parsed, NO_TOOLS).rules;
  expect(canonical(parsed)).toBe(before);
  expect(second.rules.map(({ audiences }) => audiences[0]?.rules.member.length)).toEqual([1]);
  expect(first.rules.map(({ audiences }) => audiences[0]?.rules.member.length)).toEqual([1]);
});

test('keys, paths, levels and audiences are looked up beforehand', () => {
  const { rules } = compile(
    RulesFile.parse(
      file({
        consent: { require: 'consents.val' },
        rules: [
          {
            name: 'r',
            when: { member: 'hot' },
            do: [contact({ A: 'p.a', B: { from: 'p.b' }, C: 'p.a', D: '$key' })],
          },
          { name: 's', when: { left: 'vip' }, do: [contact({}, { Id: 'p.id' })] },
        ],
      }),
    ),
    NO_TOOLS,
  );
  expect(rules.keys).toEqual([
    { kind: 'identity', namespace: 'crmid', text: 'crmid' },
    {
      kind: 'attribute',
      path: { text: 'personalEmail.address', steps: ['personalEmail', 'address'] },
      text: 'personalemail.address',
    },
  ]);
  expect(rules.consent).toBe('consents.val');
  expect([...rules.attributes.names.keys()]).toEqual(['consents', 'p']);
  expect([...(rules.attributes.names.get('p')?.names.keys() ?? [])]).toEqual(['a', 'b', 'id']);
  expect([...rules.levels.keys()]).toEqual(['ups/hot-1']);
  expect(
    rules.audiences
      .get('upload')
      ?.get('vip-1')
      ?.rules.left.map(({ name }) => name),
  ).toEqual(['s']);
  expect(rules.rules.map(({ order, trigger }) => [order, trigger])).toEqual([
    [0, 'member'],
    [1, 'left'],
  ]);
});
