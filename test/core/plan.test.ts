import { describe, expect, test } from 'vitest';
import type { CompiledRules } from '../../shared/core/compiled.js';
import { type Plan, plan } from '../../shared/core/plan.js';
import { advance } from '../../shared/core/view.js';
import { rulesOf } from '../support/fakes.js';
import { deepFreeze, memberships, profileOf, START, viewAfter } from './persons-records.js';

type Membership = readonly [status: string, at?: number | string];
type Record_ = readonly [body: object, at?: number];

const IN = 'realized';
const OUT = 'exited';
/** Milliseconds after START, as a time an export may carry. */
const t = (ms: number): number => START + ms;
const of = (list: Readonly<Record<string, Membership>>, attributes: object = {}): object => ({
  ...memberships(list),
  ...attributes,
});

interface RuleText {
  readonly when: object;
  readonly set?: object;
  readonly match?: object;
  readonly upsert?: string;
}

/** Rules in short: audiences x, y and z have ids of the same names. */
const rules = (list: readonly RuleText[], more: object = {}): CompiledRules =>
  deepFreeze(
    rulesOf({
      audiences: { x: 'x', y: 'y', z: 'z' },
      person: { key: ['crmid'] },
      connections: { sales: { type: 'fake' }, other: { type: 'fake' } },
      rules: list.map(({ when, set = {}, match = { Id: '$key' }, upsert = 'sales/Contact' }, i) => ({
        name: `rule ${i}`,
        when,
        do: [{ upsert, match, set }],
      })),
      ...more,
    }),
  );

/** What the last of some records plans for person C-1, after the ones before it. */
function planned(compiled: CompiledRules, ...records: readonly Record_[]): Plan {
  const last = records.at(-1);
  if (last === undefined) throw new Error('no record');
  const before = viewAfter(compiled, ...records.slice(0, -1));
  const [body, at] = last;
  const { state, transitions } = advance(before, deepFreeze(profileOf(body)), compiled, at ?? START);
  return deepFreeze(plan('C-1', deepFreeze(state), deepFreeze(transitions), compiled));
}

const fieldsOf = (result: Plan): object[] =>
  result.actions.map(({ fields }) =>
    Object.fromEntries([...fields].map(([name, { value }]) => [name, value])),
  );

describe('edge rules', () => {
  const mark = (when: string) => ({ when: { [when]: 'x' }, set: { Mark: { value: when } } });
  const edges = rules([mark('entered'), mark('left'), mark('stayed')]);

  test.each<[string, Record_[], object[]]>([
    ['first heard of as a member', [[of({ x: [IN] })]], [{ Mark: 'entered' }]],
    ['first heard of as gone', [[of({ x: [OUT] })]], [{ Mark: 'left' }]],
    ['a member again', [[of({ x: [OUT, t(0)] })], [of({ x: [IN, t(1)] })]], [{ Mark: 'entered' }]],
    ['gone', [[of({ x: [IN, t(0)] })], [of({ x: [OUT, t(1)] })]], [{ Mark: 'left' }]],
    [
      'still a member, newer',
      [[of({ x: [IN, t(0)] })], [of({ x: [IN, t(1)] }), START + 1]],
      [{ Mark: 'stayed' }],
    ],
    [
      'still a member, same time, a later record',
      [[of({ x: [IN, t(0)] })], [of({ x: ['existing', t(0)] }), START + 1]],
      [{ Mark: 'stayed' }],
    ],
    ['still a member, the same record again', [[of({ x: [IN, t(0)] })], [of({ x: [IN, t(0)] })]], []],
    ['still a member, a late record', [[of({ x: [IN, t(0)] })], [of({ x: [IN, t(0)] }), START - 1]], []],
    ['still gone', [[of({ x: [OUT, t(0)] })], [of({ x: [OUT, t(1)] })]], []],
    ['an older entry', [[of({ x: [OUT, t(1)] })], [of({ x: [IN, t(0)] })]], []],
    ['an older exit', [[of({ x: [IN, t(1)] })], [of({ x: [OUT, t(0)] })]], []],
    ['an entry at the time of a known exit', [[of({ x: [OUT, t(1)] })], [of({ x: [IN, t(1)] })]], []],
    [
      'an exit at the time of a known entry',
      [[of({ x: [IN, t(1)] })], [of({ x: [OUT, t(1)] })]],
      [{ Mark: 'left' }],
    ],
    ['another audience', [[of({ y: [IN] })]], []],
    ['an undeclared audience', [[of({ w: [IN] })]], []],
    ['attributes alone', [[of({ x: [IN] })], [{ p: 1 }]], []],
  ])('%s', (_, records, fields) => {
    expect(fieldsOf(planned(edges, ...records))).toEqual(fields);
  });

  test('the time of a constant is that of its edge, to the microsecond; other fields have none', () => {
    const compiled = rules([
      { when: { entered: 'x' }, set: { Mark: { value: 1 }, P: 'p', M: { member: 'x' } } },
    ]);
    const result = planned(compiled, [of({ x: [IN, '2026-11-01T10:00:00.000007Z'] }, { p: 'v' })]);
    const at = Date.parse('2026-11-01T10:00:00Z') * 1000 + 7;
    expect([...(result.actions[0]?.fields ?? [])]).toEqual([
      ['Mark', { value: 1, at, since: 0, rule: 0 }],
      ['P', { value: 'v', at: 0, since: 0, rule: 0 }],
      ['M', { value: true, at: 0, since: 0, rule: 0 }],
    ]);
  });
});

