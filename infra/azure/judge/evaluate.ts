import { createHash } from 'node:crypto';
import { expressionIn, type Node, parse } from './parse.js';

/** Values that are known only when something has been deployed, as text that says which. */
const later = (what: string): string => `‹${what}›`;

/** True for a text with a part that is known only later. */
export const isLater = (value: unknown): boolean => typeof value === 'string' && value.includes('‹');

type Name = (name: string) => unknown;

/** What an expression can refer to. */
export interface Surroundings {
  readonly parameters: Name;
  readonly variables: Name;
  readonly lambdaVariables: Readonly<Record<string, unknown>>;
  /** Told of every resource that is referred to at run time, by its id. */
  readonly referred: (id: string) => void;
}

const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-example';

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `A/b/c` and names: A/b/NAME/c/NAME. */
function join(type: unknown, names: readonly unknown[]): string {
  const [provider = '', ...kinds] = text(type).split('/');
  if (kinds.length !== names.length)
    throw new Error(`resourceId: ${text(type)} takes ${kinds.length} names, not ${names.length}`);
  return `${provider}/${kinds.map((kind, i) => `${kind}/${text(names[i])}`).join('/')}`;
}

const hash = (values: readonly unknown[], length: number): string =>
  createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, length);

const GUID = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const pairs = (values: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(
    values.flatMap((value, i) => (i % 2 === 0 ? [[text(value), values[i + 1]] as const] : [])),
  );

type Plain = (operands: readonly unknown[], around: Surroundings) => unknown;

const FUNCTIONS: Readonly<Record<string, Plain>> = {
  true: () => true,
  false: () => false,
  parameters: ([name], { parameters }) => parameters(text(name)),
  variables: ([name], { variables }) => variables(text(name)),
  lambdaVariables: ([name], { lambdaVariables }) => lambdaVariables[text(name)],
  concat: (operands) => operands.map(text).join(''),
  format: ([form, ...values]) =>
    // A brace that is none of a place is written twice.
    text(form).replaceAll(/\{\{|\}\}|\{(\d+)\}/g, (whole, i: string | undefined) =>
      i === undefined ? (whole[0] ?? '') : text(values[Number(i)]),
    ),
  take: ([value, count]) => text(value).slice(0, Number(count)),
  toLower: ([value]) => text(value).toLowerCase(),
  toUpper: ([value]) => text(value).toUpperCase(),
  replace: ([value, from, to]) => text(value).replaceAll(text(from), text(to)),
  contains: ([value, part]) => text(value).includes(text(part)),
  split: ([value, by]) => text(value).split(text(by)),
  empty: ([value]) => value === '' || list(value).length + (Array.isArray(value) ? 0 : 1) === 0,
  not: ([value]) => value !== true,
  and: (operands) => operands.every((operand) => operand === true),
  or: (operands) => operands.some((operand) => operand === true),
  equals: ([one, other]) => one === other,
  greater: ([one, other]) => Number(one) > Number(other),
  createArray: (operands) => operands,
  createObject: pairs,
  union: (operands) => Object.assign({}, ...operands.filter(isObject)),
  guid: (values) => hash(values, 32).replace(GUID, '$1-$2-$3-$4-$5'),
  uniqueString: (values) => hash(values, 13),
  resourceGroup: () => ({ id: GROUP, location: 'westeurope', name: 'rg-example' }),
  tenant: () => ({ tenantId: '11111111-1111-1111-1111-111111111111' }),
  resourceId: ([type, ...names]) => `${GROUP}/providers/${join(type, names)}`,
  subscriptionResourceId: ([type, ...names]) =>
    `${GROUP.split('/resourceGroups')[0]}/providers/${join(type, names)}`,
  extensionResourceId: ([scope, type, ...names]) => `${text(scope)}/providers/${join(type, names)}`,
  reference: ([id], { referred }) => {
    referred(text(id));
    return later(`reference ${text(id)}`);
  },
  listKeys: ([id], { referred }) => {
    referred(text(id));
    return later(`keys of ${text(id)}`);
  },
};

/** Functions that work on the expression of an operand and not on its value. */
function special(
  name: string,
  operands: readonly Node[],
  around: Surroundings,
): { value: unknown } | undefined {
  const [first, second, third] = operands;
  if (!first) return undefined;
  if (name === 'if' && second && third)
    return { value: evaluate(evaluate(first, around) === true ? second : third, around) };
  const over = (lambda: Node | undefined) => (item: unknown) => {
    if (lambda?.kind !== 'call' || lambda.name !== 'lambda') throw new Error(`${name} takes a lambda`);
    const [variable, body] = lambda.operands;
    if (variable?.kind !== 'text' || !body) throw new Error('a lambda is a name and a value');
    const inner = { ...around.lambdaVariables, [variable.text]: item };
    return evaluate(body, { ...around, lambdaVariables: inner });
  };
  if (name === 'map') return { value: list(evaluate(first, around)).map(over(second)) };
  if (name !== 'toObject') return undefined;
  const items = list(evaluate(first, around));
  return { value: pairs(items.flatMap((item) => [over(second)(item), over(third)(item)])) };
}

/** Works an expression out; throws an error for a function or name that is not known. */
export function evaluate(node: Node, around: Surroundings): unknown {
  if (node.kind === 'text') return node.text;
  if (node.kind === 'number') return node.number;
  if (node.kind === 'member') {
    const of = evaluate(node.of, around);
    if (isLater(of)) return later(`${text(of).slice(1, -1)}.${node.name}`);
    if (isObject(of) && node.name in of) return of[node.name];
    throw new Error(`there is no member ${node.name}`);
  }
  if (node.kind === 'item') return list(evaluate(node.of, around))[Number(evaluate(node.at, around))];
  const known = special(node.name, node.operands, around);
  if (known) return known.value;
  const plain = FUNCTIONS[node.name];
  if (!plain) throw new Error(`no template function ${node.name} is known here`);
  const operands = node.operands.map((operand) => evaluate(operand, around));
  return plain(operands, around);
}

/** Works out every expression in a value, at any depth, those that are names of members too. */
export function resolve(value: unknown, around: Surroundings): unknown {
  if (typeof value === 'string') {
    const expression = expressionIn(value);
    return expression === undefined ? value.replace(/^\[\[/, '[') : evaluate(parse(expression), around);
  }
  if (Array.isArray(value)) return value.map((each) => resolve(each, around));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [text(resolve(name, around)), resolve(each, around)]),
  );
}
