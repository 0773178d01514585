import { describe, expect, test } from 'vitest';
import { Condition } from '../../shared/core/condition.js';
import { bad, ok } from '../../shared/core/fault.js';
import { judgeOf } from '../../shared/core/judge.js';
import type { Json } from '../../shared/core/ports.js';
import type { CustomerFunction } from '../../shared/core/tools.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { celCompiler } from '../../shared/tools/cel.js';
import { fakeScope, sightOf } from './fake-scope.js';

const CELIA: Json = {
  points: 1200,
  tier: 'gold',
  tags: ['a', 'b'],
  lastOrder: '2026-01-30T12:00:00Z',
};
const NOW = Date.parse('2026-02-01T00:00:00Z') * 1000;

const holds = (condition: Condition, values: { [path: string]: Json } = CELIA): boolean => {
  const scope = fakeScope();
  const judge = judgeOf(condition, scope, ['if']);
  expect(scope.findings).toEqual([]);
  return judge.holds(sightOf(values, NOW));
};

describe('a condition', () => {
  test.each<[Condition, boolean]>([
    ['points >= 1000 and tier = "gold"', true],
    ['points < 1000 or tier = "gold" and tags contains "c"', false],
    ['(points < 1000 or tier = "gold") and tags contains "b"', true],
    ['not points < 1000', true],
    ['not (points >= 1000 and tier = "silver")', true],
    ['not not tier = "gold"', true],
    [{ all: ['points >= 1000', { any: ['tier = "x"', { not: 'tags contains "x"' }] }] }, true],
    [{ any: ['points < 1000', { all: ['tier = "gold"', 'tags contains "c"'] }] }, false],
    ['lastOrder within 2 days', true],
    ['lastOrder within 35 hours', false],
    ['lastOrder within next 2 days', false],
    ['$key = "k-1"', true],
    ['$identity.Email = "ada@example.com"', false],
  ])('%j: %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  test('reads identities by their namespace', () => {
    expect(holds('$identity.Email = "ada@example.com"', { '$identity.email': 'ada@example.com' })).toBe(true);
  });

  test('asks for the time only where it is needed', () => {
    const [with_, without] = [fakeScope(), fakeScope()];
    judgeOf('lastOrder within 2 days', with_, []);
    judgeOf('lastOrder > 2026-01-01', without, []);
    expect([with_.now, without.now]).toEqual([true, false]);
  });
});

describe('what is wrong with a condition', () => {
  test('is found where it stands', () => {
    const scope = fakeScope();
    judgeOf({ all: ['points >= 1', { not: 'points >== 1' }] }, scope, ['rules', 0, 'if']);
    expect(scope.findings.map(({ path }) => path)).toEqual([['rules', 0, 'if', 'all', 1, 'not']]);
  });

  test('is told for every part', () => {
    const scope = fakeScope();
    judgeOf({ any: ['points', 'tier', { function: 'f' }, { cel: 'x' }] }, scope, []);
    expect(scope.findings).toHaveLength(4);
  });

  test('is nesting too deep', () => {
    const nest = (levels: number): Condition => (levels === 0 ? 'points > 1' : { all: [nest(levels - 1)] });
    const [fine, deep] = [fakeScope(), fakeScope()];
    judgeOf(nest(20), fine, []);
    judgeOf(nest(21), deep, []);
    expect(fine.findings).toEqual([]);
    expect(deep.findings).toMatchObject([{ message: 'is nested deeper than 20 levels' }]);
  });
});

test.each([['a'], [{ all: ['a'] }], [{ any: ['a', { not: 'b' }] }], [{ cel: 'a' }], [{ function: 'f' }]])(
  '%j has the form of a condition',
  (value) => {
    expect(Condition.safeParse(value).success).toBe(true);
  },
);

