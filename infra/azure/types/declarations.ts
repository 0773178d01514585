import type { Member, Shape } from './shapes.js';

/** What the generated `.d.ts` of a management SDK declares; its form never varies, so its text is enough. */
export interface Declarations {
  /** Members of interfaces, own and inherited: their type as it is written, and whether they may be missing. */
  readonly interfaces: ReadonlyMap<
    string,
    ReadonlyMap<string, { type: string; optional: boolean; readOnly: boolean }>
  >;
  /** Values of `Known…` enums and of types that are alternatives of texts. */
  readonly enums: ReadonlyMap<string, readonly string[]>;
}

const INTERFACE = /^export (?:declare )?interface (\w+)(?: extends ([\w, ]+))? \{\n([\s\S]*?)^\}/gm;
const MEMBER = /^ {4}(readonly )?"?([\w.@]+)"?(\?)?: ([^;]+);/gm;
const ENUM = /export declare enum Known(\w+) \{\n([\s\S]*?)\n\}/g;
const VALUE = /= "?([^",\n]+)"?/g;
const ALTERNATIVES = /export type (\w+) = ("[^;]+");/g;

const membersOf = (body: string) =>
  new Map(
    [...body.matchAll(MEMBER)].map(([, readOnly, name = '', optional, type = '']) => [
      name,
      { type, optional: optional !== undefined, readOnly: readOnly !== undefined },
    ]),
  );

/** Reads the text of one or several `.d.ts` files. */
export function readDeclarations(text: string): Declarations {
  const found = new Map([...text.matchAll(INTERFACE)].map((match) => [match[1] ?? '', match] as const));
  const interfaces = new Map<string, ReturnType<typeof membersOf>>();
  const read = (name: string): ReturnType<typeof membersOf> => {
    const known = interfaces.get(name);
    if (known) return known;
    const [, , parents = '', body = ''] = found.get(name) ?? [];
    const inherited = parents.split(',').flatMap((parent) => [...read(parent.trim() || '-')]);
    const all = new Map([...(name === '-' ? [] : inherited), ...membersOf(body)]);
    interfaces.set(name, all);
    return all;
  };
  interfaces.set('-', new Map());
  for (const name of found.keys()) read(name);
  const enums = new Map<string, readonly string[]>();
  for (const [, name = '', body = ''] of text.matchAll(ENUM))
    enums.set(
      name,
      [...body.matchAll(VALUE)].map(([, value = '']) => value),
    );
  for (const [, name = '', body = ''] of text.matchAll(ALTERNATIVES))
    enums.set(
      name,
      [...body.matchAll(/"([^"]*)"/g)].map(([, value = '']) => value),
    );
  return { interfaces, enums };
}

const PLAIN: Readonly<Record<string, Shape>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  Date: 'string',
  any: 'any',
  unknown: 'any',
};

/** The shape of a type as it is written; models are named by `prefix` and their own name. */
export function shapeOf(type: string, declarations: Declarations, prefix: string): Shape {
  const plain = PLAIN[type];
  if (plain) return plain;
  const list = /^(\w+)\[\]$/.exec(type);
  if (list) return { list: shapeOf(list[1] ?? '', declarations, prefix) };
  const map = /^Record<string, (\w+)>$|^\{\s*\[propertyName: string\]: (\w+)(?: \| null)?;?\s*\}$/.exec(type);
  if (map) return { map: shapeOf(map[1] ?? map[2] ?? '', declarations, prefix) };
  const values = declarations.enums.get(type);
  // Numbers are enums of their own kind.
  if (values) return values.every((value) => /^\d+$/.test(value)) ? 'number' : { enum: values };
  return declarations.interfaces.has(type) ? { model: `${prefix}${type}` } : 'any';
}

/** The members of an interface, as shapes. */
export const declaredMembers = (
  name: string,
  declarations: Declarations,
  prefix: string,
): Readonly<Record<string, Member>> =>
  Object.fromEntries(
    [...(declarations.interfaces.get(name) ?? [])].map(([member, { type, optional, readOnly }]) => [
      member,
      {
        shape: shapeOf(type, declarations, prefix),
        ...(!optional && { required: true as const }),
        ...(readOnly && { readOnly: true as const }),
      },
    ]),
  );
