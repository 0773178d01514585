import { type Expression, Expressions } from './pebble-expression.js';

/*
 * A strict reader of the part of Pebble that Adobe allows in templates, written from Pebble's documentation and Adobe's
 * pages; no Pebble runs on Node. What it does not know it refuses.
 *
 *   template   = { text | "{#" … "#}" | "{{" expression "}}" | for | if | set }       a "-" inside a brace takes white space
 *   for        = "{% for NAME in expression %}" template "{% endfor %}"
 *   if         = "{% if expression %}" template [ "{% else %}" template ] "{% endif %}"
 *   set        = "{% set NAME = expression %}"
 *   expression = and { "or" and }        and = not { "and" not }        not = [ "not" ] test
 *   test       = value [ "==" value | "is" [ "not" ] "empty" ]
 *   value      = primary { "." NAME | "[" expression "]" | "|" NAME }
 *   primary    = TEXT | NUMBER | NAME | NAME "(" [ expression { "," expression } ] ")" | "(" expression ")"
 */

/** A part of a template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly of: Expression }
  | { readonly kind: 'for'; readonly name: string; readonly over: Expression; readonly body: readonly Node[] }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | { readonly kind: 'set'; readonly name: string; readonly to: Expression };

/** A tag or text, with what is written in it. */
type Piece = readonly [kind: 'text' | 'print' | 'tag', text: string];

const PIECES = /\{#-?[\s\S]*?-?#\}|\{\{-?[\s\S]*?-?\}\}|\{%-?[\s\S]*?-?%\}/g;

function piecesOf(template: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  let trims = false;
  const text = (upTo: number, trimsNext: boolean): void => {
    let between = template.slice(end, upTo);
    if (trims) between = between.trimStart();
    if (trimsNext) between = between.trimEnd();
    if (between !== '') pieces.push(['text', between]);
  };
  for (const { 0: whole, index } of template.matchAll(PIECES)) {
    text(index, whole[2] === '-');
    end = index + whole.length;
    trims = whole.at(-3) === '-';
    const inside = whole.slice(2, -2).replace(/^-|-$/g, '').trim();
    if (whole[1] !== '#') pieces.push([whole[1] === '{' ? 'print' : 'tag', inside]);
  }
  text(template.length, false);
  return pieces;
}

function bodyOf(pieces: Piece[], ends: readonly string[]): { nodes: Node[]; end: string } {
  const nodes: Node[] = [];
  for (let next = pieces.shift(); next; next = pieces.shift()) {
    const [kind, text] = next;
    if (kind === 'tag' && ends.includes(text)) return { nodes, end: text };
    nodes.push(
      kind === 'text'
        ? { kind, text }
        : kind === 'print'
          ? { kind, of: new Expressions(text).whole() }
          : tagOf(text, pieces),
    );
  }
  if (!ends.includes('')) throw new Error(`Pebble: ${ends.join(' or ')} is missing`);
  return { nodes, end: '' };
}

function tagOf(text: string, pieces: Piece[]): Node {
  const reader = new Expressions(text);
  if (reader.take('set')) {
    const name = reader.word();
    reader.need('=');
    return { kind: 'set', name, to: reader.whole() };
  }
  if (reader.take('for')) {
    const name = reader.word();
    reader.need('in');
    return { kind: 'for', name, over: reader.whole(), body: bodyOf(pieces, ['endfor']).nodes };
  }
  if (!reader.take('if')) throw new Error(`Pebble: Adobe does not allow the tag ${text}`);
  const test = reader.whole();
  const { nodes, end } = bodyOf(pieces, ['else', 'endif']);
  return { kind: 'if', test, body: nodes, otherwise: end === 'else' ? bodyOf(pieces, ['endif']).nodes : [] };
}

/** Reads a template; throws for what Adobe does not allow, and for what this reader does not know. */
export const readTemplate = (template: string): readonly Node[] => bodyOf(piecesOf(template), ['']).nodes;
