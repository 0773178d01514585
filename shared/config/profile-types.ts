import type { Profile } from './profile-file.js';
import type { Kind, Shape } from './shape.js';

type Type = 'string' | 'number' | 'boolean' | 'array' | 'object' | 'any';

const TYPES: Readonly<Record<Kind, Type>> = {
  text: 'string',
  number: 'number',
  boolean: 'boolean',
  list: 'array',
  object: 'object',
};

/** Deepest path, and most paths, that expressions are checked with. */
const MOST_DEPTH = 10;
const MOST_PATHS = 10_000;

function typeOf({ kinds }: Shape): Type {
  const [kind, ...others] = kinds ?? [];
  return kind === undefined || others.length > 0 ? 'any' : TYPES[kind];
}

/** The type of each attribute path of a profile, as far as it goes. */
export function typesOf({ shape }: Profile): ReadonlyMap<string, Type> {
  const types = new Map<string, Type>([
    ['identityMap', 'any'],
    ['segmentMembership', 'any'],
  ]);
  let level: (readonly [string, Shape])[] = [['', shape]];
  for (let depth = 0; depth < MOST_DEPTH && level.length > 0; depth++) {
    const next: (readonly [string, Shape])[] = [];
    for (const [parent, at] of level)
      for (const name of at.names()) {
        const inside = at.member(name);
        const path = parent === '' ? name : `${parent}.${name}`;
        if (!inside || types.has(path) || types.size >= MOST_PATHS) continue;
        types.set(path, typeOf(inside));
        if (inside.kinds?.has('object')) next.push([path, inside]);
      }
    level = next;
  }
  return types;
}
