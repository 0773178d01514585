import type { Literal, Question } from '../core/expression.js';
import { proposal, quote } from '../core/names.js';
import type { PlacedTest } from './conditions.js';
import type { LintCode } from './kinds.js';
import type { PathFinding } from './places.js';
import { kindsText } from './profile-file.js';
import type { Kind, Shape } from './shape.js';

interface Wrong {
  readonly code: LintCode;
  readonly message: string;
}

/** What a literal can be compared with: a time is written as a text or a number. */
const FITTING: Readonly<Record<Literal['type'], readonly Kind[]>> = {
  text: ['text'],
  number: ['number'],
  boolean: ['boolean'],
  date: ['text', 'number'],
};

/** Kinds of the values that a question is put to: a list is asked about its items. */
function asked(shape: Shape): ReadonlySet<Kind> | undefined {
  const { kinds } = shape;
  if (!kinds?.has('list')) return kinds;
  const items = shape.item().kinds;
  return items && new Set([...[...kinds].filter((kind) => kind !== 'list'), ...items]);
}

const HINTS: Readonly<Record<string, string>> = {
  'number text': 'write the number without quotes',
  'text number': 'write the number in quotes',
  'boolean text': 'write true or false without quotes',
  'text boolean': 'write "true" or "false" in quotes',
};

function misfit(
  text: string,
  kinds: ReadonlySet<Kind>,
  needed: readonly Kind[],
  type?: Literal['type'],
): Wrong | undefined {
  if (needed.some((kind) => kinds.has(kind))) return undefined;
  const [kind] = kinds;
  const hint = kinds.size === 1 && type ? HINTS[`${kind} ${type}`] : undefined;
  return {
    code: 'check.wrong-type',
    message: `${quote(text)} is never true: it needs ${kindsText(needed)}, and the value is ${kindsText(kinds)}${hint ? `; ${hint}` : ''}`,
  };
}

function unlisted(values: Shape['values'], { type, value }: Literal): Wrong | undefined {
  if (!values || type === 'date' || values.has(value)) return undefined;
  const texts = [...values].map(String);
  const meant = proposal(String(value), texts);
  const shown = texts.slice(0, 10).map(quote).join(', ');
  const all = `it is one of ${shown}${texts.length > 10 ? ` and ${texts.length - 10} more` : ''}`;
  return {
    code: 'check.unknown-value',
    message: `the value is never ${typeof value === 'string' ? quote(value) : value}; ${meant ? `${meant} ` : ''}${all}`,
  };
}

function compared(
  text: string,
  kinds: ReadonlySet<Kind>,
  values: Shape['values'],
  literal: Literal,
): Wrong | undefined {
  return misfit(text, kinds, FITTING[literal.type], literal.type) ?? unlisted(values, literal);
}

/** What is wrong with a question to a value of a shape, or nothing. */
function wrongWith(question: Question, text: string, shape: Shape): Wrong | undefined {
  const kinds = asked(shape);
  if (question.op === 'exists' || !kinds) return undefined;
  const values = shape.kinds?.has('list') ? shape.item().values : shape.values;
  switch (question.op) {
    case 'in':
      return question.values.map((literal) => compared(text, kinds, values, literal)).find((wrong) => wrong);
    case 'contains': {
      const isList = shape.kinds?.has('list') ?? false;
      if (isList) return compared(text, kinds, values, question.value);
      return misfit(text, kinds, question.value.type === 'text' ? ['text'] : ['list']);
    }
    case 'matches':
    case 'starts with':
      return misfit(text, kinds, ['text']);
    case 'within':
      return misfit(text, kinds, ['text', 'number']);
    case '=':
    case '!=':
      return compared(text, kinds, values, question.value);
    default:
      return misfit(text, kinds, FITTING[question.value.type]);
  }
}

/** What is wrong with a test of a value of a shape, at its place; nothing when it may be true. */
export function lintTest({ test, at }: PlacedTest, shape: Shape): PathFinding | undefined {
  const wrong = wrongWith(test.question, test.text, shape);
  return wrong && { ...wrong, path: at, offset: test.at };
}