describe('level rules', () => {
  const level = { when: { member: 'x' }, set: { P: 'p', In: { member: 'x' }, Y: { member: 'y' } } };
  const levels = rules([level]);

  test.each<[string, Record_[], object[]]>([
    ['nothing before the standing is known', [[{ p: 'v' }]], []],
    ['nothing when only another audience is known', [[of({ y: [IN] }, { p: 'v' })]], []],
    ['a member', [[of({ x: [IN] }, { p: 'v' })]], [{ P: 'v', In: true, Y: false }]],
    ['gone, never heard of before', [[of({ x: [OUT] }, { p: 'v' })]], [{ P: 'v', In: false, Y: false }]],
    [
      'every later record, whatever it carries',
      [[of({ x: [IN] }, { p: 'v' })], [{ p: 'w' }, t(1)]],
      [{ P: 'w', In: true, Y: false }],
    ],
    [
      'also a record that is stale',
      [[of({ x: [OUT, t(1)] }, { p: 'v' })], [of({ x: [IN, t(0)] })]],
      [{ P: 'v', In: false, Y: false }],
    ],
    [
      'what an older record carried and no newer one did',
      [
        [of({ x: [IN] }), t(1)],
        [{ p: 'late' }, t(0)],
      ],
      [{ P: 'late', In: true, Y: false }],
    ],
    [
      'the state of other audiences',
      [[of({ x: [IN], y: [IN] })], [of({ x: [OUT, t(9)] })]],
      [{ In: false, Y: true }],
    ],
  ])('%s', (_, records, fields) => {
    expect(fieldsOf(planned(levels, ...records))).toEqual(fields);
  });
});

describe('constants of level rules', () => {
  const tier = (audience: string, value: string) => ({
    when: { member: audience },
    set: { Tier: { value } },
  });
  const tiers = rules([
    tier('x', 'X'),
    tier('y', 'Y'),
    tier('z', 'Z'),
    { when: { member: 'x' }, set: { In: { member: 'x' } } },
  ]);

  test.each<[string, Record_[], unknown]>([
    ['one who is a member', [[of({ x: [IN] })]], 'X'],
    [
      'the last rule of those whose audience the person is in',
      [[of({ x: [IN, t(9)], z: [IN, t(0)], y: [IN, t(5)] })]],
      'Z',
    ],
    [
      'members before those gone, however new',
      [[of({ x: [IN, t(0)], z: [IN, t(1)] })], [of({ z: [OUT, t(9)] })]],
      'X',
    ],
    ['one never a member has none', [[of({ x: [OUT] })]], undefined],
    [
      'one never a member does not count beside one gone',
      [[of({ x: [IN, t(0)] })], [of({ x: [OUT, t(1)], z: [OUT, t(9)] })]],
      'X',
    ],
    [
      'of those gone the newest exit',
      [[of({ x: [IN, t(0)], y: [IN, t(0)] })], [of({ x: [OUT, t(5)], y: [OUT, t(4)] })]],
      'X',
    ],
    [
      'exits of the same time: the later rule',
      [[of({ x: [IN, t(0)], y: [IN, t(0)] })], [of({ x: [OUT, t(5)], y: [OUT, t(5)] })]],
      'Y',
    ],
    ['membership asserted late counts', [[of({ x: [OUT, t(5)] })], [of({ x: [IN, t(1)] })]], 'X'],
    [
      'a late assertion changes nothing about whose exit is newest',
      [[of({ x: [OUT, t(5)], y: [OUT, t(6)] })], [of({ x: [IN, t(4)] })], [of({ y: [IN, t(1)] })]],
      'Y',
    ],
    [
      'a new exit of one long gone moves it forward',
      [
        [of({ x: [IN, t(0)], y: [IN, t(0)] })],
        [of({ x: [OUT, t(1)], y: [OUT, t(5)] })],
        [of({ x: [OUT, t(9)] })],
      ],
      'X',
    ],
  ])('%s', (_, records, value) => {
    expect(fieldsOf(planned(tiers, ...records))[0] ?? {}).toEqual(
      expect.objectContaining(value === undefined ? {} : { Tier: value }),
    );
    expect(fieldsOf(planned(tiers, ...records)).some((fields) => 'Tier' in fields)).toBe(value !== undefined);
  });

  test('constants of level rules have no edge time, but that of the assertion they stand on', () => {
    const result = planned(tiers, [of({ x: [IN, t(0)] })]);
    const micros = (at: number): number => at * 1000;
    expect(result.actions[0]?.fields.get('Tier')).toMatchObject({ value: 'X', at: 0, since: micros(t(0)) });
    const gone = planned(tiers, [of({ x: [IN, t(0)] })], [of({ x: [OUT, t(1)] })]);
    expect(gone.actions[0]?.fields.get('Tier')).toMatchObject({ value: 'X', at: 0, since: 1 });
  });
});

