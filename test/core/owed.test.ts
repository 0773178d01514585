import fc from 'fast-check';
import { expect, test } from 'vitest';
import { owing, stillHolding } from '../../shared/core/owed.js';
import { EMPTY_STATE, type OwedMembership } from '../../shared/core/state.js';
import type { MembershipEdge } from '../../shared/core/view.js';
import { rulesOf } from '../support/fakes.js';

const rules = rulesOf({
  audiences: { x: 'x', y: 'y' },
  person: { key: ['crmid'] },
  connections: { sales: { type: 'fake' } },
  rules: (['entered', 'left', 'stayed'] as const).map((change) => ({
    name: change,
    when: { [change]: { any: ['x', 'y'] } },
    do: [{ send: 'sales/Task', set: { What: { value: change } } }],
  })),
});
const audiences = [...(rules.audiences.get('ups')?.values() ?? [])];

const edge: fc.Arbitrary<MembershipEdge> = fc
  .record({
    audience: fc.constantFrom(...audiences),
    change: fc.constantFrom('entered' as const, 'left' as const, 'stayed' as const),
    overtaken: fc.boolean(),
  })
  .map(({ overtaken, ...one }) => ({ ...one, at: 1, ...(overtaken && { overtaken }) }));

test('an edge is overtaken by an opposite one that was made after it and stands', () => {
  fc.assert(
    fc.property(fc.array(edge, { maxLength: 8 }), (drawn) => {
      const made = drawn.map((one, at) => ({ ...one, at }));
      const isOpposite = (one: MembershipEdge, later: MembershipEdge) =>
        !later.overtaken &&
        later.at > one.at &&
        later.audience === one.audience &&
        (later.change === 'left') !== (one.change === 'left');
      const standing = new Map(
        audiences.map(({ key }) => {
          const last = made.findLast(({ audience, overtaken }) => audience.key === key && !overtaken);
          return [key, { at: last?.at ?? 0, member: last?.change !== 'left', ever: true }];
        }),
      );
      expect(
        owing({ ...EMPTY_STATE, standing }, made).owed.map(({ at, overtaken }) => [at, overtaken]),
      ).toEqual(
        made.map((one) => [
          one.at,
          one.overtaken || made.some((later) => isOpposite(one, later)) ? true : undefined,
        ]),
      );
    }),
    { numRuns: 1_000 },
  );
});

test('what many records make of many audiences does not take the square of the time', () => {
  const made = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      audience: audiences[at % 2] ?? { ...audiences[0] },
      change: 'stayed',
      at,
    })) as MembershipEdge[]; // both audiences are there
  const view = {
    ...EMPTY_STATE,
    standing: new Map(audiences.map(({ key }) => [key, { at: 1, member: true, ever: true }])),
  };
  const edges = made(60_000);
  const start = performance.now();
  owing(view, edges);
  expect(performance.now() - start).toBeLessThan(4_000);
});

const HOLDS: readonly (readonly [string, Partial<OwedMembership>, object | undefined, boolean])[] = [
  ['an entry, said again since', {}, { at: 9, member: true }, true],
  ['an entry, after an exit', {}, { at: 9, member: true, other: 4 }, true],
  ['an entry, and an exit at the same time', {}, { at: 9, member: true, other: 5 }, false],
  ['an entry, and an exit since', {}, { at: 9, member: true, other: 6 }, false],
  [
    'an entry whose exit is older than what was seen with it',
    { seen: 8 },
    { at: 9, member: true, other: 6 },
    true,
  ],
  ['an entry, and out by now', {}, { at: 9, member: false, other: 5 }, false],
  ['a stay, and an exit since', { change: 'stayed' }, { at: 9, member: true, other: 6 }, false],
  ['an exit, said again since', { change: 'left' }, { at: 9, member: false, other: 4 }, true],
  [
    'an exit that won over an entry at the same time',
    { change: 'left' },
    { at: 5, member: false, other: 5 },
    true,
  ],
  ['an exit, and an entry since', { change: 'left' }, { at: 9, member: false, other: 6 }, false],
  ['an entry that its exit overtook', { overtaken: true }, { at: 6, member: false, other: 5 }, true],
  ['the same, and back by now', { overtaken: true }, { at: 9, member: true, other: 6 }, false],
  ['an audience nothing is known of', {}, undefined, false],
  ['that overtaken', { overtaken: true }, undefined, false],
];

test.each(HOLDS)('whether a letter still holds: %s', (_, more, known, holds) => {
  const owed: OwedMembership = { audience: 'ups/x', change: 'entered', at: 5, ...more };
  const standing = new Map(known ? [['ups/x', { at: 0, member: false, ever: true, ...known }]] : []);
  expect(stillHolding([owed], { ...EMPTY_STATE, standing })).toEqual(holds ? [owed] : []);
});
