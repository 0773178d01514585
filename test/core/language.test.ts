import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CompiledRules } from '../../shared/core/compiled.js';
import { fold } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { remembered } from '../../shared/core/suppress.js';
import { settledValues } from '../../shared/core/values.js';
import { accepted } from './accepted.js';
import { compiled, contact, record, sentBy } from './language.js';
import { START } from './persons-records.js';

const value = (text: unknown): object => ({ value: text });
const wrote = (fields: object): string => `upsert sales/Contact ${JSON.stringify(fields)}`;

describe('when, over several audiences', () => {
  const marks = (when: object): CompiledRules => compiled([{ when, do: [contact({ M: value('m') })] }]);
  /** Whether each record makes the rule write; the mark of an edge is newer each time, so it is told by its time. */
  function fires(when: object, ...said: readonly string[]): boolean[] {
    const rules = marks(when);
    let state: PersonState = EMPTY_STATE;
    return said.map((text, i) => {
      const draft = fold(state, [record(i, text)], rules);
      state = accepted(state, draft);
      return [...draft.written.values()].length > 0;
    });
  }

  test.each<[string, object, string[], boolean[]]>([
    [
      'entered any',
      { entered: { any: ['x', 'y'] } },
      ['+x', '+y', '-x', '+x', '+w'],
      [true, true, false, true, false],
    ],
    ['entered all', { entered: { all: ['x', 'y'] } }, ['+x', '+y', '-x', '+x'], [false, true, false, true]],
    ['entered all at once', { entered: { all: ['x', 'y'] } }, ['+x +y'], [true]],
    ['left any', { left: { any: ['x', 'y'] } }, ['+x +y', '-x', '-y'], [false, true, true]],
    ['left all', { left: { all: ['x', 'y'] } }, ['+x +y', '-x', '-y'], [false, false, true]],
    ['stayed any', { stayed: { any: ['x', 'y'] } }, ['+x', '+x', '+w'], [false, true, false]],
  ])('%s', (_, when, said, expected) => {
    expect(fires(when, ...said)).toEqual(expected);
  });

  test('an edge about all fires once for two entries in one record, with the newer time', () => {
    const rules = compiled([
      { when: { entered: { all: ['x', 'y'] } }, do: [{ send: 'chat/Post', set: { T: value(1) } }] },
    ]);
    expect(sentBy(rules, record(0, '+x +y'))).toEqual([['send chat/Post {"T":1}']]);
  });

  test('a namespace stands for the audiences declared in it', () => {
    const rules = marks({ entered: { any: { namespace: 'OTHER' } } });
    const other = record(0, '');
    const inOther = {
      ...other,
      profile: {
        ...other.profile,
        memberships: [{ namespace: 'other', audience: 'v', member: true, at: START * 1000 }],
      },
    };
    expect(fold(EMPTY_STATE, [inOther], rules).actions).toHaveLength(1);
    expect(sentBy(rules, record(0, '+x'))).toEqual([[]]);
  });

  const level = (member: unknown): CompiledRules =>
    compiled([
      { when: { member }, do: [contact({ L: value('in') })], otherwise: [contact({ L: value('out') })] },
    ]);
  test.each<[string, unknown, string[], string[]]>([
    ['any', { any: ['x', 'y'] }, ['-x', '+y', '+x', '-y', '-x'], ['out', 'in', '', '', 'out']],
    ['all', { all: ['x', 'y'] }, ['+x', '+y', '-x', '+x'], ['out', 'in', 'out', 'in']],
    ['none', { none: ['x', 'y'] }, ['-x', '+y', '+x', '-y', '-x'], ['in', 'out', '', '', 'in']],
  ])('member of %s', (_, member, said, expected) => {
    const sent = sentBy(level(member), ...said.map((text, i) => record(i, text)));
    expect(sent).toEqual(expected.map((text) => (text === '' ? [] : [wrote({ L: text })])));
  });
});