test.each([
  [''],
  [7],
  [null],
  [[]],
  [{}],
  [{ all: [] }],
  [{ any: 'a' }],
  [{ not: ['a'] }],
  [{ all: ['a'], any: ['b'] }],
  [{ cel: '' }],
  [{ function: '' }],
  [{ all: ['a', 7] }],
])('%j has not', (value) => {
  expect(Condition.safeParse(value).success).toBe(false);
});

describe('a CEL expression', () => {
  const scope = () => fakeScope({ ...NO_TOOLS, cel: celCompiler() });

  test('decides on what it reads', () => {
    const judge = judgeOf({ cel: 'profile.points > 1000.0 && identity.email == key' }, scope(), []);
    expect(judge.holds(sightOf({ points: 1200, '$identity.email': 'k-1' }))).toBe(true);
    expect(judge.holds(sightOf({ points: 1200, '$identity.email': 'other' }))).toBe(false);
  });

  test.each(['profile.points > 1000', 'profile.points < 1000', '!(profile.points > 1000)'])(
    '%s is false where there is no value, under a not as well, and says why',
    (cel) => {
      for (const condition of [{ cel }, { not: { cel } }]) {
        const judge = judgeOf(condition, scope(), []);
        expect(judge.holds(sightOf({}))).toBe(false);
        const { items, why } = judge.trace(sightOf({}));
        expect(why ?? items?.[0]?.why).toBe('not decided: there is no value of points');
      }
    },
  );

  test('asks for the time only where it is needed', () => {
    const [asking, other] = [scope(), scope()];
    judgeOf({ cel: 'now > timestamp("2026-01-01T00:00:00Z")' }, asking, []);
    judgeOf({ cel: 'key == "a"' }, other, []);
    expect([asking.now, other.now]).toEqual([true, false]);
  });

  test('that is wrong is found where it stands', () => {
    const asking = scope();
    judgeOf({ all: [{ cel: 'profile = 1' }] }, asking, ['if']);
    expect(asking.findings).toMatchObject([{ path: ['if', 'all', 0, 'cel'], code: 'config.invalid' }]);
  });
});

describe('what a function cannot decide', () => {
  const reads = { paths: [], identities: [], audiences: [] };
  const broken: CustomerFunction = { kind: 'rule', reads, holds: () => bad('config.invalid', 'it threw') };
  const yes: CustomerFunction = { kind: 'rule', reads, holds: () => ok(true) };
  const mapping: CustomerFunction = { kind: 'mapping', reads, value: () => ok(1) };
  const tools = { ...NO_TOOLS, functions: new Map(Object.entries({ broken, yes, mapping })) };

  test.each<[Condition, boolean]>([
    [{ function: 'yes' }, true],
    [{ function: 'broken' }, false],
    [{ not: { function: 'yes' } }, false],
    [{ not: { function: 'broken' } }, false],
    [{ not: { not: { function: 'broken' } } }, false],
    [{ not: { all: [{ function: 'broken' }, { function: 'yes' }] } }, false],
    [{ any: [{ function: 'broken' }, { function: 'yes' }] }, true],
    [{ not: { any: [{ not: { function: 'yes' } }, { function: 'broken' }] } }, false],
  ])('counts against the condition: %j is %s', (condition, expected) => {
    const judge = judgeOf(condition, fakeScope(tools), []);
    expect(judge.holds(sightOf({}, NOW))).toBe(expected);
    expect(judge.trace(sightOf({}, NOW)).holds).toBe(expected);
  });

  test('is told', () => {
    const judge = judgeOf({ function: 'broken' }, fakeScope(tools), []);
    expect(judge.trace(sightOf({}, NOW)).why).toContain('it threw');
  });

  test.each([
    ['yess', 'there is no function named "yess"; did you mean "yes"? exported are "broken", "yes"'],
    ['mapping', '"mapping" is a mapping; a condition needs what defineRule made'],
  ])('%s is none that a condition may name', (name, message) => {
    const scope = fakeScope(tools);
    judgeOf({ function: name }, scope, ['if']);
    expect(scope.findings).toMatchObject([{ path: ['if', 'function'], message }]);
  });
});
