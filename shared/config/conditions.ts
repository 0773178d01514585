import type { Condition } from '../core/condition.js';
import type { Expression, Test } from '../core/expression.js';
import { readExpression } from '../core/expression-reader.js';
import type { RulesFile } from '../core/rules.js';
import type { FilePath } from '../core/scope.js';

/** A test of a condition that is written as text, where that text stands in the file. */
export interface PlacedTest {
  readonly test: Test;
  readonly at: FilePath;
}

/** A part of a condition that is decided by a library or by the customer's code. */
export interface PlacedEscape {
  readonly kind: 'cel' | 'function';
  readonly text: string;
  readonly at: FilePath;
}

const testsIn = (expression: Expression): readonly Test[] => {
  if (expression.kind === 'test') return [expression.test];
  return expression.kind === 'not' ? testsIn(expression.item) : expression.items.flatMap(testsIn);
};

type Leaf = PlacedTest | PlacedEscape;

function leaves(condition: Condition, at: FilePath): readonly Leaf[] {
  if (typeof condition === 'string') {
    const read = readExpression(condition);
    return read.ok ? testsIn(read.expression).map((test) => ({ test, at })) : [];
  }
  if ('not' in condition) return leaves(condition.not, [...at, 'not']);
  if ('cel' in condition) return [{ kind: 'cel', text: condition.cel, at: [...at, 'cel'] }];
  if ('function' in condition)
    return [{ kind: 'function', text: condition.function, at: [...at, 'function'] }];
  const [word, items] =
    'all' in condition ? (['all', condition.all] as const) : (['any', condition.any] as const);
  return items.flatMap((item, i) => leaves(item, [...at, word, i]));
}

/** Every part of every rule's `if`, in the order of the file. What cannot be read is left out: another finding tells of it. */
export function conditionsOf({ rules }: RulesFile): {
  readonly tests: readonly PlacedTest[];
  readonly escapes: readonly PlacedEscape[];
} {
  const all = rules.flatMap((rule, i) => (rule.if === undefined ? [] : leaves(rule.if, ['rules', i, 'if'])));
  return {
    tests: all.filter((leaf): leaf is PlacedTest => 'test' in leaf),
    escapes: all.filter((leaf): leaf is PlacedEscape => 'kind' in leaf),
  };
}
