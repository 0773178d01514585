/** An expression. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: Expression }
  | { readonly kind: 'filter'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'not' | 'empty'; readonly of: Expression }
  | { readonly kind: 'and' | 'or' | 'equal'; readonly left: Expression; readonly right: Expression };

const TOKEN = /\s*(?:([A-Za-z_]\w*)|(\d+)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(==|[.[\]|(),=]))/y;

type Token =
  | { readonly kind: 'word' | 'mark'; readonly text: string }
  | { readonly kind: 'value'; readonly value: string | number };

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = text.trim();
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(trimmed);
    if (!found) throw new Error(`Pebble: cannot read ${JSON.stringify(trimmed.slice(at))}`);
    const [, word, number, double, single, mark] = found;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else
      tokens.push({ kind: 'value', value: number === undefined ? (double ?? single ?? '') : Number(number) });
  }
  return tokens;
}

/** Reads the expression of a tag; throws for what it does not know. */
export class Expressions {
  readonly tokens: Token[];

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  /** Takes the next token when it is this one. */
  take(text: string): boolean {
    const [next] = this.tokens;
    if (next === undefined || next.kind === 'value' || next.text !== text) return false;
    this.tokens.shift();
    return true;
  }

  need(text: string): void {
    if (!this.take(text)) throw new Error(`Pebble: ${text} is missing before ${JSON.stringify(this.tokens)}`);
  }

  word(): string {
    const next = this.tokens.shift();
    if (next?.kind !== 'word')
      throw new Error(`Pebble: a name is missing before ${JSON.stringify(this.tokens)}`);
    return next.text;
  }

  whole(): Expression {
    const found = this.or();
    if (this.tokens.length > 0) throw new Error(`Pebble: ${JSON.stringify(this.tokens)} is too much`);
    return found;
  }

  or(): Expression {
    let left = this.and();
    while (this.take('or')) left = { kind: 'or', left, right: this.and() };
    return left;
  }

  and(): Expression {
    let left = this.not();
    while (this.take('and')) left = { kind: 'and', left, right: this.not() };
    return left;
  }

  not(): Expression {
    return this.take('not') ? { kind: 'not', of: this.test() } : this.test();
  }

  test(): Expression {
    const left = this.value();
    if (this.take('==')) return { kind: 'equal', left, right: this.value() };
    if (!this.take('is')) return left;
    const negated = this.take('not');
    this.need('empty');
    return negated ? { kind: 'not', of: { kind: 'empty', of: left } } : { kind: 'empty', of: left };
  }

  value(): Expression {
    let of = this.primary();
    for (;;) {
      if (this.take('.')) of = { kind: 'member', of, name: { kind: 'literal', value: this.word() } };
      else if (this.take('|')) of = { kind: 'filter', of, name: this.word() };
      else if (this.take('[')) {
        of = { kind: 'member', of, name: this.or() };
        this.need(']');
      } else return of;
    }
  }

  primary(): Expression {
    const [next] = this.tokens;
    if (next?.kind === 'value') {
      this.tokens.shift();
      return { kind: 'literal', value: next.value };
    }
    if (this.take('(')) {
      const inside = this.or();
      this.need(')');
      return inside;
    }
    const name = this.word();
    if (!this.take('(')) return { kind: 'name', name };
    const args: Expression[] = [];
    while (!this.take(')')) {
      args.push(this.or());
      this.take(',');
    }
    return { kind: 'call', name, args };
  }
}