describe('otherwise and stop', () => {
  test('otherwise speaks for those who are outside, from the first assertion on', () => {
    const rules = compiled([
      { when: { member: 'x' }, do: [contact({ S: value('hot') })], otherwise: [contact({ S: null })] },
    ]);
    expect(sentBy(rules, record(0, '-x'), record(1, '+x'), record(2, '-x'))).toEqual([
      [wrote({ S: null })],
      [wrote({ S: 'hot' })],
      [wrote({ S: null })],
    ]);
  });

  test('a rule that matched and stops keeps later rules from speaking; one that did not match does not', () => {
    const rules = compiled([
      { when: { member: 'x' }, do: [contact({ S: value('x') })], stop: true },
      { when: { member: 'y' }, do: [contact({ S: value('y'), T: value('t') })] },
      { when: { entered: 'w' }, do: [contact({ E: value('w') })] },
    ]);
    expect(sentBy(rules, record(0, '+x +y +w'))).toEqual([[wrote({ S: 'x' })]]);
    expect(sentBy(rules, record(0, '-x +y +w'))).toEqual([[wrote({ S: 'y', T: 't', E: 'w' })]]);
  });

  test('level rules with otherwise end in the same fields in every order of the records', () => {
    const rules = compiled([
      {
        when: { member: { any: ['x', 'y'] } },
        do: [contact({ A: value('in') })],
        otherwise: [contact({ A: value('out') })],
      },
      {
        when: { member: { all: ['x', 'w'] } },
        do: [contact({ B: value('in') })],
        otherwise: [contact({ B: 'p' })],
      },
      {
        when: { member: 'x' },
        if: 'p = "a"',
        do: [contact({ D: value('a') })],
        otherwise: [contact({ D: value('not a') })],
      },
      {
        when: { member: { none: ['y'] } },
        do: [contact({ C: value(1) })],
        otherwise: [contact({ C: value(0) })],
      },
      {
        when: { member: 'w' },
        do: [{ 'add to': 'sales/Contact', list: 'L', match: { Id: '$key' } }],
        otherwise: [{ 'remove from': 'sales/Contact', list: 'L', match: { Id: '$key' } }],
      },
    ]);
    const one = fc.record({
      ms: fc.integer({ min: 0, max: 5 }),
      said: fc.constantFrom('+x', '-x', '+y', '-y', '+w', '-w', '+x +y', '-x -w'),
      p: fc.constantFrom('a', 'b'),
    });
    const end = (list: readonly { ms: number; said: string; p: string }[]): object => {
      const records = list.map(({ ms, said, p }) => record(ms, said, { p }));
      let state: PersonState = EMPTY_STATE;
      for (const each of records) state = accepted(state, fold(state, [each], rules));
      return Object.fromEntries(
        [...state.written].map(([target, fields]) => [
          target,
          Object.fromEntries([...fields].map(([name, { hash }]) => [name, hash])),
        ]),
      );
    };
    fc.assert(
      fc.property(
        fc
          .array(one, { minLength: 1, maxLength: 6 })
          .chain((list) =>
            fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
          ),
        ([list, shuffled]) => {
          expect(end(shuffled)).toEqual(end(list));
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('operations', () => {
  test('update never makes a row; an upsert of the same row beside it does', () => {
    const update = { when: { entered: 'x' }, do: [contact({ A: value(1) }, 'update')] };
    const upsert = { when: { entered: 'y' }, do: [contact({ B: value(2) })] };
    expect(sentBy(compiled([update]), record(0, '+x'))).toEqual([['update sales/Contact {"A":1}']]);
    expect(sentBy(compiled([update, upsert]), record(0, '+x +y'))).toEqual([
      ['upsert sales/Contact {"A":1,"B":2}'],
    ]);
  });
  test('a rule that never held does not let the update of another make a row', () => {
    const rules = compiled([
      { when: { member: 'x' }, do: [contact({ A: value(1) })] },
      { when: { entered: 'y' }, do: [contact({ B: value(2) }, 'update')] },
    ]);
    expect(sentBy(rules, record(0, '-x +y'))).toEqual([['update sales/Contact {"B":2}']]);
  });
  test.each([
    ['update', 'upsert'],
    ['upsert', 'update'],
  ])('of an %s and an %s in one batch nothing is lost', (first, second) => {
    const rules = compiled([
      { when: { entered: 'x' }, do: [contact({ A: value(1) }, first)] },
      { when: { entered: 'y' }, do: [contact({ B: value(2) }, second)] },
    ]);
    const { actions } = fold(EMPTY_STATE, [record(0, '+x'), record(1, '+y')], rules);
    expect(actions.map(({ operation, fields }) => [operation, [...fields.keys()]])).toEqual([
      ['upsert', ['A', 'B']],
    ]);
  });
  test('a row without fields that may have been made is made again', () => {
    const rules = compiled([{ when: { entered: 'x' }, do: [contact({})] }]);
    const target = fold(EMPTY_STATE, [record(0, '+x')], rules).actions[0]?.target ?? '';
    const begun = { ...EMPTY_STATE, unsure: new Set([target]) };
    expect(fold(begun, [record(0, '+x')], rules).actions.map((action) => action.target)).toEqual([target]);
  });

  const campaign = { list: '701', match: { Id: '$key' } };
  const lists = compiled([
    {
      when: { entered: 'x' },
      do: [{ 'add to': 'sales/Contact', ...campaign, set: { Status: value('Sent') } }],
    },
    { when: { left: 'x' }, do: [{ 'remove from': 'sales/Contact', ...campaign }] },
  ]);
  test('a place on a list is taken and given back, and neither twice', () => {
    const add = 'add sales/Contact#701 {"Status":"Sent"}';
    const remove = 'remove sales/Contact#701 {}';
    expect(
      sentBy(lists, record(0, '+x'), record(1, '+x'), record(2, '-x'), record(3, '-x'), record(4, '+x')),
    ).toEqual([[add], [], [remove], [], [add]]);
  });
  test('of an entry and an exit in one batch only the later is done', () => {
    const draft = fold(EMPTY_STATE, [record(0, '+x'), record(1, '-x')], lists);
    expect(draft.actions.map(({ operation }) => operation)).toEqual(['remove']);
  });

  const gone = 'delete sales/Contact {}';
  const remove = { delete: 'sales/Contact', match: { Id: '$key' } };
  test('a deleted row is written whole when it comes back', () => {
    const rules = compiled([
      { when: { member: 'x' }, do: [contact({ A: 'a', B: 'b' })] },
      { when: { left: 'y' }, do: [remove] },
    ]);
    const both = wrote({ A: 1, B: 2 });
    expect(
      sentBy(rules, record(0, '+x +y', { a: 1, b: 2 }), record(1, '-y'), record(2, '-x'), record(3, '+x')),
    ).toEqual([[both], [gone], [], [both]]);
  });
  test('what an edge took away comes back by a newer word only, and can be taken away again', () => {
    const steps = [
      record(0, '+x +y', { a: 1, b: 2 }),
      record(1, '-y'),
      record(2, '+w', { a: 3 }),
      record(3, '+x'),
      record(4, '+y'),
      record(5, '-y'),
    ];
    const rows = compiled([
      { when: { member: 'x' }, do: [contact({ A: 'a' })] },
      { when: { left: 'y' }, do: [remove] },
    ]);
    expect(sentBy(rows, ...steps)).toEqual([[wrote({ A: 1 })], [gone], [], [wrote({ A: 3 })], [], [gone]]);
    const places = compiled([
      { when: { member: 'x' }, do: [{ 'add to': 'sales/Contact', ...campaign, set: { A: 'a' } }] },
      { when: { left: 'y' }, do: [{ 'remove from': 'sales/Contact', ...campaign }] },
    ]);
    const off = 'remove sales/Contact#701 {}';
    const add = (a: number): string => `add sales/Contact#701 {"A":${a}}`;
    expect(sentBy(places, ...steps)).toEqual([[add(1)], [off], [], [add(3)], [], [off]]);
  });
  test('a rule about people who were never members does not bring a deleted row back', () => {
    const rules = compiled([
      { when: { member: 'x' }, do: [contact({ A: 'a' })] },
      { when: { left: 'y' }, do: [remove] },
    ]);
    const steps = [record(0, '-x +y', { a: 1 }), record(1, '-y'), record(2, '', { a: 2 })];
    expect(sentBy(rules, ...steps)).toEqual([[wrote({ A: 1 })], [gone], []]);
  });
  test('a deletion that comes late does nothing, and what it met is remembered', () => {
    const rules = compiled([
      { when: { entered: 'x' }, do: [contact({ A: value(1) })] },
      { when: { left: { any: ['y', 'w'] } }, do: [remove] },
    ]);
    expect(sentBy(rules, record(5, '+x'), record(1, '-y'), record(2, '-w'))).toEqual([
      [wrote({ A: 1 })],
      [],
      [],
    ]);
  });
  test('a deleted row is not made again because it was long ago', () => {
    const rules = compiled([
      { when: { member: 'x' }, do: [contact({ A: 'a' })] },
      { when: { left: 'y' }, do: [remove] },
    ]);
    let state: PersonState = EMPTY_STATE;
    for (const one of [record(0, '+x +y', { a: 1 }), record(1, '-y')])
      state = accepted(state, fold(state, [one], rules));
    const old = { ...state, unsure: new Set(state.written.keys()) };
    expect(fold(old, [record(2, '', { a: 2 })], rules).actions).toEqual([]);
  });
  test('rows that meet in one, addressed in different ways, are deleted and made again as one', () => {
    const rules = compiled([
      { when: { left: 'x' }, do: [{ delete: 'sales/Contact', match: { Id: 'id' } }] },
      { when: { entered: 'y' }, do: [contact({ A: value(1) })] },
    ]);
    const sent = ['+x', '-x', '+y', '+x', '-x'].map((said, i) => record(i, said, { id: 'C-1' }));
    expect(sentBy(rules, ...sent)).toEqual([[], [gone], [wrote({ A: 1 })], [], [gone]]);
  });

  const post = compiled([
    { when: { entered: 'x' }, do: [contact({ A: 'a' }), { send: 'chat/Post', set: { Text: 'a' } }] },
    { when: { left: 'x' }, do: [{ send: 'chat/Post', set: { Text: value('bye') } }] },
  ]);
  test('what is sent is sent once per edge, after the rows', () => {
    expect(
      sentBy(post, record(0, '+x', { a: 1 }), record(1, '+x', { a: 2 }), record(2, '-x'), record(3, '+x')),
    ).toEqual([
      [wrote({ A: 1 }), 'send chat/Post {"Text":1}'],
      [],
      ['send chat/Post {"Text":"bye"}'],
      [wrote({ A: 2 }), 'send chat/Post {"Text":2}'],
    ]);
  });
  test('an exit of somebody never seen sends nothing', () => {
    expect(sentBy(post, record(0, '-x'))).toEqual([[]]);
  });
  test('the key of what is sent names person, rule, action and edge, and nothing else', () => {
    const key = (one: ReturnType<typeof record>): string | undefined =>
      fold(EMPTY_STATE, [one], post).actions.find(({ operation }) => operation === 'send')?.once;
    expect(key(record(0, '+x', { a: 1 }))).toBe(key(record(0, '+x', { a: 2, b: 3 })));
    expect(key(record(0, '+x'))).not.toBe(key(record(1, '+x')));
    expect(key({ ...record(0, '+x'), key: 'C-2' })).not.toBe(key(record(0, '+x')));
  });
  test('what was sent is remembered when its standing is not, and forgotten after a long time', () => {
    const one = record(0, '+x', { a: 1 });
    const draft = fold(EMPTY_STATE, [one], post);
    const crashed = { ...EMPTY_STATE, written: draft.written };
    expect(fold(crashed, [one], post).actions).toEqual([]);
    const targets = (days: number): number =>
      remembered(draft.written, START * 1000 + days * 86_400_000_000).size;
    expect([targets(0), targets(90), targets(91)]).toEqual([2, 2, 1]);
  });
  test('a send that may have been carried out is sent again, with the same key', () => {
    const one = record(0, '+x', { a: 1 });
    const draft = fold(EMPTY_STATE, [one], post);
    const target = draft.actions[1]?.target ?? '';
    const unsure = { ...EMPTY_STATE, written: draft.written, unsure: new Set([target]) };
    expect(fold(unsure, [one], post).actions.map(({ once }) => once)).toEqual([draft.actions[1]?.once]);
  });
});

describe('changed', () => {
  const rules = compiled([
    {
      when: { changed: 'tier' },
      do: [{ send: 'chat/Post', set: { To: 'tier' } }, contact({ Last: value('moved') })],
    },
  ]);
  test('fires when the newest value differs from the one last seen; the first one seen is no change', () => {
    const steps = [
      record(0, '', { tier: 'a' }),
      record(1, '', { tier: 'a' }),
      record(2, '', { tier: 'b' }),
      record(3, ''),
    ];
    expect(sentBy(rules, ...steps)).toEqual([
      [],
      [],
      [wrote({ Last: 'moved' }), 'send chat/Post {"To":"b"}'],
      [],
    ]);
  });
  test('is noticed again when its record could not be settled, and once only when it was', () => {
    const seen = accepted(EMPTY_STATE, fold(EMPTY_STATE, [record(0, '', { tier: 'a' })], rules));
    const one = record(1, '', { tier: 'b' });
    const draft = fold(seen, [one], rules);
    const begun = { ...seen, values: settledValues(seen, draft.view) };
    const operations = (state: PersonState): string[] =>
      fold(state, [one], rules).actions.map(({ operation }) => operation);
    expect(operations(begun)).toEqual(['upsert', 'send']);
    expect(operations({ ...draft.view, written: seen.written })).toEqual([]);
  });
  test('an older value is no change', () => {
    expect(sentBy(rules, record(5, '', { tier: 'b' }), record(1, '', { tier: 'a' }))).toEqual([[], []]);
  });
});

describe('backfill', () => {
  const old = (ms: number): ReturnType<typeof record> => ({ ...record(0, '+x'), at: START + ms });
  const rule = {
    when: { entered: 'x' },
    do: [contact({ A: value(1) }), { send: 'chat/Post', set: { T: value(1) } }],
  };
  const operations = (rules: CompiledRules, ms: number): string[] =>
    fold(EMPTY_STATE, [old(ms)], rules).actions.map(({ operation }) => operation);
  const DAY = 86_400_000;

  test('a membership that is old when first seen writes rows and sends nothing, unless the rule says so', () => {
    expect(operations(compiled([rule]), 2 * DAY)).toEqual(['upsert', 'send']);
    expect(operations(compiled([rule]), 2 * DAY + 1)).toEqual(['upsert']);
    expect(operations(compiled([{ ...rule, backfill: true }]), 3 * DAY)).toEqual(['upsert', 'send']);
    expect(operations(compiled([rule], { backfill: { days: 5 } }), 3 * DAY)).toEqual(['upsert', 'send']);
  });
  test('an entry after a known exit is no backfill, however late it comes', () => {
    const rules = compiled([rule]);
    const known = accepted(EMPTY_STATE, fold(EMPTY_STATE, [record(-5, '-x')], rules));
    expect(fold(known, [old(9 * DAY)], rules).actions.map(({ operation }) => operation)).toEqual([
      'upsert',
      'send',
    ]);
  });
});

describe('consent withdrawn', () => {
  const rules = compiled([{ when: { member: 'x' }, do: [contact({ A: 'a' })] }], {
    consent: { require: 'consent', withdrawn: [contact({ OptOut: true }, 'update')] },
  });
  const out = 'update sales/Contact {"OptOut":true}';
  test('the opt-out is planned and nothing else, once', () => {
    expect(
      sentBy(
        rules,
        record(0, '+x', { a: 1, consent: 'y' }),
        record(1, '+x', { a: 2, consent: 'n' }),
        record(2, '+x', { a: 3 }),
      ),
    ).toEqual([[wrote({ A: 1 })], [out], []]);
  });
  test('in one batch the newest word counts, and its record is the cause', () => {
    const draft = fold(
      EMPTY_STATE,
      [record(0, '+x', { a: 1, consent: 'y' }), record(1, '', { consent: 'n' })],
      rules,
    );
    expect(draft.actions.map(({ operation }) => operation)).toEqual(['update']);
    expect(draft.verdicts.map(({ kind }) => kind)).toEqual(['withheld', 'acts']);
  });
  test('who never said anything is withheld and not opted out', () => {
    const draft = fold(EMPTY_STATE, [record(0, '+x', { a: 1 })], rules);
    expect([draft.actions, draft.verdicts[0]?.kind]).toEqual([[], 'withheld']);
  });
});

describe('if', () => {
  test('an edge is decided on the record that shows it', () => {
    const rules = compiled([
      { when: { entered: 'x' }, if: 'points >= 10', do: [contact({ M: value('m') })] },
    ]);
    expect(sentBy(rules, record(0, '+x', { points: 10 }))).toEqual([[wrote({ M: 'm' })]]);
    expect(sentBy(rules, record(0, '+x', { points: 9 }), record(1, '', { points: 10 }))).toEqual([[], []]);
    expect(sentBy(rules, record(0, '+x'))).toEqual([[]]);
  });

  test('a level is decided on the view, whatever record changes it', () => {
    const rules = compiled([
      {
        when: { member: 'x' },
        if: 'points >= 10',
        do: [contact({ Tier: value('gold') })],
        otherwise: [contact({ Tier: null })],
      },
    ]);
    const [gold, none] = [[wrote({ Tier: 'gold' })], [wrote({ Tier: null })]];
    const steps = [
      record(0, '+x', { points: 12 }),
      record(1, '', { points: 3 }),
      record(2, '', { points: 10 }),
    ];
    expect(sentBy(rules, ...steps, record(3, '-x'))).toEqual([gold, none, gold, none]);
    // Nothing is known of x until the last: then the newest points decide, which came first.
    expect(sentBy(rules, ...steps.toReversed())).toEqual([[], [], gold]);
  });

  test('without otherwise nothing is planned while the condition is false', () => {
    const rules = compiled([{ when: { member: 'x' }, if: 'points >= 10', do: [contact({ P: 'points' })] }]);
    expect(sentBy(rules, record(0, '+x', { points: 3 }), record(1, '', { points: 12 }))).toEqual([
      [],
      [wrote({ P: 12 })],
    ]);
  });

  test('within looks from the newest record, never from the time of day', () => {
    const rules = compiled([
      { when: { entered: 'x' }, if: 'since within 2 days', do: [contact({ M: value(1) })] },
    ]);
    const since = new Date(START - 86_400_000).toISOString();
    expect(sentBy(rules, record(0, '+x', { since }))).toEqual([[wrote({ M: 1 })]]);
    expect(sentBy(rules, record(3 * 86_400_000, '+x', { since }))).toEqual([[]]);
  });
});
