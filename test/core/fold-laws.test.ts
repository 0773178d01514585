import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CompiledRules } from '../../shared/core/compiled.js';
import { type Draft, type FoldRecord, fold } from '../../shared/core/fold.js';
import type { Json } from '../../shared/core/ports.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { rulesOf } from '../support/fakes.js';
import { accepted } from './accepted.js';
import { deepFreeze, plain, recordOf } from './persons-records.js';

const row = (object: string, set: object, match = '$key'): object => ({
  upsert: `sales/${object}`,
  match: { Id: match },
  set,
});

type RuleText = readonly [trigger: string, audience: string, action: object];

const rulesWith = (...rules: readonly RuleText[]): CompiledRules =>
  deepFreeze(
    rulesOf({
      audiences: { hot: 'hot-1', vip: 'vip-1', other: { id: 'hot-1', namespace: 'other' } },
      person: { key: ['crmid'] },
      connections: { sales: { type: 'fake' } },
      rules: rules.map(([trigger, audience, action], i) => ({
        name: `rule ${i}`,
        when: { [trigger]: audience },
        do: [action],
      })),
    }),
  );

/** Rules of every kind that meet in a few rows: levels, edges, rivalling constants, paths, defaults, another match. */
const KINDS: readonly RuleText[] = [
  [
    'member',
    'hot',
    row('Contact', { A: 'p.a', B: { from: 'p.b', default: 'none' }, Hot: { member: 'hot' } }),
  ],
  ['member', 'vip', row('Contact', { Tier: { value: 'VIP' }, All: { audiences: 'all', join: ';' } })],
  ['member', 'other', row('Contact', { Tier: { value: 'Other' }, A: { from: 'p.b', as: 'string' } })],
  ['entered', 'hot', row('Contact', { Mark: { value: 'in' } })],
  ['left', 'hot', row('Contact', { Mark: { value: 'out' } })],
  ['stayed', 'vip', row('Contact', { Stayed: { value: true } })],
  ['entered', 'vip', row('Entry', {})],
  ['member', 'hot', row('Contact', { Mark: { value: 'by path' } }, 'q')],
];
const everyKind = rulesWith(...KINDS);

/** An edge and a level also want the same field: the edge is in it until the next record, whichever that is. */
const withRivals = rulesWith(...KINDS, [
  'entered',
  'hot',
  row('Contact', { Tier: { value: 'entered' }, A: 'q' }),
]);

const record = recordOf('hot-1', 'vip-1');
const history = fc.array(record, { maxLength: 6 });
const RUNS = { numRuns: 2000 };

type Rows = ReadonlyMap<string, ReadonlyMap<string, Json>>;

/** What the target holds after the actions of a draft. */
function wrote(rows: Rows, { actions }: Draft): Rows {
  const next = new Map(rows);
  for (const { target, fields } of actions) {
    const values = [...fields].map(([name, { value }]) => [name, value] as const);
    next.set(target, new Map([...(rows.get(target) ?? []), ...values]));
  }
  return next;
}

interface World {
  readonly state: PersonState;
  readonly rows: Rows;
}

const START_OF_ALL: World = { state: EMPTY_STATE, rows: new Map() };

/** Folds a batch, and has everything accepted at once. */
function settle({ state, rows }: World, batch: readonly FoldRecord[], rules = everyKind): World {
  const draft = fold(deepFreeze(state), deepFreeze(batch), rules);
  return { state: accepted(state, draft), rows: wrote(rows, draft) };
}

const plainRows = (rows: Rows): unknown =>
  new Map([...rows].map(([target, fields]) => [target, new Map(fields)]));

test.each([
  ['without rivals', everyKind],
  ['with rivals', withRivals],
])('a batch ends as its records do one by one, each accepted before the next: %s', (_, rules) => {
  fc.assert(
    fc.property(history, history, (before, batch) => {
      const world = settle(START_OF_ALL, before, rules);
      const together = settle(world, batch, rules);
      const alone = batch.reduce((now, one) => settle(now, [one], rules), world);
      expect(plainRows(together.rows)).toEqual(plainRows(alone.rows));
      expect(plain(together.state)).toEqual(plain(alone.state));
    }),
    RUNS,
  );
});

test('records that come again, in any order, send nothing and change nothing', () => {
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), (batch, dice) => {
      const { state } = settle(START_OF_ALL, batch);
      const mixed = batch
        .map((one) => ({ one, place: dice.next().value as number })) // the stream is endless
        .sort((a, b) => a.place - b.place)
        .map(({ one }) => one);
      const again = fold(deepFreeze(state), deepFreeze(mixed), everyKind);
      expect(again.actions).toEqual([]);
      expect(plain(accepted(state, again))).toEqual(plain(state));
    }),
    RUNS,
  );
});

test('a draft holds together: one verdict a record, one action a target, and each action is wanted by a record', () => {
  fc.assert(
    fc.property(history, history, (before, batch) => {
      const { state } = settle(START_OF_ALL, before);
      const { verdicts, actions, written } = fold(state, batch, everyKind);
      expect(verdicts).toHaveLength(batch.length);
      const targets = actions.map(({ target }) => target);
      expect(new Set(targets).size).toBe(targets.length);
      expect(new Set(verdicts.flatMap((verdict) => verdict.targets))).toEqual(new Set(targets));
      for (const { kind, targets: wanted } of verdicts) expect(kind === 'acts').toBe(wanted.length > 0);
      for (const { target, fields } of actions) {
        expect([...(written.get(target)?.keys() ?? [])]).toEqual(expect.arrayContaining([...fields.keys()]));
      }
    }),
    RUNS,
  );
});

test('what is in doubt is sent whenever it is wanted, and only that', () => {
  fc.assert(
    fc.property(history, record, fc.boolean(), (before, one, doubt) => {
      const { state } = settle(START_OF_ALL, before);
      const unsure = new Set(doubt ? state.written.keys() : []);
      const draft = fold(deepFreeze({ ...state, unsure }), [one], everyKind);
      const certain = fold(state, [one], everyKind);
      const sent = new Set(draft.actions.map(({ target }) => target));
      for (const { target } of certain.actions) expect(sent.has(target)).toBe(true);
      for (const target of sent) {
        expect(unsure.has(target) || certain.actions.some((action) => action.target === target)).toBe(true);
      }
      const after = accepted({ ...state, unsure }, draft);
      for (const target of after.unsure) expect(sent.has(target)).toBe(false);
    }),
    RUNS,
  );
});
