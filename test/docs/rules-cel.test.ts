import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Condition } from '../../shared/core/condition.js';
import { judgeOf } from '../../shared/core/judge.js';
import { NO_TOOLS } from '../../shared/core/tools.js';
import { celCompiler } from '../../shared/tools/cel.js';
import { celChecker } from '../../shared/tools/cel-check.js';
import { FUNCTIONS, METHODS } from '../../shared/tools/cel-language.js';
import { fakeScope, sightOf } from '../core/fake-scope.js';
import { blocks, page, table } from './markdown.js';

const docs = page('rules-cel.md');
const scope = () => fakeScope({ ...NO_TOOLS, cel: celCompiler() });

test('the example decides as it says', () => {
  const [example = ''] = blocks(docs, 'yaml');
  const judge = judgeOf(Condition.parse(parse(example).if), scope(), []);
  expect(judge.holds(sightOf({ orders: [{ total: 150, currency: 'EUR' }] }))).toBe(true);
  expect(
    judge.holds(
      sightOf({
        orders: [
          { total: 150, currency: 'USD' },
          { total: 50, currency: 'EUR' },
        ],
      }),
    ),
  ).toBe(false);
});

describe('what is missing', () => {
  test.each(table(docs, 'expression'))('%s: %s, %s', (cel, without, present) => {
    const judge = judgeOf({ cel }, scope(), []);
    const verdict = (holds: boolean): string => (holds ? 'yes' : 'no');
    expect(verdict(judge.holds(sightOf({})))).toBe(without);
    expect(verdict(judge.holds(sightOf({ 'loyalty.points': 1200 })))).toBe(present);
  });
});

describe('what check says', () => {
  const check = celChecker(
    new Map([
      ['loyalty.points', 'number'],
      ['birthDate', 'string'],
    ]),
  );

  test.each(table(docs, 'expression', 1))('%s: %s', (cel, fault) => {
    expect(check(cel).map(({ at, message }) => `at character ${at + 1}: ${message}`)).toEqual([fault]);
  });
});

test('every function and method is named, and no other', () => {
  const section = docs.slice(docs.indexOf('## What it may use'), docs.indexOf('`map`, `bind`'));
  const named = [...section.matchAll(/`([a-z]\w*)`/gi)].map(([, name]) => name ?? '');
  expect([...new Set(named)].sort()).toEqual([...new Set([...FUNCTIONS.keys(), ...METHODS.keys()])].sort());
});

test.each(table(docs, 'name'))('%s can be seen', (cell) => {
  for (const name of cell.replaceAll('`', '').split(', ')) {
    expect(celCompiler()(`type(${name}) == string`)).toMatchObject({ ok: true });
  }
});