describe('one row from several rules', () => {
  const text = (value: string): object => ({ value });

  test('is one action with the fields of all, in the order of the first rule that wants it', () => {
    const compiled = rules([
      { when: { member: 'y' }, upsert: 'sales/Account', set: { A: text('a') } },
      { when: { member: 'x' }, set: { B: text('b') } },
      { when: { entered: 'x' }, upsert: 'sales/Account', set: { C: text('c') } },
    ]);
    const result = planned(compiled, [of({ x: [IN], y: [IN] })]);
    expect(result.actions).toMatchObject([
      {
        connection: 'sales',
        operation: 'upsert',
        object: 'Account',
        target: 'sales/Account/Id=C-1',
        key: { Id: 'C-1' },
        causes: ['rule 0 (member of y)', 'rule 2 (entered x)'],
      },
      { object: 'Contact', target: 'sales/Contact/Id=C-1', causes: ['rule 1 (member of x)'] },
    ]);
    expect(fieldsOf(result)).toEqual([{ A: 'a', C: 'c' }, { B: 'b' }]);
  });

  test.each([
    ['two levels', { member: 'x' }, { member: 'y' }],
    ['a level and an edge', { member: 'x' }, { entered: 'y' }],
    ['an edge and a level', { entered: 'x' }, { member: 'y' }],
    ['two edges', { entered: 'x' }, { entered: 'y' }],
  ])('the later rule wins a field, whichever audience was heard of first: %s', (_, first, second) => {
    const compiled = rules([
      { when: first, set: { F: text('first'), G: text('only first') } },
      { when: second, set: { F: text('second') } },
    ]);
    for (const list of [
      { x: [IN], y: [IN] },
      { y: [IN], x: [IN] },
    ] as const) {
      expect(fieldsOf(planned(compiled, [of(list)]))).toEqual([{ F: 'second', G: 'only first' }]);
    }
  });

  test('the later rule wins a field also when the rows are matched in different ways', () => {
    const compiled = rules([
      { when: { member: 'x' }, set: { F: text('0'), G: text('0') } },
      { when: { member: 'x' }, match: { Id: 'crm.id' }, set: { F: text('1'), G: text('1') } },
      { when: { member: 'x' }, set: { F: text('2') } },
    ]);
    const result = planned(compiled, [of({ x: [IN] }, { crm: { id: 'C-1' } })]);
    expect(fieldsOf(result)).toEqual([{ F: '2', G: '1' }]);
    expect(result.actions[0]?.causes.toSorted()).toEqual([0, 1, 2].map((i) => `rule ${i} (member of x)`));
  });

  test('the present outweighs the past also when the rows are matched in different ways', () => {
    const compiled = rules([
      { when: { member: 'x' }, set: { Tier: text('X') } },
      { when: { member: 'y' }, match: { Id: 'crm.id' }, set: { Tier: text('Y') } },
    ]);
    const records: Record_[] = [
      [of({ x: [IN, t(0)], y: [IN, t(0)] }, { crm: { id: 'C-1' } })],
      [of({ y: [OUT, t(1)] })],
    ];
    expect(fieldsOf(planned(compiled, ...records))).toEqual([{ Tier: 'X' }]);
  });

  test('a later rule with nothing to say of a field leaves it to the earlier one', () => {
    const compiled = rules([
      { when: { member: 'x' }, set: { LastName: { from: 'p.last', default: 'Unknown' }, F: text('f') } },
      { when: { member: 'x' }, set: { LastName: 'p.last', F: { from: 'p.f', as: 'number' } } },
      { when: { entered: 'x' }, set: { LastName: 'p.other' } },
    ]);
    expect(fieldsOf(planned(compiled, [of({ x: [IN] })]))).toEqual([{ LastName: 'Unknown', F: 'f' }]);
    const known = of({ x: [IN] }, { p: { last: 'Okafor', f: '7' } });
    expect(fieldsOf(planned(compiled, [known]))).toEqual([{ LastName: 'Okafor', F: 7 }]);
    const other = of({ x: [IN] }, { p: { last: 'Okafor', other: 'Other', f: 'seven' } });
    expect(fieldsOf(planned(compiled, [other]))).toEqual([{ LastName: 'Other', F: 'f' }]);
  });

  test.each([
    ['Account', 'Contact'],
    ['Contact', 'Account'],
  ])(
    'the order of actions is that of the file, whichever audience was heard of first: %s, %s',
    (first, second) => {
      const compiled = rulesOf({
        audiences: { x: 'x', y: 'y' },
        person: { key: ['crmid'] },
        connections: { sales: { type: 'fake' } },
        rules: [
          {
            name: 'both',
            when: { member: 'x' },
            do: [first, second].map((object) => ({
              upsert: `sales/${object}`,
              match: { Id: '$key' },
              set: { F: text('both') },
            })),
          },
          {
            name: 'contact',
            when: { member: 'y' },
            do: [{ upsert: 'sales/Contact', match: { Id: '$key' }, set: { G: text('one') } }],
          },
        ],
      });
      for (const list of [
        { x: [IN], y: [IN] },
        { y: [IN], x: [IN] },
      ] as const) {
        const { actions } = planned(compiled, [of(list)]);
        expect(actions.map(({ object }) => object)).toEqual([first, second]);
        expect(actions.map(({ causes }) => causes.includes('both (member of x)'))).toEqual([true, true]);
      }
    },
  );

  test('a row stands where the first rule that wants it stands, not the first that could', () => {
    const compiled = rules([
      { when: { member: 'z' }, set: { F: text('0') } },
      { when: { member: 'x' }, upsert: 'sales/Account', set: { F: text('1') } },
      { when: { member: 'x' }, set: { F: text('2') } },
    ]);
    const objects = (body: object) => planned(compiled, [body]).actions.map(({ object }) => object);
    expect(objects(of({ x: [IN] }))).toEqual(['Account', 'Contact']);
    expect(objects(of({ x: [IN], z: [IN] }))).toEqual(['Contact', 'Account']);
  });

  test('the time of an edge is kept where rows meet', () => {
    const compiled = rules([
      { when: { entered: 'x' }, set: { F: text('0') } },
      { when: { entered: 'x' }, match: { Id: 'crm.id' }, set: { G: text('1') } },
    ]);
    const [action] = planned(compiled, [of({ x: [IN, t(3)] }, { crm: { id: 'C-1' } })]).actions;
    expect([...(action?.fields.values() ?? [])].map(({ at }) => at)).toEqual([t(3) * 1000, t(3) * 1000]);
  });

  test('rows of different connections, objects and key values stay apart', () => {
    const compiled = rules([
      { when: { member: 'x' }, set: { F: text('0') } },
      { when: { member: 'x' }, upsert: 'other/Contact', set: { F: text('1') } },
      { when: { member: 'x' }, upsert: 'sales/Lead', set: { F: text('2') } },
      { when: { member: 'x' }, match: { Id: 'p.id' }, set: { F: text('3') } },
    ]);
    const result = planned(compiled, [of({ x: [IN] }, { p: { id: 'P-1' } })]);
    expect(result.actions.map(({ target }) => target)).toEqual([
      'sales/Contact/Id=C-1',
      'other/Contact/Id=C-1',
      'sales/Lead/Id=C-1',
      'sales/Contact/Id=P-1',
    ]);
  });

  test('a rule that writes one row twice is named once', () => {
    const compiled = rulesOf({
      audiences: { x: 'x' },
      person: { key: ['crmid'] },
      connections: { sales: { type: 'fake' } },
      rules: [
        {
          name: 'twice',
          when: { member: 'x' },
          do: [
            { upsert: 'sales/Contact', match: { Id: '$key' }, set: { F: text('a'), G: text('a') } },
            { upsert: 'sales/Contact', match: { Id: '$key' }, set: { F: text('b') } },
          ],
        },
      ],
    });
    const result = planned(compiled, [of({ x: [IN] })]);
    expect(result.actions[0]?.causes).toEqual(['twice (member of x)']);
    expect(fieldsOf(result)).toEqual([{ F: 'b', G: 'a' }]);
  });
});

