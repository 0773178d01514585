import { COMPARISONS, type Comparison, type Expression, type Literal, type Question } from './expression.js';
import { hint, RESERVED, type Token, tokensOf, Unreadable } from './expression-tokens.js';
import { literalOf, microsOf, UNITS } from './literal.js';
import { quote } from './names.js';
import { subjectOf } from './subject.js';

/** Longest condition: past this nobody can read it. */
const MOST_CHARACTERS = 4_000;
const MOST_DEPTH = 50;

const OPERATORS = ['exists', 'in', 'contains', 'starts with', 'matches', 'within', 'not'];

/** A recursive descent, one method a level of the grammar: or, and, not, one test. */
class ExpressionReader {
  private readonly source: string;
  private readonly tokens: readonly Token[];
  private next = 0;
  private depth = 0;

  constructor(source: string) {
    this.source = source;
    this.tokens = tokensOf(source);
  }

  whole(): Expression {
    const expression = this.either();
    if (this.peek().kind !== 'end') this.expected('and, or, or the end', ['and', 'or']);
    return expression;
  }

  private either(): Expression {
    this.depth += 1;
    if (this.depth > MOST_DEPTH) {
      throw new Unreadable(this.peek().at, `the condition is nested deeper than ${MOST_DEPTH} levels`);
    }
    const first = this.both();
    const items = [first];
    while (this.take('or')) items.push(this.both());
    this.depth -= 1;
    return items.length === 1 ? first : { kind: 'or', items };
  }

  private both(): Expression {
    const first = this.negation();
    const items = [first];
    while (this.take('and')) items.push(this.negation());
    return items.length === 1 ? first : { kind: 'and', items };
  }

  private negation(): Expression {
    let negated = false;
    while (this.take('not')) negated = !negated;
    const item = this.primary();
    return negated ? { kind: 'not', item } : item;
  }

  private primary(): Expression {
    if (!this.take('(')) return this.test();
    const inner = this.either();
    if (!this.take(')')) this.expected('and, or, or a closing )', ['and', 'or']);
    return inner;
  }

  private test(): Expression {
    const token = this.peek();
    if (token.kind !== 'word' || RESERVED.has(token.text)) {
      this.expected('an attribute path such as loyalty.points', []);
    }
    this.next += 1;
    const subject = subjectOf(token);
    const negated = this.take('not');
    const question = this.question(negated);
    const end = this.tokens[this.next - 1]?.end;
    const text = this.source.slice(token.at, end);
    return { kind: 'test', test: { subject, question, negated, text, at: token.at } };
  }

  private question(negated: boolean): Question {
    if (this.take('exists')) return { op: 'exists' };
    if (this.take('in')) return { op: 'in', values: this.list() };
    if (this.take('contains')) return { op: 'contains', value: this.part() };
    if (this.take('matches')) return { op: 'matches', value: this.text() };
    if (this.take('within')) return this.within();
    if (this.take('starts')) {
      if (!this.take('with')) this.expected('with, as in: name starts with "A"', ['with']);
      return { op: 'starts with', value: this.text() };
    }
    const sign = negated ? undefined : COMPARISONS.find((op) => this.take(op));
    if (sign) return { op: sign, value: this.compared(sign) };
    return this.expected(
      `${OPERATORS.slice(0, -1).join(', ')}${negated ? '' : ` or one of = != < <= > >=`}`,
      OPERATORS,
    );
  }

  private compared(op: Comparison): Literal {
    const { at } = this.peek();
    const value = this.literal();
    if (op === '=' || op === '!=' || value.type === 'number' || value.type === 'date') return value;
    const advice = 'write 1000 or 2026-01-31, without quotes';
    throw new Unreadable(at, `${op} compares numbers and dates, not a ${value.type}; ${advice}`);
  }

  private part(): Literal {
    const { at } = this.peek();
    const value = this.literal();
    if (value.type !== 'date') return value;
    throw new Unreadable(at, 'contains looks for a text, a number, true or false; put a date in quotes');
  }

  private within(): Question {
    const side = this.take('next') ? 'next' : 'last';
    if (side === 'last') this.take('last');
    const { kind, text } = this.peek();
    const amount = kind === 'number' ? Number(text) : 0;
    if (!(amount > 0)) this.expected('a number above 0, as in: within 7 days', ['last', 'next']);
    this.next += 1;
    const unit = this.peek();
    const micros = microsOf(unit.text);
    if (micros === undefined) return this.expected('minutes, hours, days or weeks', UNITS);
    this.next += 1;
    return { op: 'within', side, micros: amount * micros };
  }

  private list(): readonly Literal[] {
    const close = this.take('[') ? ']' : this.take('(') ? ')' : undefined;
    if (close === undefined) return this.expected('a list such as ["gold", "silver"]', []);
    const values = [this.literal()];
    while (this.take(',')) values.push(this.literal());
    if (!this.take(close)) this.expected(`a comma or a closing ${close}`, []);
    return values;
  }

  private literal(): Literal {
    const { kind, text, at } = this.peek();
    const value = literalOf(kind, text, at);
    if (value === undefined)
      return this.expected('a "text" in quotes, a number, a date, true or false', ['true', 'false']);
    this.next += 1;
    return value;
  }

  private text(): string {
    const { kind, text } = this.peek();
    if (kind !== 'text') this.expected('a "text" in quotes', []);
    this.next += 1;
    return text;
  }

  private peek(): Token {
    const token = this.tokens[this.next];
    if (!token) throw new Error('read past the end of a condition');
    return token;
  }

  /** Steps over a word or sign if it is the next one. */
  private take(text: string): boolean {
    const token = this.peek();
    if (token.text !== text || (token.kind !== 'word' && token.kind !== 'sign')) return false;
    this.next += 1;
    return true;
  }

  private expected(what: string, known: readonly string[]): never {
    const { text, at, kind } = this.peek();
    if (kind === 'end') throw new Unreadable(at, `expected ${what}, but the condition ends here`);
    throw new Unreadable(at, `expected ${what}, found ${quote(text)}${hint(text, known)}`);
  }
}

/** What a text came to: an expression, or what is wrong with it and the offset where. */
export type ReadExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly at: number; readonly message: string };

/**
 * Reads a condition such as `person.name.lastName exists and (loyalty.points >= 1000 or loyalty.tier in ["gold"])`.
 * `not` binds closest, then `and`, then `or`. Whatever the text is, it ends soon and does not throw.
 */
export function readExpression(source: string): ReadExpression {
  if (source.length > MOST_CHARACTERS) {
    const message = `the condition has ${source.length} characters, more than ${MOST_CHARACTERS}; make several of it with all or any`;
    return { ok: false, at: MOST_CHARACTERS, message };
  }
  try {
    return { ok: true, expression: new ExpressionReader(source).whole() };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { ok: false, at: error.at, message: error.message };
  }
}
