/** What a value is, as conditions and mappings tell values apart. */
export type Kind = 'text' | 'number' | 'boolean' | 'object' | 'list';

/** What is known of the values at one place of a profile. */
export interface Shape {
  /** What they may be; undefined when that may be anything. */
  readonly kinds: ReadonlySet<Kind> | undefined;
  /** Everything they may be, where a schema lists it. */
  readonly values: ReadonlySet<string | number | boolean> | undefined;
  /** Names of members that are known. */
  names(): readonly string[];
  /** A member of an object; undefined when it has none of that name. */
  member(name: string): Shape | undefined;
  /** The items of a list. */
  item(): Shape;
}

/** Nothing is known. */
export const ANYTHING: Shape = {
  kinds: undefined,
  values: undefined,
  names: () => [],
  member: () => ANYTHING,
  item: () => ANYTHING,
};

type Schema = Readonly<Record<string, unknown>>;

const KINDS: Readonly<Record<string, Kind>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
  object: 'object',
  array: 'list',
};

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A member of a schema that is an object itself; none when it is anything else. */
const objectIn = (schema: Schema, name: string): Schema => {
  const value = Object.hasOwn(schema, name) ? schema[name] : undefined;
  return isSchema(value) ? value : {};
};

const listIn = (schema: Schema, name: string): readonly unknown[] => {
  const value = Object.hasOwn(schema, name) ? schema[name] : undefined;
  return Array.isArray(value) ? value : [];
};

/** Deepest that schemas are looked up in each other for one place. */
const MOST_DEPTH = 50;
/** Most schemas that are put together for one place. */
const MOST_PARTS = 1_000;

/** Follows a JSON pointer (RFC 6901) as `$ref` has it; undefined when it leads out of the file, or nowhere. */
function resolve(root: Schema, ref: string): unknown {
  if (ref !== '#' && !ref.startsWith('#/')) return undefined;
  let at: unknown = root;
  for (const part of ref.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    // Own member, checked in the line above.
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** The schemas that together say what stands at one place, and whether there is more that this file does not say. */
interface Parts {
  readonly schemas: Set<Schema>;
  isOpen: boolean;
}

function collect(schema: unknown, root: Schema, parts: Parts, depth = 0): void {
  if (!isSchema(schema) || depth > MOST_DEPTH || parts.schemas.size > MOST_PARTS) {
    if (schema !== false) parts.isOpen = true;
    return;
  }
  if (parts.schemas.has(schema)) return;
  parts.schemas.add(schema);
  const { $ref } = schema;
  if (typeof $ref === 'string') collect(resolve(root, $ref), root, parts, depth + 1);
  for (const word of ['allOf', 'anyOf', 'oneOf'])
    for (const inner of listIn(schema, word)) collect(inner, root, parts, depth + 1);
}

function kindsOf(schema: Schema): readonly Kind[] {
  const { type } = schema;
  const types = Array.isArray(type) ? type : [type];
  const kinds = types.flatMap((name) => (typeof name === 'string' ? (KINDS[name] ?? []) : []));
  if (kinds.length > 0) return kinds;
  if (Object.hasOwn(schema, 'properties')) return ['object'];
  return Object.hasOwn(schema, 'items') ? ['list'] : [];
}

const isValue = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

function valuesOf(schema: Schema): readonly (string | number | boolean)[] {
  const all = Object.hasOwn(schema, 'const') ? [schema['const']] : listIn(schema, 'enum');
  return all.filter(isValue);
}

/** Whether a schema says by itself what it is, so that leaving out the list of values means that any will do. */
const isTyped = (schema: Schema): boolean => kindsOf(schema).length > 0;

/** Names in Adobe's published schemas have a prefix that exports leave out. */
const withoutPrefix = (name: string): string => name.replace(/^xdm:/, '');

class JsonShape implements Shape {
  readonly kinds: ReadonlySet<Kind> | undefined;
  readonly values: ReadonlySet<string | number | boolean> | undefined;
  private readonly parts: readonly Schema[];
  private readonly root: Schema;
  private readonly isOpen: boolean;

  constructor(schemas: readonly unknown[], root: Schema) {
    const parts: Parts = { schemas: new Set(), isOpen: false };
    for (const schema of schemas) collect(schema, root, parts);
    this.root = root;
    this.parts = [...parts.schemas];
    const kinds = this.parts.flatMap(kindsOf);
    this.isOpen = parts.isOpen || kinds.length === 0;
    this.kinds = this.isOpen ? undefined : new Set(kinds);
    const values = this.parts.flatMap(valuesOf);
    const isFree = this.parts.some((schema) => isTyped(schema) && valuesOf(schema).length === 0);
    this.values = this.isOpen || isFree || values.length === 0 ? undefined : new Set(values);
  }

  names(): readonly string[] {
    return [
      ...new Set(
        this.parts.flatMap((schema) => Object.keys(objectIn(schema, 'properties')).map(withoutPrefix)),
      ),
    ];
  }

  member(name: string): Shape | undefined {
    const found = this.parts.flatMap((schema) => {
      const properties = objectIn(schema, 'properties');
      return [name, `xdm:${name}`].flatMap((own) =>
        Object.hasOwn(properties, own) ? [properties[own]] : [],
      );
    });
    if (found.length > 0) return new JsonShape(found, this.root);
    const others = this.parts
      .map((schema) => schema['additionalProperties'])
      .filter((other) => other !== undefined && other !== false);
    if (others.length > 0) return new JsonShape(others, this.root);
    const isLoose = this.parts.some((schema) => Object.hasOwn(schema, 'patternProperties'));
    // An object of which no member is named is one that may have any.
    const isBare = (this.kinds?.has('object') ?? false) && this.names().length === 0;
    return this.isOpen || isLoose || isBare ? ANYTHING : undefined;
  }

  item(): Shape {
    const items = this.parts.flatMap((schema) => (Object.hasOwn(schema, 'items') ? [schema['items']] : []));
    return items.length === 0 ? ANYTHING : new JsonShape(items, this.root);
  }
}

/** The shape that a JSON schema (2019 or older drafts, as Adobe exports XDM) gives to what it is about. */
export const shapeOfSchema = (schema: Schema): Shape => new JsonShape([schema], schema);
