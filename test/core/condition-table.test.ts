import { describe, expect, test } from 'vitest';
import { judgeOf } from '../../shared/core/judge.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { linearPattern } from '../../shared/tools/pattern.js';
import { COLUMNS, NOW, shownIn, TABLE } from './condition-table.js';
import { fakeScope, sightOf } from './fake-scope.js';

const now = Date.parse(NOW) * 1000;

describe.each(TABLE)('$condition', (row) => {
  const scope = fakeScope({ ...NO_TOOLS, pattern: linearPattern });
  const judge = judgeOf(row.condition, scope, []);

  test.each(COLUMNS)('%s', (column) => {
    const value = shownIn(row, column);
    const sight = sightOf(value === undefined ? {} : { x: value }, now);
    expect(judge.holds(sight)).toBe(row.holds.includes(column));
    const trace = judge.trace(sight);
    expect(trace.holds).toBe(row.holds.includes(column));
    // A `not` in front has the test below it, which comes to the opposite.
    const clause = trace.items?.[0] ?? trace;
    expect(clause.holds).toBe(trace.holds === (clause === trace));
    expect([clause.looked, clause.saw]).toEqual([true, value ?? undefined]);
    expect(clause.why ?? '').toMatch(reason(row.condition, column, clause.holds));
    expect(scope.findings).toEqual([]);
  });
});

/** What a trace must say of why a value counts as failing; nothing where it was looked at in earnest. */
function reason(condition: string, column: string, holds: boolean): RegExp {
  if (holds || condition.endsWith('exists')) return /^$/;
  if (column === 'missing' || column === 'null') return /^there is no value$/;
  return column === 'wrong type' ? /^it needs .+, and this is .+$/ : /^(|it needs .+)$/;
}

test('every operator is in the table, negated too where it can be', () => {
  const operators = [
    'exists',
    '=',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    'in',
    'contains',
    'starts with',
    'matches',
    'within',
  ];
  const negated = ['exists', 'in', 'contains', 'starts with', 'matches', 'within'].map(
    (name) => `not ${name}`,
  );
  const missing = [...operators, ...negated].filter(
    (name) => !TABLE.some(({ condition }) => condition.startsWith(`x ${name}`)),
  );
  expect(missing).toEqual([]);
});
