import { deploy } from './judge/deployed.js';
import { expressionIn, type Node, parse } from './judge/parse.js';
import { isObject } from './judge/rule.js';

/** Signs that mean something in a text of Bicep. https://learn.microsoft.com/azure/azure-resource-manager/bicep/data-types#strings */
const SIGNS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '${': '\\${',
};

const escaped = (text: string): string => text.replaceAll(/\\|'|\n|\r|\t|\$\{/g, (sign) => SIGNS[sign] ?? '');
const quoted = (text: string): string => `'${escaped(text)}'`;

const OPERATORS: Readonly<Record<string, string>> = { and: '&&', or: '||', equals: '==', greater: '>' };

/** What a name of the template is called where parameters, variables and resources share their names. */
type Naming = (kind: 'parameters' | 'variables', name: string) => string;

function writer(naming: Naming) {
  /** A part of an interpolated text. */
  const part = (node: Node): string => (node.kind === 'text' ? escaped(node.text) : `\${${write(node)}}`);
  const nameIn = (node: Node | undefined): string => (node?.kind === 'text' ? node.text : '');
  const key = (node: Node | undefined): string => (node ? `'${part(node)}'` : '');

  function object(operands: readonly Node[]): string {
    const keys = operands.filter((_, i) => i % 2 === 0);
    const members = keys.map((name, i) => {
      const value = operands[i * 2 + 1];
      return `${key(name)}: ${value ? write(value) : 'null'}`;
    });
    return `{ ${members.join(', ')} }`;
  }

  function formatted([form, ...values]: readonly Node[]): string {
    const text = escaped(nameIn(form)).replaceAll(/\{(\d+)\}/g, (whole, i: string) => {
      const value = values[Number(i)];
      return value ? part(value) : whole;
    });
    return `'${text}'`;
  }

  function called(name: string, operands: readonly Node[]): string {
    const [first, second] = operands;
    const written = operands.map(write);
    const operator = OPERATORS[name];
    if (operator) return `(${written.join(` ${operator} `)})`;
    if (name === 'true' || name === 'false') return name;
    if (name === 'parameters' || name === 'variables') return naming(name, nameIn(first));
    if (name === 'lambdaVariables') return nameIn(first);
    if (name === 'lambda') return `${nameIn(first)} => ${second ? write(second) : ''}`;
    if (name === 'not') return `!${written[0]}`;
    if (name === 'if') return `(${written[0]} ? ${written[1]} : ${written[2]})`;
    if (name === 'createArray') return `[${written.join(', ')}]`;
    if (name === 'createObject') return object(operands);
    if (name === 'concat') return `'${operands.map(part).join('')}'`;
    if (name === 'format') return formatted(operands);
    return `${name}(${written.join(', ')})`;
  }

  function write(node: Node): string {
    if (node.kind === 'text') return quoted(node.text);
    if (node.kind === 'number') return String(node.number);
    if (node.kind === 'member') return `${write(node.of)}.${node.name}`;
    if (node.kind === 'item') return `${write(node.of)}[${write(node.at)}]`;
    return called(node.name, node.operands);
  }

  const keyOf = (name: string): string => {
    const expression = expressionIn(name);
    if (expression !== undefined) return `'${part(parse(expression))}'`;
    return /^[A-Za-z_]\w*$/.test(name) ? name : quoted(name);
  };

  /** Any value of a template, its lines after the first indented by so many blanks. */
  function value(of: unknown, indent = 0): string {
    if (typeof of === 'string') {
      const expression = expressionIn(of);
      return expression === undefined ? quoted(of.replace(/^\[\[/, '[')) : write(parse(expression));
    }
    const [outer, inner] = [' '.repeat(indent), ' '.repeat(indent + 2)];
    const block = (lines: readonly string[], [open, close]: readonly [string, string]): string =>
      lines.length === 0
        ? open + close
        : [open, ...lines.map((line) => inner + line), outer + close].join('\n');
    if (Array.isArray(of))
      return block(
        of.map((each: unknown) => value(each, indent + 2)),
        ['[', ']'],
      );
    if (!isObject(of)) return JSON.stringify(of);
    const members = Object.entries(of).map(([name, each]) => `${keyOf(name)}: ${value(each, indent + 2)}`);
    return block(members, ['{', '}']);
  }
  return value;
}

const DECORATORS: Readonly<Record<string, string>> = {
  allowedValues: 'allowed',
  minLength: 'minLength',
  maxLength: 'maxLength',
  minValue: 'minValue',
  maxValue: 'maxValue',
};

const OURS = new Set(['type', 'apiVersion', 'name', 'condition', 'scope', 'dependsOn']);

const members = (value: unknown): readonly (readonly [string, Record<string, unknown>])[] =>
  Object.entries(isObject(value) ? value : {}).map(([name, each]) => [name, isObject(each) ? each : {}]);

/** `storageAccounts`, and `storageAccounts2` for the next: what resources are called in Bicep. */
function symbolsOf(resources: readonly Record<string, unknown>[]): readonly string[] {
  const seen = new Map<string, number>();
  return resources.map(({ type }) => {
    const kind = String(type).split('/').at(-1) ?? '';
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    return count === 1 ? `${kind}Resource` : `${kind}Resource${count}`;
  });
}

/**
 * The same template in Bicep, for its compiler to judge and people to read. `given` are parameters with which every resource
 * is deployed: names are worked out by them, to find which resource an id means. Throws an Error when one is not found.
 */
export function bicepOf(template: unknown, given: Readonly<Record<string, unknown>>): string {
  const { metadata, parameters, variables, resources, outputs } = isObject(template) ? template : {};
  const all = Array.isArray(resources) ? resources.filter(isObject) : [];
  const known = isObject(parameters) ? parameters : {};
  const value = writer((kind, name) => (kind === 'variables' && name in known ? `${name}InUse` : name));
  const symbols = symbolsOf(all);
  const deployed = deploy(template, given).resources;
  if (deployed.length !== all.length) throw new Error('not every resource is deployed with these parameters');
  const symbolOf = (id: string): string => {
    const symbol = symbols[deployed.findIndex((one) => one.id === id)];
    if (symbol === undefined) throw new Error(`no resource has the id ${id}`);
    return symbol;
  };
  const parameterLines = members(parameters).flatMap(([name, about]) => [
    ...(isObject(about['metadata']) ? [`@description(${value(about['metadata']['description'])})`] : []),
    ...Object.entries(DECORATORS)
      .filter(([member]) => about[member] !== undefined)
      .map(([member, decorator]) => `@${decorator}(${value(about[member])})`),
    `param ${name} ${String(about['type'])}${about['defaultValue'] === undefined ? '' : ` = ${value(about['defaultValue'])}`}`,
    '',
  ]);
  const resourceOf = (resource: Record<string, unknown>, i: number): string => {
    const { type, apiVersion, name, condition } = resource;
    const at = deployed[i];
    const rest = Object.entries(resource).filter(([member]) => !OURS.has(member));
    const lines = [
      ...(at?.scope === undefined ? [] : [`  scope: ${symbolOf(at.scope)}`]),
      `  name: ${value(name, 2)}`,
      ...rest.map(([member, each]) => `  ${member}: ${value(each, 2)}`),
      ...(at && at.dependsOn.length > 0
        ? ['  dependsOn: [', ...at.dependsOn.map((id) => `    ${symbolOf(id)}`), '  ]']
        : []),
    ];
    const when = condition === undefined ? '' : `if (${value(condition)}) `;
    return [
      `resource ${symbols[i]} '${String(type)}@${String(apiVersion)}' = ${when}{`,
      ...lines,
      '}',
      '',
    ].join('\n');
  };
  const variableLines = Object.entries(isObject(variables) ? variables : {}).map(
    ([name, each]) => `var ${name in known ? `${name}InUse` : name} = ${value(each)}`,
  );
  const outputLines = members(outputs).map(
    ([name, about]) => `output ${name} ${String(about['type'])} = ${value(about['value'])}`,
  );
  return [
    ...(isObject(metadata) ? [`metadata description = ${value(metadata['description'])}`, ''] : []),
    ...parameterLines,
    ...variableLines,
    '',
    ...all.map(resourceOf),
    ...outputLines,
    '',
  ].join('\n');
}
