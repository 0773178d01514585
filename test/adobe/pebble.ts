import type { Expression } from './pebble-expression.js';
import { type Node, readTemplate } from './pebble-reader.js';

/** A text that must not be escaped any more. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Scope = Map<string, unknown>;
type Members = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Raw);

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isMap(value) && Object.keys(value).length === 0);

/** Pebble's escaping, which is on unless a text has gone through `raw`. */
const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

/**
 * What printing gives. That objects print as JSON is taken from Adobe's advice to export raw profiles with
 * `{{profile|raw}}`, and cannot be checked without Adobe.
 */
const printed = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

const withStatus = (status: string) => (value: unknown) =>
  isMap(value)
    ? Object.fromEntries(
        Object.entries(value).filter(([, member]) => isMap(member) && member['status'] === status),
      )
    : {};

const added = withStatus('realized');
const removed = withStatus('exited');

const formUrlEncode = (...pairs: readonly unknown[]): string => {
  const form = new URLSearchParams();
  for (let i = 0; i < pairs.length; i += 2) form.append(String(pairs[i]), String(pairs[i + 1]));
  return form.toString();
};

const FILTERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  raw: (value) => new Raw(printed(value)),
  toJson: (value) => JSON.stringify(value ?? null),
  added,
  removed,
};

const FUNCTIONS: Readonly<Record<string, (...args: readonly unknown[]) => unknown>> = {
  addedSegments: (map) => added(map),
  removedSegments: (map) => removed(map),
  formUrlEncode,
};

/** What is not there is empty, as Pebble has it unless its strict mode is on. */
function memberOf(of: unknown, name: unknown): unknown {
  if (Array.isArray(of)) return of[Number(name)];
  return isMap(of) && Object.hasOwn(of, String(name)) ? of[String(name)] : undefined;
}

function named<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (found === undefined) throw new Error(`Pebble: ${name} is not known here`);
  return found;
}

function evaluate(expression: Expression, scope: Scope): unknown {
  const of = (inner: Expression): unknown => evaluate(inner, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'name':
      return scope.get(expression.name);
    case 'member':
      return memberOf(of(expression.of), of(expression.name));
    case 'filter':
      return named(FILTERS, expression.name)(of(expression.of));
    case 'call':
      return named(FUNCTIONS, expression.name)(...expression.args.map(of));
    case 'not':
      return !of(expression.of);
    case 'empty':
      return isEmpty(of(expression.of));
    case 'equal':
      return of(expression.left) === of(expression.right);
    case 'and':
      return Boolean(of(expression.left)) && Boolean(of(expression.right));
    case 'or':
      return Boolean(of(expression.left)) || Boolean(of(expression.right));
  }
}

/** A map is gone through entry by entry, each with a key and a value. */
function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.entries(value).map(([key, member]) => ({ key, value: member })) : [];
}

function play(nodes: readonly Node[], scope: Scope): string {
  return nodes.map((node) => playOne(node, scope)).join('');
}

function playOne(node: Node, scope: Scope): string {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'set':
      scope.set(node.name, evaluate(node.to, scope));
      return '';
    case 'print': {
      const value = evaluate(node.of, scope);
      return value instanceof Raw ? value.text : escapeHtml(printed(value));
    }
    case 'if': {
      const truth = evaluate(node.test, scope);
      return play(truth === false || isEmpty(truth) ? node.otherwise : node.body, scope);
    }
    case 'for': {
      const items = itemsOf(evaluate(node.over, scope));
      return items
        .map((item, index) => {
          const loop = { index, last: index === items.length - 1, first: index === 0 };
          return play(node.body, new Map([...scope, [node.name, item], ['loop', loop]]));
        })
        .join('');
    }
  }
}

/** Renders a template as Adobe would, as far as that is documented. */
export const render = (template: string, scope: Members): string =>
  play(readTemplate(template), new Map(Object.entries(scope)));
