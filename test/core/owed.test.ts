import fc from 'fast-check';
import { expect, test } from 'vitest';
import { owing } from '../../shared/core/owed.js';
import { EMPTY_STATE } from '../../shared/core/state.js';
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