describe('addresses', () => {
  const matched = rules([{ when: { member: 'x' }, match: { Id: 'p.id' }, set: { F: { value: 1 } } }]);
  const key = (id: unknown): unknown =>
    planned(matched, [of({ x: [IN] }, { p: { id } })]).actions.map((action) => [action.target, action.key]);

  test.each([
    ['a text', 'P-1', 'P-1'],
    ['a whole number', 42, '42'],
    ['zero', 0, '0'],
    ['white space around', ' P-1\n', 'P-1'],
    ['slashes', 'a/b', 'a/b'],
  ])('%s', (_, id, address) => {
    expect(key(id)).toEqual([[`sales/Contact/Id=${address}`, { Id: address }]]);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['no text', ''],
    ['white space', ' \t'],
    ['true', true],
    ['a list', ['P-1']],
    ['an object', { id: 'P-1' }],
    ['a number that is not whole', 1.5],
    ['a number too large to be exact', 2 ** 60],
  ])('%s addresses no row: said by rule, and nothing is planned', (_, id) => {
    const result = planned(matched, [of({ x: [IN] }, { p: { id } })]);
    expect(result).toEqual({
      actions: [],
      withheld: false,
      unaddressed: ['rule 0 (member of x): no value for Contact.Id'],
    });
  });

  test('a rule without address does not keep the others from theirs', () => {
    const compiled = rules([
      { when: { member: 'x' }, match: { Id: 'p.id' }, set: { F: { value: 1 } } },
      { when: { member: 'x' }, set: { F: { value: 2 } } },
    ]);
    const result = planned(compiled, [of({ x: [IN] })]);
    expect(fieldsOf(result)).toEqual([{ F: 2 }]);
    expect(result.unaddressed).toHaveLength(1);
  });
});

