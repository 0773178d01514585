import { isObject, type Members } from './members.js';

/** Longer ones are names, not paths. */
const MOST_STEPS = 16;

type Open = Record<string, unknown>;

/** The steps of a name that is a path; undefined for any other. */
function stepsOf(name: string): readonly string[] | undefined {
  if (!name.includes('.')) return undefined;
  const steps = name.split('.');
  const isPath = steps.length <= MOST_STEPS && steps.every((step) => step !== '' && step !== '__proto__');
  return isPath ? steps : undefined;
}

/** Whether nothing stands in the way of a path: objects on it, nothing at its end. */
function isFree(root: Members, steps: readonly string[]): boolean {
  let at: unknown = root;
  for (const step of steps) {
    if (!isObject(at)) return false;
    if (!Object.hasOwn(at, step)) return true;
    at = at[step];
  }
  return false;
}

/**
 * Attributes with what has a dotted name (`person.name.firstName`) where rules read it, in objects within objects: target
 * fields of Destination SDK are flat, and customers name them after the paths of the profile. Where another attribute is in
 * the way the name is left as it is.
 */
export function undotted(attributes: Members): Members {
  const names = Object.keys(attributes);
  if (!names.some((name) => name.includes('.'))) return attributes;
  // What is written into is a copy of ours, made once.
  const copies = new WeakMap<object, Open>();
  const opened = (value: unknown): Open => {
    const known = isObject(value) ? copies.get(value) : undefined;
    if (known) return known;
    const copy: Open = isObject(value) ? { ...value } : {};
    copies.set(copy, copy);
    return copy;
  };
  const root: Open = Object.fromEntries(
    names.filter((name) => !stepsOf(name)).map((name) => [name, attributes[name]]),
  );
  for (const name of names) {
    const steps = stepsOf(name);
    if (!steps) continue;
    const last = steps.at(-1);
    if (last === undefined || !isFree(root, steps)) {
      root[name] = attributes[name];
      continue;
    }
    let at = root;
    for (const step of steps.slice(0, -1)) {
      const below = opened(Object.hasOwn(at, step) ? at[step] : undefined);
      at[step] = below;
      at = below;
    }
    at[last] = attributes[name];
  }
  return root;
}
