import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Explanation, explain } from '../../shared/core/explain.js';
import { type FoldRecord, fold } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { everyOperation } from '../dry-run/every-operation.js';
import { rulesOf } from '../support/fakes.js';
import { event } from '../support/histories.js';
import { accepted } from './accepted.js';
import { memberships, profileOf, START } from './persons-records.js';

const record = (body: object, at = START): FoldRecord => ({ profile: profileOf(body), key: 'C-1', at });

const file = {
  audiences: { hot: 'hot-1', vip: 'vip-1' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'x' } },
};

const tier = (value: string) => [
  { upsert: 'sales/Contact', match: { Id: '$key' }, set: { Tier: { value } } },
];

/** Explains the last of some records; those before it have been delivered. */
function explained(rules: readonly object[], bodies: readonly object[], more: object = {}): Explanation {
  const compiled = rulesOf({ ...file, ...more, rules });
  const records = bodies.map((body, i) => record(body, START + i));
  const last = records.at(-1) ?? record({});
  const before = records
    .slice(0, -1)
    .reduce<PersonState>((state, one) => accepted(state, fold(state, [one], compiled)), EMPTY_STATE);
  return explain(before, last, compiled);
}

const outcomes = ({ rules }: Explanation) =>
  Object.fromEntries(rules.map(({ rule, outcome }) => [rule.name, outcome]));

