import type { Json } from '../../core/ports.js';
import type { Action } from '../../core/remote.js';
import { at } from './success.js';

const PLACEHOLDER = /\$\{([^}]*)\}/g;
const EXACT = /^\$\{([^}]*)\}$/;
const NUMBER = / as number$/;

/** What a template may speak of: one row, one row that was looked up, or the many rows of a batch. */
export type About = 'row' | 'found row' | 'batch';

const OF_ROW = 'operation|object|list|idempotencyKey|key|fields|(?:key|fields)\\.[^.].*';
const NAMES: Readonly<Record<About, RegExp>> = {
  row: new RegExp(`^(?:${OF_ROW})$`),
  'found row': new RegExp(`^(?:${OF_ROW}|found(?:\\.[^.].*)?)$`),
  batch: /^(?:operation|object|list|rows)$/,
};
const SHOWN: Readonly<Record<About, string>> = {
  row: `\${operation}, \${object}, \${list}, \${key}, \${key.NAME}, \${fields}, \${fields.NAME}, \${idempotencyKey}`,
  'found row': `\${operation}, \${object}, \${list}, \${key}, \${key.NAME}, \${fields}, \${fields.NAME}, \${idempotencyKey}, \${found}, \${found.PATH}`,
  batch: `\${operation}, \${object}, \${list}, \${rows}`,
};

/** An action being written into a template; `problems` gathers what cannot be written, for the person who reads them. */
export interface Filling {
  readonly action: Action;
  readonly problems: string[];
  /** The row as the API holds it, when it was looked up. */
  readonly found?: unknown;
  /** All rows of a batch, written. */
  readonly rows?: Json[];
}

/** Writes an action into a prepared place. `undefined` means that the place stays empty: an absent member. */
export type Fill = (filling: Filling) => Json | undefined;

/** Tells what is wrong with the placeholders of a text, or nothing. */
export function placeholderFault(text: string, about: About): string | undefined {
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? '');
  const strange = names.find((name) => !NAMES[about].test(name.replace(NUMBER, '')));
  if (strange !== undefined) return `unknown placeholder \${${strange}}; there are ${SHOWN[about]}`;
  if (names.includes('fields') && !EXACT.test(text))
    return `\${fields} is an object, so it can only stand alone; inside a longer text use \${fields.NAME}`;
  if (names.includes('rows') && !EXACT.test(text)) return `\${rows} is a list, so it can only stand alone`;
  if (names.some((name) => NUMBER.test(name)) && !EXACT.test(text))
    return '"as number" makes a JSON number, so it can only stand alone';
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
  if (name === 'rows') return filling.rows;
  if (name === 'operation' || name === 'object' || name === 'list' || name === 'idempotencyKey')
    return action[name];
  if (name === 'fields') return action.fields;
  const [root, ...rest] = name.split('.');
  // What was found came out of a JSON body.
  if (root === 'found') return at(filling.found, rest.join('.') || undefined) as Json | undefined;
  return own(root === 'key' ? action.key : action.fields, rest.join('.'));
}

/** Ids that rules and keys hold as text, for APIs that take nothing but a number. */
function asNumber(name: string, filling: Filling): number | undefined {
  const value = lookup(name, filling);
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number') return number;
  filling.problems.push(`\${${name} as number} is not a whole number`);
  return undefined;
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
  if (name !== undefined && NUMBER.test(name)) {
    const bare = name.replace(NUMBER, '');
    return (filling) => asNumber(bare, filling);
  }
  if (name !== undefined) return (filling) => lookup(name, filling);
  if (!text.includes('${')) return () => text;
  return (filling) => fillText(text, filling, (value) => value);
}

/** A member of this name is no member: the object that stands there is laid over what precedes it. */
const SPREAD = '...';

const membersOf = (name: string, value: Json | undefined): readonly (readonly [string, Json])[] => {
  if (value === undefined) return [];
  if (name !== SPREAD) return [[name, value]];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
};

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
  return (filling) => Object.fromEntries(members.flatMap(([name, fill]) => membersOf(name, fill(filling))));
}

/** All faults of the placeholders in a template, member names included: those take no placeholder. */
export function templateFaults(template: Json, about: About): readonly string[] {
  if (typeof template === 'string') return [placeholderFault(template, about) ?? []].flat();
  if (typeof template !== 'object' || template === null) return [];
  if (Array.isArray(template)) return template.flatMap((item) => templateFaults(item, about));
  const named = Object.keys(template).filter((name) => name.includes('${'));
  return [
    ...named.map((name) => `the member name "${name}" must not hold a placeholder`),
    ...Object.values(template).flatMap((item) => templateFaults(item, about)),
  ];
}

/** True when a template, or an address, speaks of the row that was looked up. */
export const speaksOfFound = (template: Json): boolean => /\$\{found[.} ]/.test(JSON.stringify(template));
