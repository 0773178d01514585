import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../shared/core/ports.js';
import { type Action, OPERATIONS } from '../../shared/core/remote.js';
import { ExpectedAction } from '../../shared/core/test-case.js';
import { compareActions } from '../../shared/dry-run/case-match.js';

const action = (fields: Record<string, Json>, more: Partial<Action> = {}): Action => ({
  connection: 'sales',
  operation: 'upsert',
  object: 'Contact',
  key: { Id: 'C-1' },
  fields,
  ...more,
});

const expected = (more: object): ExpectedAction => ExpectedAction.parse({ upsert: 'sales/Contact', ...more });

const anyAction: fc.Arbitrary<Action> = fc.record({
  connection: fc.constantFrom('sales', 'chat'),
  operation: fc.constantFrom(...OPERATIONS),
  object: fc.constantFrom('Contact', 'Task'),
  key: fc.dictionary(fc.constantFrom('Id', 'Mail'), fc.constantFrom('1', '2'), { maxKeys: 1 }),
  fields: fc.dictionary(
    fc.constantFrom('A', 'B', 'C'),
    fc.constantFrom<Json>(1, '1', true, null, [1], { x: 1 }),
    { maxKeys: 3 },
  ),
});

/** What somebody might expect who knows the action, but does not say everything. */
const partOf = ({ connection, operation, object, key, fields }: Action): fc.Arbitrary<ExpectedAction> =>
  fc
    .record({ says: fc.subarray(Object.keys(fields)), addressed: fc.boolean() })
    .map(({ says, addressed }) => ({
      operation,
      target: `${connection}/${object}`,
      list: undefined,
      match: addressed ? key : undefined,
      set: Object.fromEntries(says.map((name) => [name, fields[name] ?? null])),
      without: undefined,
      only: says.length === Object.keys(fields).length,
      shadow: false,
    }));

const actionsAndParts = fc.array(anyAction, { minLength: 1, maxLength: 6 }).chain((actions) =>
  fc.record({
    actions: fc.constant(actions),
    parts: fc
      .tuple(...actions.map(partOf))
      .chain((parts) => fc.shuffledSubarray(parts, { minLength: parts.length })),
  }),
);

describe('laws', () => {
  test('whatever is said of actions that were done is found, in any order, however alike they are', () => {
    fc.assert(
      fc.property(actionsAndParts, ({ actions, parts }) => {
        expect(compareActions(parts, actions, true)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test('one expectation less is an action nobody expected, unless others may be done', () => {
    fc.assert(
      fc.property(actionsAndParts, ({ actions, parts }) => {
        expect(compareActions(parts.slice(1), actions, true).map(({ kind }) => kind)).toEqual(['unexpected']);
        expect(compareActions(parts.slice(1), actions, false)).toEqual([]);
      }),
    );
  });

  test('one action less is an expectation that failed', () => {
    fc.assert(
      fc.property(actionsAndParts, fc.nat(), ({ actions, parts }, at) => {
        const left = actions.filter((_, i) => i !== at % actions.length);
        expect(compareActions(parts, left, false)).toHaveLength(1);
      }),
    );
  });
});

describe('what differs', () => {
  test('fields, in both directions, and what addresses the row', () => {
    const wanted = expected({ match: { Id: 'C-2' }, set: { A: 1, B: null, D: [1] }, without: ['C', 'E'] });
    expect(compareActions([wanted], [action({ A: '1', B: null, C: true })], false)).toEqual([
      {
        kind: 'different',
        actual: action({ A: '1', B: null, C: true }),
        fields: [
          { name: 'Id', expected: 'C-2', actual: 'C-1' },
          { name: 'A', expected: 1, actual: '1' },
          { name: 'D', expected: [1], actual: undefined },
          { name: 'C', expected: undefined, actual: true },
        ],
      },
    ]);
  });

  test('the list', () => {
    const wanted = ExpectedAction.parse({ 'add to': 'sales/Contact', list: 'a' });
    const actual = action({}, { operation: 'add', list: 'b' });
    expect(compareActions([wanted], [actual], false)).toMatchObject([
      { kind: 'different', fields: [{ name: 'list', expected: 'a', actual: 'b' }] },
    ]);
  });

  test('fields beside those that are the only ones', () => {
    const wanted = expected({ set: { A: 1 }, only: true });
    expect(compareActions([wanted], [action({ A: 1 })], false)).toEqual([]);
    expect(compareActions([wanted], [action({ A: 1, B: 2 })], false)).toMatchObject([
      { kind: 'different', fields: [{ name: 'B', expected: undefined, actual: 2 }] },
    ]);
  });

  test('members of a value may stand in any order, items of a list may not', () => {
    const wanted = expected({ set: { A: { x: 1, y: 2 }, B: [1, 2] } });
    expect(compareActions([wanted], [action({ A: { y: 2, x: 1 }, B: [1, 2] })], false)).toEqual([]);
    expect(compareActions([wanted], [action({ A: { y: 2, x: 1 }, B: [2, 1] })], false)).toHaveLength(1);
  });

  test('of several actions of its kind an expectation is compared with the closest', () => {
    const wanted = expected({ set: { A: 1, B: 2 } });
    const [difference] = compareActions([wanted], [action({ A: 9, B: 9 }), action({ A: 1, B: 9 })], false);
    expect(difference).toMatchObject({ fields: [{ name: 'B', expected: 2, actual: 9 }] });
  });

  test('another kind of action is no action at all', () => {
    expect(compareActions([expected({})], [action({}, { operation: 'update' })], true)).toMatchObject([
      { kind: 'missing' },
      { kind: 'unexpected' },
    ]);
  });
});
