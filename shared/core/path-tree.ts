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
  /** The same in a list, and it is known beforehand what to ask for: merging a record takes 0.36 µs instead of 0.45. */
  readonly branches: Branch[];
}

interface Branch {
  readonly name: string;
  readonly next: PathTree;
  /** Whether every object has such a member, be it its own or not. Only then must the object be asked whose it is. */
  readonly isCommon: boolean;
}

const node = (): PathTree => ({ ends: [], beyond: [], names: new Map(), branches: [] });

function branchOf(tree: PathTree, name: string): PathTree {
  const known = tree.names.get(name);
  if (known) return known;
  const next = node();
  tree.names.set(name, next);
  tree.branches.push({ name, next, isCommon: name in Object.prototype });
  return next;
}

/** Makes the tree of some attribute paths. */
export function treeOf(paths: Iterable<ReadPath>): PathTree {
  const root = node();
  for (const path of paths) {
    let at = root;
    let depth = 0;
    for (const step of path.steps) {
      if (typeof step !== 'string') break;
      at = branchOf(at, step);
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
  const { names, branches } = tree;
  if (branches.length === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return;
  // An object of parsed JSON: whatever it has is its own.
  const object = value as Readonly<Record<string, unknown>>;
  if (branches.length <= FEW) {
    for (const { name, next, isCommon } of branches) {
      const inside = object[name];
      if (inside !== undefined && (!isCommon || Object.hasOwn(object, name))) walk(next, inside, found);
    }
    return;
  }
  for (const name of Object.keys(object)) {
    const next = names.get(name);
    if (next) walk(next, object[name], found);
  }
}
