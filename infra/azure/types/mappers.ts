import * as z from 'zod';
import type { Declarations } from './declarations.js';
import type { Member, Members, Model, Shape } from './shapes.js';

/** A mapper of the SDKs' serializer, https://github.com/Azure/azure-sdk-for-js/blob/main/sdk/core/core-client/src/interfaces.ts */
interface MapperType {
  readonly name: string;
  readonly className?: string | undefined;
  readonly allowedValues?: readonly unknown[] | undefined;
  readonly element?: { readonly type: MapperType } | undefined;
  readonly value?: { readonly type: MapperType } | undefined;
}

const MapperType: z.ZodType<MapperType> = z.lazy(() =>
  z.object({
    name: z.string(),
    className: z.string().optional(),
    allowedValues: z.array(z.unknown()).optional(),
    element: z.object({ type: MapperType }).optional(),
    value: z.object({ type: MapperType }).optional(),
  }),
);

const Property = z.object({
  serializedName: z.string(),
  readOnly: z.boolean().optional(),
  required: z.boolean().optional(),
  isConstant: z.boolean().optional(),
  type: MapperType,
});

const Composite = z.object({
  type: z.object({
    className: z.string(),
    modelProperties: z.record(z.string(), Property).default({}),
    uberParent: z.string().optional(),
    polymorphicDiscriminator: z.object({ serializedName: z.string() }).optional(),
  }),
});

const TEXTS = new Set([
  'String',
  'DateTime',
  'DateTimeRfc1123',
  'TimeSpan',
  'Uuid',
  'Date',
  'UnixTime',
  'ByteArray',
]);

/** All that one package's mappers and declarations say. */
export interface Mapped {
  readonly mappers: Readonly<Record<string, unknown>>;
  readonly declarations: Declarations;
  readonly prefix: string;
}

function shapeOf(type: MapperType, written: string | undefined, from: Mapped): Shape {
  if (type.name === 'Composite') return { model: `${from.prefix}${type.className ?? ''}` };
  if (type.name === 'Sequence' && type.element) {
    return { list: shapeOf(type.element.type, written?.replace(/\[\]$/, ''), from) };
  }
  if (type.name === 'Dictionary' && type.value) return { map: shapeOf(type.value.type, undefined, from) };
  if (type.name === 'Enum') return { enum: (type.allowedValues ?? []).map(String) };
  if (type.name === 'Number') return 'number';
  if (type.name === 'Boolean') return 'boolean';
  if (!TEXTS.has(type.name)) return 'any';
  // Enums that may grow are texts to the serializer; the declarations know their values.
  const values = from.declarations.enums.get(written ?? '');
  return values ? { enum: values } : 'string';
}

type Tree = Map<string, Member | Tree>;

const put = (tree: Tree, [first = '', ...rest]: readonly string[], member: Member): void => {
  if (rest.length === 0) {
    tree.set(first, member);
    return;
  }
  const below = tree.get(first);
  const branch = below instanceof Map ? below : new Map();
  tree.set(first, branch);
  put(branch, rest, member);
};

const toMembers = (tree: Tree): Members =>
  Object.fromEntries(
    [...tree].map(([name, below]) => [
      name,
      below instanceof Map ? { shape: { object: toMembers(below) } } : below,
    ]),
  );

/** `properties.a` is a member of a member; a dot of the name itself is escaped. */
const pathOf = (serialized: string): string[] =>
  serialized.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));

/** One model, or nothing when there is none of that name. */
export function readModel(name: string, from: Mapped): Model | undefined {
  const parsed = Composite.safeParse(from.mappers[name]).data;
  if (!parsed) return undefined;
  const { modelProperties, polymorphicDiscriminator, uberParent } = parsed.type;
  const tree: Tree = new Map();
  for (const [key, { serializedName, readOnly, required, type }] of Object.entries(modelProperties)) {
    const written = from.declarations.interfaces.get(name)?.get(key)?.type;
    put(tree, pathOf(serializedName), {
      shape: shapeOf(type, written, from),
      ...(required === true && { required: true }),
      ...(readOnly === true && { readOnly: true }),
    });
  }
  const members = toMembers(tree);
  if (!polymorphicDiscriminator || uberParent !== name) return { members };
  const by = pathOf(polymorphicDiscriminator.serializedName)[0] ?? '';
  return { members, variants: { by, models: variantsOf(name, from) } };
}

function variantsOf(name: string, { mappers, prefix }: Mapped): Record<string, string> {
  const known = z.record(z.string(), Composite).safeParse(mappers['discriminators']).data ?? {};
  const own = Object.entries(known).filter(([key]) => key.startsWith(`${name}.`));
  return Object.fromEntries(
    own.map(([key, { type }]) => [key.slice(name.length + 1), `${prefix}${type.className}`]),
  );
}
