import { nearest, quote } from './names.js';

/** A piece of a condition: `at` and `end` are offsets; `text` of a quoted text is what stands between its quotes. */
export interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'date' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
  readonly end: number;
}

/** What keeps a text from being a condition, and the offset where. Thrown by its readers only, and caught there. */
export class Unreadable extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/** Words that mean something wherever they stand, so that no path may be named so. */
export const RESERVED: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'exists',
  'in',
  'contains',
  'starts',
  'with',
  'matches',
  'within',
  'true',
  'false',
]);

/** Signs and words of other languages, and what stands for them here. */
const INSTEAD: Readonly<Record<string, string>> = {
  '==': '=',
  '===': '=',
  '=~': 'matches',
  '!==': '!=',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
  '&&': 'and',
  '||': 'or',
  '&': 'and',
  '|': 'or',
  '!': 'not',
  is: '=',
  equals: '=',
  has: 'contains',
  includes: 'contains',
  like: 'matches',
  startsWith: 'starts with',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
};

// Each pattern is tried at one place only (sticky), and no character can belong to two parts of one.
const SPACE = /\s+/y;
const DATE = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w.:-])/y;
const NUMBER = /-?\d+(?:\.\d+)?(?![\w.:-])/y;
const WORD = /[$A-Za-z_][\w$.:-]*/y;
/** Goes on after a word: `[0]`, `[type=home]`, and what follows them. Whether it is a path, the path's schema says. */
const STEPS = /(?:\[[^[\]\n]*\][\w$.:-]*)+/y;
const SIGN = /[!<>]=(?!=)|[=<>](?![=<>~])|[()[\],]/y;
const FOREIGN = /[=!<>~&|]+/y;
/** A run of whatever is left, for the message. */
const OTHER = /[^\s()[\],'"]+|./uy;

function take(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** A hint for a word or sign that means nothing: what was probably meant. */
export function hint(text: string, known: Iterable<string>): string {
  const meant = Object.hasOwn(INSTEAD, text) ? [INSTEAD[text]] : nearest(text, known);
  return meant.length === 0 ? '' : `; did you mean ${meant.join(' or ')}?`;
}

/** A text in quotes. A backslash stays what it is, as patterns are full of them, unless a quote or another one follows. */
function quoted(source: string, at: number): Token {
  const sign = source[at];
  let text = '';
  for (let i = at + 1; i < source.length; i++) {
    const char = source[i] ?? '';
    const next = source[i + 1];
    if (char === sign) return { kind: 'text', text, at, end: i + 1 };
    if (char === '\\' && (next === sign || next === '\\')) {
      text += next;
      i += 1;
    } else text += char;
  }
  throw new Unreadable(at, `the text that begins here has no closing ${sign}`);
}

function word(source: string, at: number): Token | undefined {
  const head = take(WORD, source, at);
  if (head === undefined) return undefined;
  const steps = RESERVED.has(head) ? undefined : take(STEPS, source, at + head.length);
  const text = head + (steps ?? '');
  return { kind: 'word', text, at, end: at + text.length };
}

function tokenAt(source: string, at: number): Token {
  const first = source[at];
  if (first === '"' || first === "'") return quoted(source, at);
  for (const [kind, pattern] of [
    ['date', DATE],
    ['number', NUMBER],
    ['sign', SIGN],
  ] as const) {
    const text = take(pattern, source, at);
    if (text !== undefined) return { kind, text, at, end: at + text.length };
  }
  const found = word(source, at);
  if (found) return found;
  const text = take(FOREIGN, source, at) ?? take(OTHER, source, at) ?? '';
  const known = Object.hasOwn(INSTEAD, text) ? text : (text[0] ?? '');
  throw new Unreadable(at, `${quote(text)} means nothing here${hint(known, [])}`);
}

/** Cuts a condition into its tokens, of which the last is its end. Throws {@link Unreadable}. */
export function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = take(SPACE, source, 0)?.length ?? 0;
  while (at < source.length) {
    const token = tokenAt(source, at);
    tokens.push(token);
    at = token.end + (take(SPACE, source, token.end)?.length ?? 0);
  }
  return [...tokens, { kind: 'end', text: '', at: source.length, end: source.length }];
}