describe('laws', () => {
  test('it says what the fold does, and only rules that were heard win fields', async () => {
    const rules = rulesOf(everyOperation);
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), (events) => {
        let state = EMPTY_STATE;
        for (const { body, at } of events) {
          const one = record(body, at);
          const said = explain(state, one, rules);
          const draft = fold(state, [one], rules);
          const sent = said.actions.filter((action) => action.sent);
          expect(sent.map(({ action }) => action.target)).toEqual(draft.actions.map(({ target }) => target));
          for (const { action, fields } of sent) {
            const drafted = draft.actions.find(({ target }) => target === action.target);
            const values = fields.filter((field) => field.sent).map(({ name, value }) => [name, value]);
            expect(values).toEqual([...(drafted?.fields ?? [])].map(([name, { value }]) => [name, value]));
          }
          const heard = said.rules.filter(({ outcome }) => outcome !== 'nothing' && outcome !== 'stopped');
          const names = heard.map(({ rule }) => rule.name);
          for (const { fields } of said.actions) for (const { rule } of fields) expect(names).toContain(rule);
          for (const { rule, condition, when, outcome } of said.rules) {
            if (outcome === 'does') expect([when, condition?.holds ?? true]).toEqual([true, true]);
            if (rule.trigger !== 'member' && when && (condition?.holds ?? true)) expect(outcome).toBe('does');
          }
          expect(said.after).toEqual(draft.view);
          state = accepted(state, draft);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('rules', () => {
  test('one that matched, one whose audience is unknown, one that is about somebody outside', () => {
    const said = explained(
      [
        { name: 'hot', when: { member: 'hot' }, do: tier('Hot') },
        { name: 'vip', when: { member: 'vip' }, do: tier('VIP') },
      ],
      [memberships({ 'hot-1': ['realized'] })],
    );
    expect(outcomes(said)).toEqual({ hot: 'does', vip: 'nothing' });
    const left = explained(
      [
        { name: 'hot', when: { member: 'hot' }, do: tier('Hot') },
        { name: 'cold', when: { member: 'hot' }, do: tier('Hot'), otherwise: tier('Cold') },
      ],
      [memberships({ 'hot-1': ['exited'] })],
    );
    expect(outcomes(left)).toEqual({ hot: 'keeps', cold: 'otherwise' });
  });

  test('the clause that failed, with what it saw, and with nothing where nothing is', () => {
    const rule = {
      name: 'rich',
      when: { entered: 'hot' },
      if: 'points >= 1000 or tier = "gold"',
      do: tier('Rich'),
    };
    const [news] = explained([rule], [{ ...memberships({ 'hot-1': ['realized'] }), points: 10 }]).rules;
    expect(news).toMatchObject({ when: true, outcome: 'nothing', condition: { holds: false } });
    expect(news?.condition?.items).toEqual([
      { text: 'points >= 1000', holds: false, looked: true, saw: 10 },
      { text: 'tier = "gold"', holds: false, looked: true, saw: undefined, why: 'there is no value' },
    ]);
  });

  test('a rule that stops silences those after it, but not those before', () => {
    const said = explained(
      [
        { name: 'first', when: { member: 'hot' }, do: tier('1') },
        { name: 'second', when: { member: 'hot' }, stop: true, do: tier('2') },
        { name: 'third', when: { member: 'hot' }, do: tier('3') },
        { name: 'fourth', when: { entered: 'vip' }, do: tier('4') },
      ],
      [memberships({ 'hot-1': ['realized'] })],
    );
    expect(outcomes(said)).toEqual({ first: 'does', second: 'does', third: 'stopped', fourth: 'nothing' });
    expect(said.stoppedBy).toBe('second');
    expect(said.actions[0]?.fields).toEqual([
      { name: 'Tier', value: '2', rule: 'second', sent: true, lost: [{ rule: 'first', value: '1' }] },
    ]);
  });

  test('history makes nothing happen, and that is counted', () => {
    const call = {
      name: 'call',
      when: { entered: 'hot' },
      do: [{ send: 'sales/Task', set: { Who: '$key' } }],
    };
    const old = memberships({ 'hot-1': ['realized', '2020-01-01T00:00:00Z'] });
    const said = explained([call], [old]);
    expect(said.rules).toMatchObject([{ when: true, outcome: 'does', notDue: 1 }]);
    expect(said.audiences[0]).toMatchObject({ change: 'entered', backfill: true });
    expect(said.actions).toEqual([]);
    expect(explained([{ ...call, backfill: true }], [old]).rules).toMatchObject([{ notDue: 0 }]);
  });
});

describe('audiences', () => {
  test('what was known, what is, and what the event did', () => {
    const said = explained(
      [],
      [
        memberships({
          'hot-1': ['realized', '2026-11-01T10:00:10Z'],
          'vip-1': ['realized', '2026-11-01T10:00:10Z'],
        }),
        memberships({
          'hot-1': ['exited', '2026-11-01T10:00:20Z'],
          'vip-1': ['exited', '2026-11-01T10:00:05Z'],
        }),
      ],
    );
    const at = Date.parse('2026-11-01T10:00:10Z') * 1000;
    expect(said.audiences).toMatchObject([
      {
        name: 'hot',
        before: { member: true, at },
        after: { member: false, at: at + 10_000_000 },
        change: 'left',
      },
      { name: 'vip', before: { member: true, at }, after: { member: true, at }, change: 'stale' },
    ]);
    expect(explained([], [{ a: 1 }]).audiences[0]).toEqual({
      name: 'hot',
      before: undefined,
      after: undefined,
      change: undefined,
      backfill: false,
    });
  });
});

describe('actions', () => {
  test('the present outweighs the past, and the loser is named', () => {
    const rules = [
      { name: 'vip', when: { member: 'vip' }, do: tier('VIP') },
      { name: 'hot', when: { member: 'hot' }, do: tier('Hot') },
    ];
    const both = memberships({
      'hot-1': ['realized', '2026-11-01T10:00:10Z'],
      'vip-1': ['realized', '2026-11-01T10:00:10Z'],
    });
    const out = memberships({ 'hot-1': ['exited', '2026-11-01T10:00:20Z'] });
    const said = explained(rules, [both, out]);
    expect(said.actions[0]?.fields).toEqual([
      { name: 'Tier', value: 'VIP', rule: 'vip', sent: true, lost: [{ rule: 'hot', value: 'Hot' }] },
    ]);
  });

  test('what the target holds already is wanted, and not sent', () => {
    const rules = [{ name: 'hot', when: { member: 'hot' }, do: tier('Hot') }];
    const body = memberships({ 'hot-1': ['realized', '2026-11-01T10:00:10Z'] });
    expect(explained(rules, [body, body]).actions).toMatchObject([
      { sent: false, fields: [{ name: 'Tier', value: 'Hot', rule: 'hot', sent: false }] },
    ]);
  });

  test('rows without an address are told', () => {
    const rules = [
      {
        name: 'mail',
        when: { member: 'hot' },
        do: [{ upsert: 'sales/Contact', match: { Email: 'mail' }, set: {} }],
      },
    ];
    const said = explained(rules, [memberships({ 'hot-1': ['realized'] })]);
    expect(said.unaddressed).toEqual(['mail (member of hot): no value for Contact.Email']);
  });

  test('when consent is withdrawn, what the file wants for that is nobody’s rule', () => {
    const more = {
      consent: {
        require: 'consent',
        withdrawn: [{ update: 'sales/Contact', match: { Id: '$key' }, set: { OptOut: { value: true } } }],
      },
    };
    const rules = [{ name: 'hot', when: { member: 'hot' }, do: tier('Hot') }];
    const said = explained(rules, [{ ...memberships({ 'hot-1': ['realized'] }), consent: 'n' }], more);
    expect(said.consent).toEqual({ path: 'consent', value: 'n', allows: false });
    expect(said.actions[0]?.fields).toEqual([
      { name: 'OptOut', value: true, rule: undefined, sent: true, lost: [] },
    ]);
    expect(outcomes(said)).toEqual({ hot: 'does' });
  });
});