describe('rules without fields', () => {
  test('want the row to exist', () => {
    const compiled = rules([{ when: { entered: 'x' } }, { when: { member: 'y' } }]);
    expect(fieldsOf(planned(compiled, [of({ x: [IN] })]))).toEqual([{}]);
    expect(fieldsOf(planned(compiled, [of({ y: [IN] })]))).toEqual([{}]);
  });

  test('want none for one who was never a member', () => {
    expect(planned(rules([{ when: { member: 'y' } }]), [of({ y: [OUT] })]).actions).toEqual([]);
  });

  test('a rule of which every field is left out plans nothing', () => {
    expect(planned(rules([{ when: { member: 'x' }, set: { P: 'p' } }]), [of({ x: [IN] })]).actions).toEqual(
      [],
    );
  });
});

describe('consent', () => {
  const guarded = rules(
    [
      { when: { member: 'x' }, set: { In: { member: 'x' } } },
      { when: { entered: 'y' }, set: { F: { value: 1 } } },
    ],
    { consent: { require: 'consents.email.val' } },
  );
  const consent = (val: unknown): object => ({ consents: { email: { val } } });

  test.each(['y', 'Y', 'dy', 'in', true, 'true'])('%j is a yes', (val) => {
    expect(planned(guarded, [of({ x: [IN] }, consent(val))])).toMatchObject({
      withheld: false,
      actions: [{}],
    });
  });

  test.each([
    'n',
    'dn',
    'p',
    'u',
    'out',
    'pending',
    '',
    'yes ',
    false,
    1,
    null,
    undefined,
    ['y'],
    { val: 'y' },
  ])('%j is none: nothing is planned and the plan says why', (val) => {
    expect(planned(guarded, [of({ x: [IN], y: [IN] }, consent(val))])).toEqual({
      actions: [],
      withheld: true,
      unaddressed: [],
    });
  });

  test('the newest value known decides, not the last that came', () => {
    const yes: Record_ = [of({ x: [IN] }, consent('y')), t(5)];
    const no: Record_ = [consent('n'), t(6)];
    expect(planned(guarded, yes, no).withheld).toBe(true);
    expect(planned(guarded, no, yes).withheld).toBe(true);
    expect(planned(guarded, yes, [consent('n'), t(4)]).withheld).toBe(false);
    expect(planned(guarded, yes, [{ p: 1 }, t(9)]).withheld).toBe(false);
  });

  test('a record that no rule wants is not withheld', () => {
    expect(planned(guarded, [of({ z: [IN] }, consent('n'))]).withheld).toBe(false);
  });
});
