import { describe, expect, test } from 'vitest';
import { absorbed } from '../../shared/core/absorb.js';
import { type FoldRecord, fold } from '../../shared/core/fold.js';
import { EMPTY_STATE, type PersonState } from '../../shared/core/state.js';
import { rulesOf } from '../support/fakes.js';
import { accepted } from './accepted.js';
import { memberships, profileOf, START } from './persons-records.js';

const rules = rulesOf({
  audiences: { x: 'x' },
  person: { key: ['crmid', 'email'] },
  connections: { sales: { type: 'fake' } },
  rules: [
    {
      name: 'call',
      when: { entered: 'x' },
      do: [{ send: 'sales/Task', set: { Subject: { value: 'Call' } } }],
    },
  ],
});

const entry = (key: string, second = 5): FoldRecord => ({
  profile: profileOf(memberships({ x: ['realized', START + second * 1000] })),
  key,
  at: START,
});
const sends = (state: PersonState, record: FoldRecord) => fold(state, [record], rules).actions;
const only = (state: PersonState, record: FoldRecord) => {
  const [action, ...others] = sends(state, record);
  if (!action || others.length > 0) throw new Error('not exactly one action');
  return action;
};

describe('a send of somebody who gets another key', () => {
  const byEmail = only(EMPTY_STATE, entry('ada@example.com'));
  const person = (other: PersonState): PersonState => absorbed(EMPTY_STATE, other);

  test('keeps its name when it may have been sent before, so the target can tell that it is the same', () => {
    const doubtful = person({ ...EMPTY_STATE, unsure: new Set([byEmail.target]) });
    const again = only(doubtful, entry('C-1'));
    expect([again.target, again.once]).toEqual([byEmail.target, byEmail.once]);
  });

  test('is not sent again when it was accepted before, though its record comes again', () => {
    const draft = fold(EMPTY_STATE, [entry('ada@example.com')], rules);
    const { written } = accepted(EMPTY_STATE, draft);
    // A crash between the two: what was written is known, the standing is not.
    expect(sends(person({ ...EMPTY_STATE, written }), entry('C-1'))).toEqual([]);
  });

  test('for another edge is another', () => {
    const doubtful = person({ ...EMPTY_STATE, unsure: new Set([byEmail.target]) });
    expect(only(doubtful, entry('C-1', 9)).once).not.toBe(byEmail.once);
  });
});

test('the same edge of two persons has two names', () => {
  expect(only(EMPTY_STATE, entry('C-1')).once).not.toBe(only(EMPTY_STATE, entry('C-2')).once);
});

describe('what names a thing that happens once', () => {
  const send = { send: 'sales/Task', set: { Subject: { value: 'Call' } } };
  const many = rulesOf({
    audiences: { x: 'x', y: 'y' },
    person: { key: ['crmid'] },
    connections: { sales: { type: 'fake' }, desk: { type: 'fake' } },
    rules: [
      { name: 'twice', when: { entered: 'x' }, do: [send, send] },
      { name: 'other rule', when: { entered: 'x' }, do: [send] },
      { name: 'other audience', when: { entered: { any: ['x', 'y'] } }, do: [send] },
      { name: 'elsewhere', when: { entered: 'x' }, do: [{ ...send, send: 'desk/Task' }] },
      { name: 'other object', when: { entered: 'x' }, do: [{ ...send, send: 'sales/Note' }] },
      { name: 'at last', when: { left: 'x' }, do: [send] },
      { name: 'and again', when: { changed: 'p' }, do: [send] },
    ],
  });
  const both = (status: string, key = 'C-1', p = 1): FoldRecord => ({
    profile: profileOf({
      ...memberships({ x: [status, START], y: [status, START] }),
      p,
    }),
    key,
    at: START + p,
  });
  const actions = (key: string, state = EMPTY_STATE) => {
    const entered = fold(state, [both('realized', key)], many);
    const left = fold(
      { ...accepted(state, entered), written: state.written },
      [both('exited', key, 2)],
      many,
    );
    return [...entered.actions, ...left.actions];
  };

  test('is another for each rule, action, audience, change and person', () => {
    const all = [...actions('C-1'), ...actions('C-2')];
    expect(all).toHaveLength(2 * 9);
    expect(new Set(all.map(({ once }) => once)).size).toBe(all.length);
    expect(new Set(all.map(({ target }) => target)).size).toBe(all.length);
  });

  test.each(['unsure', 'written'] as const)(
    'stays what it was under the key before, each for itself: %s',
    (known) => {
      const before = actions('ada@example.com');
      const unsure = new Set(before.map(({ target }) => target));
      const written = new Map([...unsure].map((target) => [target, new Map()]));
      const state = { ...EMPTY_STATE, ...(known === 'unsure' ? { unsure } : { written }) };
      expect(actions('C-1', state).map(({ target, once }) => [target, once])).toEqual(
        before.map(({ target, once }) => [target, once]),
      );
    },
  );

  test('is another for a rule that keeps its name and is about the opposite by now', () => {
    const about = (when: object) =>
      rulesOf({
        audiences: { x: 'x' },
        person: { key: ['crmid'] },
        connections: { sales: { type: 'fake' } },
        rules: [{ name: 'call', when, do: [send] }],
      });
    const entered = fold(EMPTY_STATE, [both('realized')], about({ entered: 'x' }));
    const left = fold(entered.view, [both('exited')], about({ left: 'x' }));
    expect(left.actions).toHaveLength(1);
    expect(left.actions[0]?.once).not.toBe(entered.actions[0]?.once);
  });
});
