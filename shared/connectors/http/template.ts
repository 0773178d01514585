import type { Json } from '../../core/ports.js';
import type { Action } from '../../core/remote.js';

const PLACEHOLDER = /\$\{([^}]*)\}/g;
const EXACT = /^\$\{([^}]*)\}$/;
const NAME = /^(?:operation|object|list|idempotencyKey|key|fields|(?:key|fields)\.[^.].*)$/;

/** An action being written into a template; `problems` gathers what cannot be written, for the person who reads them. */
export interface Filling {
  readonly action: Action;
  readonly problems: string[];
}

/** Writes an action into a prepared place. `undefined` means that the place stays empty: an absent member. */
export type Fill = (filling: Filling) => Json | undefined;

/** Tells what is wrong with the placeholders of a text, or nothing. */
export function placeholderFault(text: string): string | undefined {
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  const strange = names.find((name) => !NAME.test(name));
  if (strange !== undefined)
    return `unknown placeholder \${${strange}}; there are \${operation}, \${object}, \${list}, \${key}, \${key.NAME}, \${fields}, \${fields.NAME}, \${idempotencyKey}`;
  if (names.includes('fields') && !EXACT.test(text))
    return `\${fields} is an object, so it can only stand alone; inside a longer text use \${fields.NAME}`;
  return undefined;
}

const own = (record: Readonly<Record<string, Json>>, name: string): Json | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

function onlyKey({ action, problems }: Filling): string | undefined {
  const values = Object.values(action.key);
  if (values.length === 1) return values[0];
  // What is sent once addresses no row.
  if (action.operation === 'send') return undefined;
  problems.push(`\${key} needs a key of one field and this one has ${values.length}; use \${key.NAME}`);
  return undefined;
}

function lookup(name: string, filling: Filling): Json | undefined {
  const { action } = filling;
  if (name === 'key') return onlyKey(filling);
  if (name === 'operation' || name === 'object' || name === 'list' || name === 'idempotencyKey')
    return action[name];
  if (name === 'fields') return action.fields;
  const [root, ...rest] = name.split('.');
  return own(root === 'key' ? action.key : action.fields, rest.join('.'));
}

/** A scalar as text; nothing for null and absent values; a problem for lists and objects. */
function scalar(name: string, filling: Filling): string {
  const value = lookup(name, filling) ?? '';
  if (typeof value !== 'object') return String(value);
  filling.problems.push(`\${${name}} is a list or an object and stands inside a longer text`);
  return '';
}

/** Writes values into a text, each of them through `encode`. */
export const fillText = (text: string, filling: Filling, encode: (value: string) => string): string =>
  text.replaceAll(PLACEHOLDER, (_, name: string) => encode(scalar(name, filling)));

function compileText(text: string): Fill {
  const name = EXACT.exec(text)?.[1];
  if (name !== undefined) return (filling) => lookup(name, filling);
  if (!text.includes('${')) return () => text;
  return (filling) => fillText(text, filling, (value) => value);
}

/**
 * Prepares a JSON template. Values are inserted as JSON values, never by pasting text into JSON, so that no value can
 * change the structure around it. A member whose value is absent is left out; null stays null.
 */
export function compileTemplate(template: Json): Fill {
  if (typeof template === 'string') return compileText(template);
  if (typeof template !== 'object' || template === null) return () => template;
  if (Array.isArray(template)) {
    const items = template.map(compileTemplate);
    return (filling) => items.map((item) => item(filling)).filter((value) => value !== undefined);
  }
  const members = Object.entries(template).map(([name, value]) => [name, compileTemplate(value)] as const);
  return (filling) =>
    Object.fromEntries(
      members.flatMap(([name, fill]) => {
        const value = fill(filling);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
}

/** All faults of the placeholders in a template, member names included: those take no placeholder. */
export function templateFaults(template: Json): readonly string[] {
  if (typeof template === 'string') return [placeholderFault(template) ?? []].flat();
  if (typeof template !== 'object' || template === null) return [];
  if (Array.isArray(template)) return template.flatMap(templateFaults);
  const named = Object.keys(template).filter((name) => name.includes('${'));
  return [
    ...named.map((name) => `the member name "${name}" must not hold a placeholder`),
    ...Object.values(template).flatMap(templateFaults),
  ];
}
