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
