import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Condition } from '../../shared/core/condition.js';
import { readExpression } from '../../shared/core/expression-reader.js';
import { judgeOf } from '../../shared/core/judge.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { linearPattern } from '../../shared/tools/pattern.js';
import { markdown } from '../core/condition-table.js';
import { fakeScope } from '../core/fake-scope.js';
import { blocks, page, table } from './markdown.js';

const docs = page('rules-operators.md');

test('the table of operators is the one that is tested', () => {
  const rows = markdown();
  const start = docs.split('\n').indexOf(rows[0] ?? '');
  expect(docs.split('\n').slice(start, start + rows.length + 1)).toEqual([...rows, '']);
});

test.each(table(docs, 'condition', 1))('%s is a fault: %s', (condition, fault) => {
  const read = readExpression(condition);
  expect(read.ok ? '' : `at character ${read.at + 1}: ${read.message}`).toBe(fault);
});

describe('what can be looked at', () => {
  test.each(table(docs, 'written'))('%s', (subject) => {
    expect(readExpression(`${subject} exists`).ok).toBe(true);
  });
});

describe('what it can be compared with', () => {
  const written = table(docs, 'written', 1).flatMap(([cell = '']) =>
    cell.replaceAll('`', '').split(/, (?![^[]*\])/),
  );

  test.each(written)('%s', (literal) => {
    const condition = literal.startsWith('[') ? `x in ${literal}` : `x = ${literal}`;
    expect(readExpression(condition)).toMatchObject({ ok: true });
  });
});

test('the example is a condition', () => {
  const [example = ''] = blocks(docs, 'yaml');
  const scope = fakeScope({ ...NO_TOOLS, pattern: linearPattern });
  judgeOf(Condition.parse(parse(example).if), scope, ['if']);
  expect(scope.findings).toEqual([]);
});
