/** A template expression, taken apart. https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly Node[] }
  | { readonly kind: 'member'; readonly of: Node; readonly name: string }
  | { readonly kind: 'item'; readonly of: Node; readonly at: Node };

interface Token {
  readonly quoted: string | undefined;
  readonly number: string | undefined;
  readonly name: string | undefined;
  readonly sign: string | undefined;
}

const TOKEN = /\s*(?:'((?:[^']|'')*)'|(-?\d+)|([A-Za-z_]\w*)|([(),.[\]]))/y;

/** Parses what stands between the brackets; throws an error that says what is wrong with it. */
export function parse(text: string): Node {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`not an expression from ${JSON.stringify(text.slice(at, at + 20))} on`);
    const [, quoted, number, name, sign] = match;
    tokens.push({ quoted, number, name, sign });
  }
  let next = 0;
  const take = (sign: string): boolean => {
    if (tokens[next]?.sign !== sign) return false;
    next += 1;
    return true;
  };
  const need = (sign: string): void => {
    if (!take(sign)) throw new Error(`"${sign}" is missing in ${JSON.stringify(text)}`);
  };
  const operandsOf = (): Node[] => {
    const operands: Node[] = [];
    if (take(')')) return operands;
    do operands.push(read());
    while (take(','));
    need(')');
    return operands;
  };
  const primary = (): Node => {
    const token = tokens[next];
    next += 1;
    if (token?.quoted !== undefined) return { kind: 'text', text: token.quoted.replaceAll("''", "'") };
    if (token?.number !== undefined) return { kind: 'number', number: Number(token.number) };
    if (token?.name === undefined) throw new Error(`a value is missing in ${JSON.stringify(text)}`);
    need('(');
    return { kind: 'call', name: token.name, operands: operandsOf() };
  };
  const read = (): Node => {
    let node = primary();
    for (;;) {
      if (take('[')) {
        node = { kind: 'item', of: node, at: read() };
        need(']');
        continue;
      }
      if (!take('.')) return node;
      const name = tokens[next]?.name;
      if (name === undefined) throw new Error(`a name is missing after "." in ${JSON.stringify(text)}`);
      next += 1;
      node = { kind: 'member', of: node, name };
    }
  };
  const whole = read();
  if (next < tokens.length) throw new Error(`something stands after the end of ${JSON.stringify(text)}`);
  return whole;
}

/** What stands between the brackets of a text that is an expression; `[[` begins a plain text. */
export const expressionIn = (text: string): string | undefined =>
  text.startsWith('[') && !text.startsWith('[[') && text.endsWith(']') ? text.slice(1, -1) : undefined;
