import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Condition } from '../../shared/core/condition.js';
import { judgeOf } from '../../shared/core/judge.js';
import type { Json } from '../../shared/core/ports.js';
import type { Trace } from '../../shared/core/scope.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { linearPattern } from '../../shared/tools/pattern.js';
import { expressions, tests, written } from './expressions.js';
import { fakeScope, sightOf } from './fake-scope.js';

const NOW = Date.parse('2026-02-01T00:00:00Z') * 1000;
const PATHS = [
  'a',
  '_t.b-c.d',
  'lines[0].sku',
  'ad[type=home].city',
  'x.and.not',
  'x.y:z',
  '$identity.email',
];

/** Values near those that conditions are written with: otherwise hardly anything would ever hold. */
const values: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    '',
    'a',
    'ab',
    'true',
    '5',
    5,
    -1,
    0,
    true,
    false,
    null,
    [],
    {},
    '2026-01-31',
    '2026-02-03T00:00:00Z',
  ),
  fc.integer({ min: -9999, max: 9999 }),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.array(fc.constantFrom<Json>('a', 'b', 5, null, true, {}, ['a'], '2026-01-31'), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as Json), // made of JSON alone
);

const people = fc
  .array(fc.tuple(fc.constantFrom(...PATHS), values), { maxLength: 8 })
  .map((entries) => sightOf(Object.fromEntries(entries), NOW));

const conditions = expressions.map(written);

/** A condition made ready; patterns that are none never hold. */
const judge = (condition: Condition) =>
  judgeOf(condition, fakeScope({ ...NO_TOOLS, pattern: linearPattern }), []);

test('whatever the condition and the person, there is a verdict, and its trace is the same', () => {
  fc.assert(
    fc.property(conditions, people, (condition, sight) => {
      const made = judge(condition);
      const verdict = made.holds(sight);
      expect(typeof verdict).toBe('boolean');
      expect(made.trace(sight).holds).toBe(verdict);
      expect(made.holds(sight)).toBe(verdict);
    }),
    { numRuns: 2_000 },
  );
});

test('a trace follows from its parts', () => {
  const follows = ({ text, holds, items }: Trace): boolean => {
    if (items === undefined) return true;
    const below = items.map((item) => item.holds);
    const expected = { not: !below[0], 'all of': below.every(Boolean), 'any of': below.some(Boolean) }[text];
    return holds === expected && items.every(follows);
  };
  fc.assert(
    fc.property(conditions, people, (condition, sight) => {
      expect(follows(judge(condition).trace(sight))).toBe(true);
    }),
  );
});

test('not, all and any are those of logic, as text and as members', () => {
  fc.assert(
    fc.property(conditions, conditions, people, (a, b, sight) => {
      const holds = (condition: Condition): boolean => judge(condition).holds(sight);
      expect(holds(`not (${a})`)).toBe(!holds(a));
      expect(holds({ not: a })).toBe(!holds(a));
      expect(holds({ not: { all: [a, b] } })).toBe(holds({ any: [{ not: a }, { not: b }] }));
      expect(holds(`(${a}) and (${b})`)).toBe(holds({ all: [b, a] }));
      expect(holds(`(${a}) or (${b})`)).toBe(holds({ any: [b, a] }));
      expect(holds({ all: [a, { any: [a, b] }] })).toBe(holds(a));
    }),
  );
});

test('an operator and its negation never both hold, and for one value of the right type one of them does', () => {
  const negatable = tests.filter(
    ({ question: { op } }) => !['exists', '<', '<=', '>', '>=', '=', '!='].includes(op),
  );
  fc.assert(
    fc.property(negatable, values, (clause, value) => {
      const of = (negated: boolean): Trace => {
        const subject = { kind: 'path' as const, path: 'a' };
        return judge(written({ kind: 'test', test: { ...clause, subject, negated } })).trace(
          sightOf({ a: value }, NOW),
        );
      };
      const [one, other] = [of(false), of(true)];
      expect(one.holds && other.holds).toBe(false);
      if (one.why === undefined && other.why === undefined) expect(one.holds || other.holds).toBe(true);
      if (value === null) expect([one.holds, other.holds]).toEqual([false, false]);
    }),
    { numRuns: 2_000 },
  );
});

test('= is in a list of one, != is not in it, and < is not >= where there is a number', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: -5, max: 5 }), (value, bound) => {
      const holds = (condition: string): boolean => judge(condition).holds(sightOf({ a: value }, NOW));
      expect(holds(`a = ${bound}`)).toBe(holds(`a in [${bound}]`));
      expect(holds(`a != ${bound}`)).toBe(holds(`a not in [${bound}]`));
      if (!Array.isArray(value)) expect(holds(`a < ${bound}`) && holds(`a >= ${bound}`)).toBe(false);
      if (typeof value === 'number') expect(holds(`a < ${bound}`)).toBe(!holds(`a >= ${bound}`));
      expect(holds(`a <= ${bound}`)).toBe(holds(`a < ${bound} or a = ${bound}`));
    }),
    { numRuns: 1_000 },
  );
});

test('nothing known passes no test but those for nothing', () => {
  fc.assert(
    fc.property(tests, (clause) => {
      const subject = { kind: 'path' as const, path: 'a' };
      const source = written({ kind: 'test', test: { ...clause, subject } });
      expect(judge(source).holds(sightOf({}, NOW))).toBe(clause.question.op === 'exists' && clause.negated);
    }),
  );
});

test.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
  'matches %j ends soon on any list',
  (pattern) => {
    const made = judge(`a matches "${pattern}"`);
    const long = `${'a'.repeat(9_999)}!`;
    const start = performance.now();
    expect(made.holds(sightOf({ a: [long, `${long}!`, 'a'.repeat(5_000_000)] }))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2_000);
  },
);

test('a text that is too long to be matched is of a wrong type', () => {
  const sight = sightOf({ a: 'a'.repeat(10_001) });
  expect(judge('a matches "a"').holds(sight)).toBe(false);
  expect(judge('a not matches "a"').holds(sight)).toBe(false);
  expect(judge('a matches "a"').trace(sight).why).toContain('at most 10000 characters');
});
