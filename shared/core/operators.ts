import type { Comparison, Literal, Question } from './expression.js';
import { ok, type Result } from './fault.js';
import type { Json } from './ports.js';
import { parseTime } from './time.js';
import type { Tools } from './tools.js';

/** What is asked of one value that is no list. `now` is in epoch microseconds. */
interface Check {
  /** The kind of value it is about, for people. */
  readonly needs: string;
  readonly fits: (value: Json) => boolean;
  /** Never true of a value that does not fit. */
  readonly passes: (value: Json, now: number) => boolean;
}

/** What is asked of a value: of the value itself, or of each element when it is a list. */
export interface Operator {
  readonly one: Check;
  readonly each: Check;
}

const alike = (check: Check): Operator => ({ one: check, each: check });

const isText = (value: Json): value is string => typeof value === 'string';

/** Times are texts or epoch numbers, as Adobe sends both. */
const timeOf = (value: Json): number | undefined =>
  typeof value === 'string' || typeof value === 'number' ? parseTime(value) : undefined;

const TYPES = { text: 'string', number: 'number', boolean: 'boolean' } as const;

/** Whether a value is what was written; nothing is converted, so "5" is not 5. */
function same(literal: Literal): Check {
  if (literal.type === 'date') {
    return { needs: 'a date', fits: isTime, passes: (value) => timeOf(value) === literal.value };
  }
  const type = TYPES[literal.type];
  return {
    needs: `a ${literal.type}`,
    fits: (value) => typeof value === type,
    passes: (value) => value === literal.value,
  };
}

const isTime = (value: Json): boolean => timeOf(value) !== undefined;

const ORDERS: Readonly<Record<Exclude<Comparison, '=' | '!='>, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function ordered(op: keyof typeof ORDERS, literal: Literal): Check {
  const order = ORDERS[op];
  const bound = Number(literal.value);
  const measure =
    literal.type === 'date' ? timeOf : (value: Json) => (typeof value === 'number' ? value : undefined);
  return {
    needs: literal.type === 'date' ? 'a date' : 'a number',
    fits: (value) => measure(value) !== undefined,
    passes: (value) => {
      const measured = measure(value);
      return measured !== undefined && order(measured, bound);
    },
  };
}

const textual = (passes: (text: string) => boolean): Check => ({
  needs: 'a text',
  fits: isText,
  passes: (value) => isText(value) && passes(value),
});

/** Longest text that is matched with a pattern: the time it takes grows with the text and the pattern. */
export const MOST_MATCHED = 10_000;

function matching(test: (text: string) => boolean): Check {
  const fits = (value: Json): value is string => isText(value) && value.length <= MOST_MATCHED;
  return {
    needs: `a text of at most ${MOST_MATCHED} characters`,
    fits,
    passes: (value) => fits(value) && test(value),
  };
}

/** A text contains a part of itself; a list contains an element. */
function contains(literal: Literal): Operator {
  const { value } = literal;
  const none = { needs: 'a list', fits: () => false, passes: () => false };
  const part = isText(value) ? textual((text) => text.includes(value)) : none;
  return { one: { ...part, needs: isText(value) ? 'a text or a list' : 'a list' }, each: same(literal) };
}

function oneOf(literals: readonly Literal[]): Check {
  const checks = literals.map(same);
  return {
    needs: [...new Set(checks.map(({ needs }) => needs))].join(' or '),
    fits: (value) => checks.some((check) => check.fits(value)),
    passes: (value, now) => checks.some((check) => check.passes(value, now)),
  };
}

function within(side: 'last' | 'next', micros: number): Check {
  return {
    needs: 'a date',
    fits: isTime,
    passes: (value, now) => {
      const time = timeOf(value);
      if (time === undefined) return false;
      const away = side === 'next' ? time - now : now - time;
      return away >= 0 && away <= micros;
    },
  };
}

/** Every question but `exists`, which is not about a value but about there being one; `!=` is asked as `=`. */
export type Asked = Exclude<Question, { readonly op: 'exists' }>;

/** Makes a question ready to be asked. Bad: a pattern that is none. */
export function operatorOf(question: Asked, tools: Tools): Result<Operator> {
  switch (question.op) {
    case 'in':
      return ok(alike(oneOf(question.values)));
    case 'contains':
      return ok(contains(question.value));
    case 'starts with':
      return ok(alike(textual((text) => text.startsWith(question.value))));
    case 'within':
      return ok(alike(within(question.side, question.micros)));
    case 'matches': {
      const pattern = tools.pattern(question.value);
      return pattern.ok ? ok(alike(matching(pattern.value))) : pattern;
    }
    case '=':
    case '!=':
      return ok(alike(same(question.value)));
    default:
      return ok(alike(ordered(question.op, question.value)));
  }
}
