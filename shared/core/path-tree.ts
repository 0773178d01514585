import { follow, type ReadPath, type Step } from './path.js';

/**
 * The paths a file reads, as a tree of member names: a record is walked once, and only where both it and the tree have
 * something, so that a thousand paths cost no more than those the record has.
 */
export interface PathTree {
  /** Paths that end here. */
  readonly ends: ReadPath[];
  /** Paths that go on from here into lists. */
  readonly beyond: { readonly path: ReadPath; readonly steps: readonly Step[] }[];
  readonly names: Map<string, PathTree>;
}

const node = (): PathTree => ({ ends: [], beyond: [], names: new Map() });

/** Makes the tree of some attribute paths. */
export function treeOf(paths: Iterable<ReadPath>): PathTree {
  const root = node();
  for (const path of paths) {
    let at = root;
    let depth = 0;
    for (const step of path.steps) {
      if (typeof step !== 'string') break;
      const next = at.names.get(step) ?? node();
      at.names.set(step, next);
      at = next;
      depth += 1;
    }
    if (depth === path.steps.length) at.ends.push(path);
    else at.beyond.push({ path, steps: path.steps.slice(depth) });
  }
  return root;
}

/** So many names are asked for one by one; of more, those the object has are looked up. */
const FEW = 16;

/** Gives every value that is found in a parsed JSON object at a path of the tree. */
export function walk(tree: PathTree, value: unknown, found: (path: ReadPath, value: unknown) => void): void {
  for (const path of tree.ends) found(path, value);
  for (const { path, steps } of tree.beyond) {
    const inside = follow(value, steps);
    if (inside !== undefined) found(path, inside);
  }
  const { names } = tree;
  if (names.size === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return;
  // An object of parsed JSON: whatever it has is its own.
  const object = value as Readonly<Record<string, unknown>>;
  if (names.size <= FEW) {
    for (const [name, next] of names) if (Object.hasOwn(object, name)) walk(next, object[name], found);
    return;
  }
  for (const name of Object.keys(object)) {
    const next = names.get(name);
    if (next) walk(next, object[name], found);
  }
}
