import { describe, expect, test } from 'vitest';
import { type Draft, type FoldRecord, fold } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { rulesOf } from '../support/fakes.js';
import { accepted } from './accepted.js';
import { deepFreeze, memberships, profileOf, START } from './persons-records.js';

const contact = (set: object, match = '$key'): object => ({
  upsert: 'sales/Contact',
  match: { Id: match },
  set,
});
const PARTS = {
  audiences: { x: 'x', y: 'y' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
};
const compiled = (rules: readonly object[], more: object = {}) =>
  deepFreeze(rulesOf({ ...PARTS, ...more, rules: rules.map((rule, i) => ({ name: `rule ${i}`, ...rule })) }));

const rules = compiled([
  { when: { member: 'x' }, do: [contact({ P: 'p', In: { member: 'x' } })] },
  {
    when: { entered: 'y' },
    do: [{ upsert: 'sales/Entry', match: { Id: '$key' }, set: { Mark: { value: true } } }],
  },
]);

const IN = 'realized';
const OUT = 'exited';
const t = (ms: number): number => START + ms;
const record = (body: object, at = START): FoldRecord => ({
  profile: deepFreeze(profileOf(body)),
  key: 'C-1',
  at,
});
const x = (status: string, at: number, attributes: object = {}): FoldRecord =>
  record({ ...memberships({ x: [status, at] }), ...attributes });

const kinds = ({ verdicts }: Draft): string[] => verdicts.map(({ kind }) => kind);
const sent = ({ actions }: Draft): object =>
  Object.fromEntries(
    actions.map(({ target, fields }) => [
      target,
      Object.fromEntries([...fields].map(([name, { value }]) => [name, value])),
    ]),
  );
const run = (state: PersonState, ...records: readonly FoldRecord[]): Draft =>
  fold(deepFreeze(state), records, rules);

describe('verdicts', () => {
  const known = accepted(EMPTY_STATE, run(EMPTY_STATE, x(IN, t(5), { p: 'a' })));

  test.each<[string, FoldRecord, string]>([
    ['acts', x(OUT, t(9)), 'acts'],
    ['acts by an attribute alone', record({ p: 'b' }, t(1)), 'acts'],
    ['unchanged: the same once more', x(IN, t(5), { p: 'a' }), 'unchanged'],
    ['unchanged: newer, with the same values', x(IN, t(9), { p: 'a' }), 'unchanged'],
    ['unchanged: nothing that any rule reads', record({ other: 1 }), 'unchanged'],
    ['stale: all it says is older', x(OUT, t(1)), 'stale'],
    [
      'unchanged: stale, but it carries an attribute that was not known',
      x(OUT, t(1), { q: 1, p: 'a' }),
      'stale',
    ],
  ])('%s', (_, one, kind) => {
    expect(kinds(run(known, one))).toEqual([kind]);
  });

  test('irrelevant: no rule wants it', () => {
    expect(kinds(run(EMPTY_STATE, record(memberships({ y: [OUT, START] }))))).toEqual(['irrelevant']);
    expect(kinds(run(EMPTY_STATE, record({ p: 'a' })))).toEqual(['irrelevant']);
  });

  test('acts although stale, when an old record supplies what was missing', () => {
    const sparse = accepted(EMPTY_STATE, run(EMPTY_STATE, x(IN, t(5))));
    expect(kinds(run(sparse, x(IN, t(1), { p: 'late' })))).toEqual(['acts']);
  });

  test('unchanged, not stale, when an older record adds to what is known without changing a row', () => {
    const gone = accepted(EMPTY_STATE, run(EMPTY_STATE, x(OUT, t(5), { p: 'a' })));
    const draft = run(gone, x(IN, t(1), { p: 'a' }));
    expect(draft.view.standing.get('ups/x')?.ever).toBe(true);
    expect(kinds(draft)).toEqual(['unchanged']);
  });

  test('unaddressed: a rule has nothing to match by, and no other acts', () => {
    const byPath = compiled([{ when: { member: 'x' }, do: [contact({ F: { value: 1 } }, 'p.id')] }]);
    const draft = fold(EMPTY_STATE, [x(IN, t(1))], byPath);
    expect(draft.verdicts).toMatchObject([
      { kind: 'unaddressed', targets: [], unaddressed: ['rule 0 (member of x): no value for Contact.Id'] },
    ]);
    expect(kinds(fold(draft.view, [record({ p: { id: 'P-1' } })], byPath))).toEqual(['acts']);
  });

  test('one for each record, in order, with the targets that each changes', () => {
    const draft = run(
      EMPTY_STATE,
      x(IN, t(1), { p: 'a' }),
      record(memberships({ y: [IN, t(1)] })),
      x(IN, t(1), { p: 'a' }),
      x(OUT, t(0)),
    );
    expect(draft.verdicts.map(({ kind, targets }) => [kind, ...targets])).toEqual([
      ['acts', 'sales/Contact/Id=C-1'],
      ['acts', 'sales/Entry/Id=C-1'],
      ['unchanged'],
      ['stale'],
    ]);
  });

  test('each says how many of the changes it asked for are made already', () => {
    const draft = run(
      EMPTY_STATE,
      x(IN, t(1), { p: 'a' }),
      x(IN, t(1), { p: 'a' }),
      record(memberships({ y: [IN, t(1)] })), // asks for the contact as well
    );
    expect(draft.verdicts.map(({ unchanged }) => unchanged)).toEqual([0, 1, 1]);
    const known = accepted(EMPTY_STATE, run(EMPTY_STATE, x(IN, t(1), { p: 'a' })));
    const cancelled = run(known, x(OUT, t(2)), x(IN, t(3)));
    expect(cancelled.verdicts.map(({ unchanged }) => unchanged)).toEqual([1, 1]);
  });
});

describe('a batch', () => {
  test('sends each row once, with what the newest record wants', () => {
    const draft = run(EMPTY_STATE, x(IN, t(1), { p: 'a' }), record({ p: 'b' }, t(2)), x(OUT, t(3)));
    expect(sent(draft)).toEqual({ 'sales/Contact/Id=C-1': { P: 'b', In: false } });
    expect(kinds(draft)).toEqual(['acts', 'acts', 'acts']);
    expect(draft.actions[0]?.causes).toEqual(['rule 0 (member of x)', 'rule 0 (not a member of x)']);
  });

  test('that ends where it began sends nothing', () => {
    const known = accepted(EMPTY_STATE, run(EMPTY_STATE, x(IN, t(1), { p: 'a' })));
    const draft = run(known, x(OUT, t(2)), x(IN, t(3)));
    expect(draft.actions).toEqual([]);
    expect(kinds(draft)).toEqual(['unchanged', 'unchanged']);
    expect(draft.view.standing.get('ups/x')?.at).toBe(t(3) * 1000);
  });

  test('that creates a row and ends with nothing in it still creates it', () => {
    const bare = compiled([{ when: { entered: 'x' }, do: [contact({})] }]);
    const draft = fold(EMPTY_STATE, [x(IN, t(1))], bare);
    expect(sent(draft)).toEqual({ 'sales/Contact/Id=C-1': {} });
    const again = fold(accepted(EMPTY_STATE, draft), [x(OUT, t(2)), x(IN, t(3))], bare);
    expect(again.actions).toEqual([]);
    expect(kinds(again)).toEqual(['irrelevant', 'unchanged']);
  });
});

describe('a target that is unsure', () => {
  const known = accepted(EMPTY_STATE, run(EMPTY_STATE, x(IN, t(1), { p: 'a' })));
  const unsure: PersonState = { ...known, unsure: new Set(['sales/Contact/Id=C-1']) };

  test('is sent again, whole, though nothing changed', () => {
    const draft = run(unsure, x(IN, t(1), { p: 'a' }));
    expect(kinds(draft)).toEqual(['acts']);
    expect(sent(draft)).toEqual({ 'sales/Contact/Id=C-1': { P: 'a', In: true } });
  });

  test('is sent on the occasion of a stale record, too', () => {
    expect(kinds(run(unsure, x(OUT, t(0))))).toEqual(['acts']);
  });

  test('is sent also when the records of the batch cancel each other out', () => {
    expect(run(unsure, x(OUT, t(2)), x(IN, t(3))).actions).toHaveLength(1);
  });

  test('is sent once: after the first record of the batch it is certain', () => {
    const draft = run(unsure, x(IN, t(1), { p: 'a' }), x(IN, t(1), { p: 'a' }));
    expect(kinds(draft)).toEqual(['acts', 'unchanged']);
  });

  test('leaves in doubt the fields that are not written now', () => {
    const marks = compiled([
      { when: { entered: 'x' }, do: [contact({ A: { value: 1 } })] },
      { when: { entered: 'y' }, do: [contact({ B: { value: 2 } })] },
    ]);
    const both = accepted(
      EMPTY_STATE,
      fold(EMPTY_STATE, [x(IN, t(1)), record(memberships({ y: [IN, t(1)] }))], marks),
    );
    const doubtful: PersonState = { ...both, unsure: new Set(['sales/Contact/Id=C-1']) };
    const after = accepted(doubtful, fold(doubtful, [x(OUT, t(2)), x(IN, t(3))], marks));
    expect(after.unsure.size).toBe(0);
    const later = fold(
      after,
      [record(memberships({ y: [OUT, t(4)] })), record(memberships({ y: [IN, t(5)] }))],
      marks,
    );
    expect(sent(later)).toEqual({ 'sales/Contact/Id=C-1': { B: 2 } });
  });
});

describe('consent', () => {
  const guarded = compiled([{ when: { member: 'x' }, do: [contact({ In: { member: 'x' } })] }], {
    consent: { require: 'ok' },
  });

  test('that the newest record withdraws holds for the whole batch', () => {
    const before = record({ ok: 'y' }, t(0));
    const draft = fold(EMPTY_STATE, [before, x(IN, t(1), { ok: 'y' }), record({ ok: 'n' }, t(2))], guarded);
    expect(draft.actions).toEqual([]);
    expect(kinds(draft)).toEqual(['irrelevant', 'withheld', 'withheld']);
    expect(draft.written.size).toBe(0);
  });

  test('that is not newest does not', () => {
    const draft = fold(EMPTY_STATE, [record({ ok: 'n' }, t(0)), x(IN, t(1), { ok: 'y' })], guarded);
    expect(kinds(draft)).toEqual(['irrelevant', 'acts']);
    const late = fold(
      EMPTY_STATE,
      [{ ...x(IN, t(1), { ok: 'y' }), at: t(5) }, record({ ok: 'n' }, t(2))],
      guarded,
    );
    expect(kinds(late)).toEqual(['acts', 'unchanged']);
  });

  test('the view is kept all the same, and acts once consent is given', () => {
    const draft = fold(EMPTY_STATE, [x(IN, t(1), { ok: 'n' })], guarded);
    expect(kinds(draft)).toEqual(['withheld']);
    expect(sent(fold(draft.view, [record({ ok: 'y' }, t(3))], guarded))).toEqual({
      'sales/Contact/Id=C-1': { In: true },
    });
  });
});

test('the time of an edge moves forward although nothing is sent', () => {
  const marks = compiled([{ when: { entered: 'x' }, do: [contact({ A: { value: 1 } })] }]);
  const known = accepted(EMPTY_STATE, fold(EMPTY_STATE, [x(IN, t(1))], marks));
  const draft = fold(known, [x(OUT, t(2)), x(IN, t(3))], marks);
  expect(draft.actions).toEqual([]);
  expect(draft.written.get('sales/Contact/Id=C-1')?.get('A')?.at).toBe(t(3) * 1000);
});

describe('what an action is as of', () => {
  const flag = compiled([{ when: { member: 'x' }, do: [contact({ In: { member: 'x' } })] }]);
  const asOf = (state: PersonState, ...records: readonly FoldRecord[]): readonly (number | undefined)[] =>
    fold(state, records, flag).actions.map((action) => action.asOf);
  const entered = { ...x(IN, t(1)), at: t(10) };
  const renamed = { ...record({ p: 'b' }), at: t(20) };

  test('is the record that wants it, in every repetition', () => {
    expect(asOf(EMPTY_STATE, entered)).toEqual([t(10)]);
    expect(asOf(EMPTY_STATE, entered, entered)).toEqual([t(10)]);
    expect(asOf(EMPTY_STATE, entered, renamed)).toEqual([t(10)]);
  });

  test('is another when the same values are wanted again after others', () => {
    const first = accepted(EMPTY_STATE, fold(EMPTY_STATE, [entered], flag));
    const left = { ...x(OUT, t(2)), at: t(30) };
    const second = accepted(first, fold(first, [left], flag));
    expect(asOf(first, left)).toEqual([t(30)]);
    expect(asOf(second, { ...x(IN, t(3)), at: t(40) })).toEqual([t(40)]);
  });
});
