import type { Condition } from '../core/condition.js';
import type { Expression, Literal, Test } from '../core/expression.js';
import { readExpression } from '../core/expression-reader.js';

/** One test of a condition, or its opposite, that must hold for the whole to hold. */
export interface Demand {
  readonly test: Test;
  readonly opposite: boolean;
}

function demandsOf(expression: Expression, opposite = false): readonly Demand[] {
  if (expression.kind === 'test') return [{ test: expression.test, opposite }];
  if (expression.kind === 'not') return demandsOf(expression.item, !opposite);
  // "not (a or b)" demands the opposite of both, as "a and b" demands both; the others leave a choice.
  return expression.kind === (opposite ? 'or' : 'and')
    ? expression.items.flatMap((item) => demandsOf(item, opposite))
    : [];
}

/** What must hold for a condition to hold, as far as that can be told from how it is written. */
export function demands(condition: Condition): readonly Demand[] {
  if (typeof condition === 'string') {
    const read = readExpression(condition);
    return read.ok ? demandsOf(read.expression) : [];
  }
  return 'all' in condition ? condition.all.flatMap(demands) : [];
}

type Kind = 'text' | 'number' | 'boolean' | 'time';

/** Values that a test allows, for one value that is no list. */
interface Allowed {
  readonly kinds: ReadonlySet<Kind>;
  /** All that it allows, when they are few. */
  readonly values?: readonly Literal['value'][];
  readonly least?: number;
  readonly most?: number;
  readonly above?: number;
  readonly below?: number;
  readonly start?: string;
}

const KINDS: Readonly<Record<Literal['type'], Kind>> = {
  text: 'text',
  number: 'number',
  boolean: 'boolean',
  date: 'time',
};

const one = (kind: Kind, more: Omit<Allowed, 'kinds'> = {}): Allowed => ({ kinds: new Set([kind]), ...more });

const EDGES = { '<': 'below', '<=': 'most', '>': 'above', '>=': 'least' } as const;

/** What a test allows that is asked as it stands; undefined when that is anything. */
function allowed({ question, negated }: Test): Allowed | undefined {
  if (negated) return undefined;
  switch (question.op) {
    case 'exists':
    case 'contains':
    case '!=':
      return undefined;
    case 'matches':
      return one('text');
    case 'starts with':
      return one('text', { start: question.value });
    case 'within':
      return one('time');
    case 'in': {
      const kinds = new Set(question.values.map(({ type }) => KINDS[type]));
      return { kinds, values: question.values.map(({ value }) => value) };
    }
    case '=':
      return one(KINDS[question.value.type], { values: [question.value.value] });
    default: {
      const { type, value } = question.value;
      return one(KINDS[type], { [EDGES[question.op]]: Number(value) });
    }
  }
}

/** A time may be written as a text or a number. */
const fits = (a: Kind, b: Kind): boolean =>
  a === b || (a === 'time' && b !== 'boolean') || (b === 'time' && a !== 'boolean');

const kindsMeet = (a: Allowed, b: Allowed): boolean =>
  [...a.kinds].some((x) => [...b.kinds].some((y) => fits(x, y)));

function passes(value: Literal['value'], { least, most, above, below, start, values }: Allowed): boolean {
  if (values) return values.includes(value);
  if (typeof value === 'string') return start === undefined || value.startsWith(start);
  if (typeof value === 'boolean') return true;
  return (
    value >= (least ?? -Infinity) &&
    value <= (most ?? Infinity) &&
    value > (above ?? -Infinity) &&
    value < (below ?? Infinity)
  );
}

function meet(a: Allowed, b: Allowed): boolean {
  if (!kindsMeet(a, b)) return false;
  if ([...a.kinds, ...b.kinds].includes('time') && !(a.kinds.has('time') && b.kinds.has('time'))) return true;
  if (a.values) return a.values.some((value) => passes(value, b));
  if (b.values) return b.values.some((value) => passes(value, a));
  if (a.start !== undefined && b.start !== undefined)
    return a.start.startsWith(b.start) || b.start.startsWith(a.start);
  const low = Math.max(a.least ?? a.above ?? -Infinity, b.least ?? b.above ?? -Infinity);
  const high = Math.min(a.most ?? a.below ?? Infinity, b.most ?? b.below ?? Infinity);
  const isOpen = [a.above, b.above].includes(low) || [a.below, b.below].includes(high);
  return low < high || (low === high && !isOpen);
}

/** How two demands on one value shut each other out. */
export interface Clash {
  readonly first: Demand;
  readonly second: Demand;
  /** False when a list could still fulfil both, each with another of its elements. */
  readonly evenAsList: boolean;
}

const subjectKey = ({ subject }: Test): string => JSON.stringify(subject);

/** Whether a test needs something to be there: an empty text is nothing, and yet it is not "x". */
function needsThere({ test, opposite }: Demand): boolean {
  if (opposite || test.negated) return false;
  const { question } = test;
  if (question.op === '=') return question.value.value !== '';
  return ['exists', '<', '<=', '>', '>=', 'within'].includes(question.op);
}

const isAbsence = ({ test, opposite }: Demand): boolean => opposite && test.question.op === 'exists';

/** Whether the one is `a = 1` and the other `a != 1`, or the like. */
function isDenied(a: Test, b: Test): boolean {
  if (a.question.op !== '=') return false;
  const { value } = a.question.value;
  if (b.question.op === '!=') return b.question.value.value === value;
  if (!b.negated) return false;
  return b.question.op === 'in' && b.question.values.some((other) => other.value === value);
}

function clashOf(first: Demand, second: Demand): Clash | undefined {
  const surely = { first, second, evenAsList: true };
  if (isAbsence(first) !== isAbsence(second)) {
    return needsThere(isAbsence(first) ? second : first) ? surely : undefined;
  }
  if (first.opposite !== second.opposite) return first.test.text === second.test.text ? surely : undefined;
  if (first.opposite) return undefined;
  if (isDenied(first.test, second.test) || isDenied(second.test, first.test)) return surely;
  const [a, b] = [allowed(first.test), allowed(second.test)];
  return a && b && !meet(a, b) ? { first, second, evenAsList: false } : undefined;
}

/** Most demands that are held against each other: more are written by machines. */
const MOST = 50;

/** Two of some demands that cannot both hold, or nothing. */
export function clash(all: readonly Demand[]): Clash | undefined {
  const some = all.slice(0, MOST);
  for (const [i, first] of some.entries())
    for (const second of some.slice(i + 1)) {
      if (subjectKey(first.test) !== subjectKey(second.test)) continue;
      const found = clashOf(first, second);
      if (found) return found;
    }
  return undefined;
}
