import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Declarations, declaredMembers, readDeclarations } from './declarations.js';
import { type Mapped, readModel } from './mappers.js';
import type { ArmTypes, Model, Shape } from './shapes.js';
import { SOURCES, type TypeSource } from './sources.js';

/** The one file of that name whose folder is `models`, as modules for Node. */
async function find(folder: string, name: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true });
  return files
    .filter((file) => file.endsWith(name) && !/(?:browser|commonjs|react-native)\//.test(file))
    .sort();
}

async function declarationsIn(folder: string): Promise<Declarations> {
  const files = (await find(folder, '.d.ts')).filter((file) => file.includes('models/'));
  return readDeclarations(
    (await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))).join('\n'),
  );
}

/** Names of the models a shape refers to. */
const modelsIn = (shape: Shape): string[] => {
  if (typeof shape === 'string' || 'enum' in shape) return [];
  if ('model' in shape) return [shape.model];
  if ('list' in shape) return modelsIn(shape.list);
  if ('map' in shape) return modelsIn(shape.map);
  return Object.values(shape.object).flatMap((member) => modelsIn(member.shape));
};

interface Package {
  readonly prefix: string;
  readonly declarations: Declarations;
  readonly mapped: Mapped | undefined;
}

async function open(name: string, folder: string): Promise<Package> {
  const prefix = `${name.replace(/^@azure\/arm-|@[^@]+$/g, '')}/`;
  const declarations = await declarationsIn(folder);
  const [file] = await find(folder, 'models/mappers.js');
  if (file === undefined) return { prefix, declarations, mapped: undefined };
  const mappers: Record<string, unknown> = await import(pathToFileURL(join(folder, file)).href);
  return { prefix, declarations, mapped: { mappers, declarations, prefix } };
}

const modelOf = (name: string, { mapped, declarations, prefix }: Package): Model | undefined =>
  mapped
    ? readModel(name, mapped)
    : declarations.interfaces.has(name)
      ? { members: declaredMembers(name, declarations, prefix) }
      : undefined;

/** The resource of an SDK without mappers: its model spreads `properties` out, so they are put together again. */
function rootOf({ model, properties }: TypeSource, from: Package): Model {
  const root = modelOf(model, from);
  if (!root) throw new Error(`no model ${model} in ${from.prefix}`);
  if (properties === undefined) return root;
  const inside = declaredMembers(properties, from.declarations, from.prefix);
  const outside = Object.entries(root.members).filter(([name]) => !(name in inside));
  return { members: { ...Object.fromEntries(outside), properties: { shape: { object: inside } } } };
}

/**
 * Reads the shapes of all {@link SOURCES} from unpacked packages: `folderOf` says where one is. Only what templates can
 * reach is kept.
 */
export async function extract(folderOf: (packaged: string) => string): Promise<ArmTypes> {
  const packages = new Map<string, Package>();
  const types: Record<string, { package: string; model: string }> = {};
  const models: Record<string, Model> = {};
  for (const source of SOURCES) {
    const from = packages.get(source.package) ?? (await open(source.package, folderOf(source.package)));
    packages.set(source.package, from);
    const name = `${from.prefix}${source.model}`;
    types[source.type] = { package: source.package, model: name };
    models[name] = rootOf(source, from);
    const wanted = [name];
    for (let next = wanted.pop(); next !== undefined; next = wanted.pop()) {
      const known = models[next] ?? modelOf(next.slice(from.prefix.length), from);
      if (!known) continue;
      models[next] = known;
      const below = Object.values(known.members).flatMap((member) => modelsIn(member.shape));
      const all = [...below, ...Object.values(known.variants?.models ?? {})];
      wanted.push(...new Set(all.filter((each) => !(each in models))));
    }
  }
  return { types, models };
}
