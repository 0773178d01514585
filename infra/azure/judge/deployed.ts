import * as z from 'zod';
import { resolve, type Surroundings } from './evaluate.js';

const Resource = z.looseObject({
  type: z.string(),
  apiVersion: z.string(),
  name: z.string(),
  condition: z.unknown().optional(),
  scope: z.string().optional(),
  dependsOn: z.array(z.string()).default([]),
});

const Parameter = z.looseObject({
  type: z.string(),
  defaultValue: z.unknown().optional(),
  allowedValues: z.array(z.unknown()).optional(),
});

const Template = z.strictObject({
  $schema: z.string(),
  contentVersion: z.string(),
  metadata: z.unknown(),
  parameters: z.record(z.string(), Parameter),
  variables: z.record(z.string(), z.unknown()),
  resources: z.array(z.looseObject({})),
  outputs: z.record(z.string(), z.strictObject({ type: z.string(), value: z.unknown() })),
});

/** A resource with all its expressions worked out. */
export interface Deployed {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  readonly scope: string | undefined;
  readonly dependsOn: readonly string[];
  /** Ids of the resources whose state its expressions ask for. */
  readonly refers: readonly string[];
  /** What is sent to the service. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a deployment would be, and what is wrong with the template. */
export interface Deployment {
  readonly resources: readonly Deployed[];
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly faults: readonly string[];
}

const OURS = new Set(['type', 'apiVersion', 'name', 'condition', 'scope', 'dependsOn', 'comments']);
const GROUP = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-example';

const idOf = (type: string, name: string, scope: string | undefined): string => {
  const [provider = '', ...kinds] = type.split('/');
  const names = name.split('/');
  const path = kinds.map((kind, i) => `${kind}/${names[i]}`).join('/');
  return `${scope ?? GROUP}/providers/${provider}/${path}`;
};

/** Reads a parameter or variable, and says which were never read. */
function table(what: string, given: ReadonlyMap<string, () => unknown>) {
  const read = new Set<string>();
  const get = (name: string): unknown => {
    const value = given.get(name);
    if (!value) throw new Error(`there is no ${what} ${name}`);
    read.add(name);
    return value();
  };
  const unread = () =>
    [...given.keys()].filter((name) => !read.has(name)).map((name) => `${what} ${name} is never read`);
  return { get, unread };
}

/**
 * Works a template out as Azure Resource Manager would, as far as that can be known beforehand: parameters, variables,
 * conditions, names and dependencies. What only the services know stays a text between ‹ and ›.
 */
export function deploy(template: unknown, given: Readonly<Record<string, unknown>> = {}): Deployment {
  const parsed = Template.parse(template);
  const faults: string[] = [];
  let refers: string[] = [];
  const parameters = table(
    'parameter',
    new Map(
      Object.entries(parsed.parameters).map(([name, { defaultValue, allowedValues }]) => [
        name,
        () => {
          const value = name in given ? given[name] : resolve(defaultValue, around);
          if (value === undefined) throw new Error(`parameter ${name} has no value`);
          if (allowedValues && !allowedValues.includes(value))
            throw new Error(`parameter ${name} cannot be ${String(value)}`);
          return value;
        },
      ]),
    ),
  );
  const variables = table(
    'variable',
    new Map(Object.entries(parsed.variables).map(([name, value]) => [name, () => constant(name, value)])),
  );
  const around: Surroundings = {
    parameters: parameters.get,
    variables: variables.get,
    lambdaVariables: {},
    referred: (id) => refers.push(id),
  };
  const constant = (name: string, value: unknown): unknown => {
    const before = refers.length;
    const worked = resolve(value, around);
    if (refers.length > before)
      throw new Error(`variable ${name} asks for a resource: only resources and outputs may`);
    return worked;
  };
  const worked = parsed.resources.flatMap((raw, index): Deployed[] => {
    refers = [];
    try {
      const resource = Resource.parse(resolve(raw, around));
      const { type, apiVersion, name, condition, scope, dependsOn } = resource;
      const id = idOf(type, name, scope);
      if (type.split('/').length !== name.split('/').length + 1)
        faults.push(`${id}: the name has not one part for each part of the type ${type}`);
      if (condition === false) return [];
      const body = Object.fromEntries(Object.entries(resource).filter(([key]) => !OURS.has(key)));
      return [{ id, type, apiVersion, name, scope, dependsOn, refers, body }];
    } catch (error) {
      faults.push(`resource ${index}: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  refers = [];
  const outputs: Record<string, unknown> = {};
  for (const [name, { value }] of Object.entries(parsed.outputs)) {
    try {
      outputs[name] = resolve(value, around);
    } catch (error) {
      faults.push(`output ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  for (const name of Object.keys(given))
    if (!(name in parsed.parameters)) faults.push(`there is no parameter ${name}`);
  return {
    resources: worked,
    outputs,
    faults: [...faults, ...parameters.unread(), ...variables.unread(), ...linked(worked)],
  };
}

/** Twice the same resource, or one that would be made before what it asks for. */
function linked(resources: readonly Deployed[]): string[] {
  const byId = new Map(resources.map((resource) => [resource.id.toLowerCase(), resource]));
  const twice = resources.filter(
    ({ id }) =>
      byId.get(id.toLowerCase())?.id !== id || resources.filter((other) => other.id === id).length > 1,
  );
  const before = (resource: Deployed, seen: Set<string>): Set<string> => {
    for (const id of resource.dependsOn.map((each) => each.toLowerCase())) {
      const other = byId.get(id);
      if (!other || seen.has(id)) continue;
      seen.add(id);
      before(other, seen);
    }
    return seen;
  };
  const early = resources.flatMap((resource) => {
    const made = before(resource, new Set());
    const parents = resource.scope === undefined ? [] : [resource.scope];
    const wanted = [...resource.refers, ...parents, ...parentOf(resource)];
    return wanted
      .filter((id) => byId.has(id.toLowerCase()) && !made.has(id.toLowerCase()))
      .map((id) => `${resource.id} needs ${id} and does not depend on it`);
  });
  return [...twice.map(({ id }) => `${id} is there twice`), ...early];
}

function parentOf({ type, name, scope }: Deployed): string[] {
  const above = type.split('/').slice(0, -1);
  return above.length < 2 ? [] : [idOf(above.join('/'), name.split('/').slice(0, -1).join('/'), scope)];
}
