import type { ArmTypes, Members, Shape } from '../types/shapes.js';
import type { Deployed } from './deployed.js';
import { isLater } from './evaluate.js';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members that some services say of every resource, and take from everybody. */
const COMMON = new Set(['location', 'tags', 'identity']);

type Models = ArmTypes['models'];

function ofMembers(value: unknown, expected: Members, path: string, models: Models): string[] {
  if (!isObject(value)) return [`${path} must be an object`];
  const missing = Object.entries(expected)
    .filter(([name, { required, readOnly }]) => required && !readOnly && value[name] === undefined)
    .map(([name]) => `${path}.${name} is required`);
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const member = expected[name];
    if (!member) return [`${path}.${name} is not a name of this type`];
    if (member.readOnly && !COMMON.has(name)) return [`${path}.${name} is read only`];
    return ofShape(each, member.shape, `${path}.${name}`, models);
  });
  return [...missing, ...wrong];
}

function ofModel(value: unknown, name: string, path: string, models: Models): string[] {
  const described = models[name];
  if (!described) return [`${path} has no description (${name})`];
  const { variants, members } = described;
  const chosen = isObject(value) && variants ? value[variants.by] : undefined;
  if (chosen === undefined) return ofMembers(value, members, path, models);
  const variant = models[variants?.models[String(chosen)] ?? ''];
  if (!variant) return [`${path}.${variants?.by} cannot be ${String(chosen)}`];
  return ofMembers(value, variant.members, path, models);
}

function ofShape(value: unknown, shape: Shape, path: string, models: Models): string[] {
  if (shape === 'any' || value === null || isLater(value)) return [];
  if (typeof shape === 'string')
    return typeof value === shape ? [] : [`${path} must be a ${shape}, not ${JSON.stringify(value)}`];
  if ('enum' in shape)
    return shape.enum.includes(String(value))
      ? []
      : [`${path} is ${JSON.stringify(value)}, none of ${shape.enum.join(', ')}`];
  if ('list' in shape) {
    if (!Array.isArray(value)) return [`${path} must be a list`];
    return value.flatMap((each: unknown, i) => ofShape(each, shape.list, `${path}[${i}]`, models));
  }
  if ('map' in shape) {
    if (!isObject(value)) return [`${path} must be an object`];
    return Object.entries(value).flatMap(([name, each]) =>
      ofShape(each, shape.map, `${path}.${name}`, models),
    );
  }
  if ('object' in shape) return ofMembers(value, shape.object, path, models);
  return ofModel(value, shape.model, path, models);
}

/** Checks names, kinds and enums of everything that would be sent for a resource against its published type. */
export function shapeFaults({ id, type, apiVersion, body }: Deployed, types: ArmTypes): string[] {
  const known = types.types[`${type}@${apiVersion}`];
  if (!known) return [`${id}: no published type ${type}@${apiVersion} is at hand`];
  return ofModel(body, known.model, 'body', types.models).map((fault) => `${id}: ${fault}`);
}
