import fc from 'fast-check';
import type { Expression, Literal, Question, Subject, Test } from '../../shared/core/expression.js';

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** ISO text of an instant, to the microsecond. */
function iso(micros: number): string {
  const whole = new Date(Math.floor(micros / 1_000_000) * 1000).toISOString().slice(0, 19);
  return `${whole}.${digits(micros - Math.floor(micros / 1_000_000) * 1_000_000, 6)}Z`;
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

function literal(value: Literal): string {
  if (value.type === 'text') return quoted(value.value);
  return value.type === 'date' ? iso(value.value) : String(value.value);
}

function subject(of: Subject): string {
  if (of.kind === 'key') return '$key';
  return of.kind === 'path' ? of.path : `$identity.${of.namespace}`;
}

function question(asked: Question): string {
  switch (asked.op) {
    case 'exists':
      return 'exists';
    case 'in':
      return `in [${asked.values.map(literal).join(', ')}]`;
    case 'within':
      return `within ${asked.side} ${asked.micros / 60_000_000} minutes`;
    case 'starts with':
    case 'matches':
      return `${asked.op} ${quoted(asked.value)}`;
    default:
      return `${asked.op} ${literal(asked.value)}`;
  }
}

const testText = ({ subject: of, negated, question: asked }: Test): string =>
  `${subject(of)} ${negated ? 'not ' : ''}${question(asked)}`;

/** Writes an expression, with parentheses around everything that is made of parts. */
export function written(expression: Expression): string {
  if (expression.kind === 'test') return testText(expression.test);
  if (expression.kind === 'not') return `not (${written(expression.item)})`;
  return expression.items.map((item) => `(${written(item)})`).join(` ${expression.kind} `);
}

/** The same with nothing but what it means: where it was written is left out. */
export function meaning(expression: Expression): unknown {
  if (expression.kind === 'not') return { not: meaning(expression.item) };
  if (expression.kind !== 'test') return { [expression.kind]: expression.items.map(meaning) };
  const { subject: of, question: asked, negated } = expression.test;
  return { of, asked, negated };
}

const text = fc.string({ unit: 'binary', maxLength: 12 });
const number = fc
  .oneof(
    fc.integer(),
    fc.integer({ min: -9999, max: 9999 }).map((n) => n / 8),
  )
  .map((n) => n || 0);
const instant = fc.integer({ min: 0, max: 4_000_000_000_000_000 });

const literals: fc.Arbitrary<Literal> = fc.oneof(
  text.map((value) => ({ type: 'text' as const, value })),
  number.map((value) => ({ type: 'number' as const, value })),
  fc.boolean().map((value) => ({ type: 'boolean' as const, value })),
  instant.map((value) => ({ type: 'date' as const, value })),
);
const ordered = literals.filter(({ type }) => type === 'number' || type === 'date');
const parts = literals.filter(({ type }) => type !== 'date');

const questions: fc.Arbitrary<Question> = fc.oneof(
  fc.constant({ op: 'exists' as const }),
  fc.record({ op: fc.constantFrom('=' as const, '!=' as const), value: literals }),
  fc.record({
    op: fc.constantFrom('<' as const, '<=' as const, '>' as const, '>=' as const),
    value: ordered,
  }),
  fc.record({ op: fc.constant('in' as const), values: fc.array(literals, { minLength: 1, maxLength: 3 }) }),
  fc.record({ op: fc.constant('contains' as const), value: parts }),
  fc.record({ op: fc.constantFrom('starts with' as const, 'matches' as const), value: text }),
  fc.record({
    op: fc.constant('within' as const),
    side: fc.constantFrom('last' as const, 'next' as const),
    micros: fc.integer({ min: 1, max: 1_000_000 }).map((minutes) => minutes * 60_000_000),
  }),
);

const subjects: fc.Arbitrary<Subject> = fc.oneof(
  fc
    .constantFrom('a', '_t.b-c.d', 'lines[0].sku', 'ad[type=home].city', 'x.and.not', 'x.y:z')
    .map((path) => ({ kind: 'path' as const, path })),
  fc.constantFrom('email', 'CRM-id', '_x').map((namespace) => ({ kind: 'identity' as const, namespace })),
  fc.constant({ kind: 'key' as const }),
);

const NEGATABLE = ['exists', 'in', 'contains', 'starts with', 'matches', 'within'];

/** One test of one value. */
export const tests: fc.Arbitrary<Test> = fc
  .record({
    subject: subjects,
    question: questions,
    negated: fc.boolean(),
    at: fc.constant(0),
    text: fc.constant(''),
  })
  .map((test) => ({ ...test, negated: test.negated && NEGATABLE.includes(test.question.op) }));

/** Any expression that a text can say: two or more of and, or; no `not` of a `not`. */
export const expressions: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression; plain: Expression }>(
  (tie) => ({
    plain: fc.oneof(
      { maxDepth: 4 },
      tests.map((test) => ({ kind: 'test' as const, test })),
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        items: fc.array(tie('any'), { minLength: 2, maxLength: 3 }),
      }),
    ),
    any: fc.oneof(
      tie('plain'),
      tie('plain').map((item) => ({ kind: 'not' as const, item })),
    ),
  }),
).any;
