import type { Environment } from '@marcbachmann/cel-js';
import { proposal, quote } from '../core/names.js';
import type { Slip } from '../core/tools.js';
import { typeFault } from './cel.js';
import { celEnvironment } from './cel-environment.js';
import { type Patterns, readCel } from './cel-read.js';
import type { PathUse } from './cel-walk.js';

/** Types of attributes by path. An object with no path below it may hold anything, and so may a list. */
export type ProfileTypes = ReadonlyMap<string, 'string' | 'number' | 'boolean' | 'array' | 'object' | 'any'>;

const CEL_TYPES = {
  string: 'string',
  number: 'double',
  boolean: 'bool',
  array: 'list',
  object: 'map',
  any: 'dyn',
} as const;

/** A fault of an expression, and whether it is that the profile has no such member. */
export interface ProfileFault extends Slip {
  readonly isUnknown?: true;
}

/** Every proper beginning of a path: `a`, `a.b` of `a.b.c`. */
function beginnings(path: string): readonly string[] {
  const steps = path.split('.');
  return steps.slice(1).map((_, i) => steps.slice(0, i + 1).join('.'));
}

/**
 * Checks CEL expressions against a declared profile: members that it does not have, and types that do not go together.
 * Gives every fault with its offset in the expression; none when it is right. Whether audiences are declared is not
 * looked at.
 */
export function celChecker(types: ProfileTypes): (source: string) => readonly ProfileFault[] {
  const parents = new Set([...types.keys()].flatMap(beginnings));
  const isOpen = (path: string): boolean => types.has(path) && !parents.has(path);
  const typeOf = (path: string): string | undefined => {
    const type = types.get(path);
    if (type !== undefined) return CEL_TYPES[type];
    if (parents.has(path)) return 'map';
    const inside = beginnings(path).some((parent) => isOpen(parent) && isHolder(types.get(parent)));
    return inside ? 'dyn' : undefined;
  };
  return (source) => checkOne(source, typeOf, types);
}

const isHolder = (type: string | undefined): boolean =>
  type === 'object' || type === 'array' || type === 'any';

function checkOne(
  source: string,
  typeOf: (path: string) => string | undefined,
  types: ProfileTypes,
): readonly ProfileFault[] {
  const patterns: Patterns = new Map();
  const environment = looselyEqual(celEnvironment(() => false));
  const read = readCel(source, environment, patterns);
  if (!read.ok) return read.faults;
  const { uses } = read.walk;
  const unknown = uses
    .filter(({ path }) => typeOf(path) === undefined)
    .map((use) => unknownMember(use, types));
  if (unknown.length > 0) return unknown;
  const schema = Object.fromEntries(uses.map(({ path }) => [path, typeOf(path) ?? 'dyn']));
  environment.registerVariable({ name: 'profile', schema });
  const wrong = typeFault(read.parsed);
  return wrong ? [wrong] : [];
}

function unknownMember({ path, at }: PathUse, types: ProfileTypes): ProfileFault {
  const meant = proposal(path, types.keys());
  return { at, isUnknown: true, message: `the profile has no ${quote(path)}${meant ? `; ${meant}` : ''}` };
}

/** Whether a double is an integer is no question of types: at run time, where types are not declared, they compare. */
function looselyEqual(environment: Environment): Environment {
  return environment
    .registerOperator('double == int: bool', (a: number, b: bigint) => a === Number(b))
    .registerOperator('double in list<int>: bool', (a: number, list: bigint[]) =>
      list.map(Number).includes(a),
    );
}
