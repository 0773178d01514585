import { bad, ok, type Result } from '../core/fault.js';
import { quote } from '../core/names.js';
import { Path } from '../core/path.js';
import type { Json } from '../core/ports.js';
import type { Looking, Reads } from '../core/tools.js';

/** A variable of a text, as the library's analysis tells it; a list in it is a variable whose value is the name. */
export type Segments = readonly (string | number | readonly unknown[])[];

/** What Liquid knows of every list and text; no attribute that is read by itself is named so. */
const BUILT_IN = new Set(['size', 'first', 'last']);

const refused = (what: string): Result<never> =>
  bad(
    'config.invalid',
    `${what}; a Liquid text can read profile.person.name.firstName and other attributes, identity.NAMESPACE, member.AUDIENCE, key and now`,
  );

/** The longest path that a variable surely reads: what comes after an index or a computed name is found below it. */
function pathOf(segments: Segments): string | undefined {
  let path: string | undefined;
  for (const segment of segments) {
    if (typeof segment !== 'string' || (path !== undefined && BUILT_IN.has(segment))) break;
    const longer = path === undefined ? segment : `${path}.${segment}`;
    // A bracket would be taken for an index.
    if (segment.includes('.') || !/^[\w:-]+$/.test(segment) || !Path.safeParse(longer).success) break;
    path = longer;
  }
  return path;
}

/** Paths that no other one holds. */
function outermost(paths: readonly string[]): readonly string[] {
  const all = new Set(paths);
  const isInner = (path: string): boolean => {
    for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
      if (all.has(path.slice(0, dot))) return true;
    }
    return false;
  };
  return [...all].filter((path) => !isInner(path));
}

/** What a text reads, by its variables; bad for one that is nothing a text can read. */
export function readsOf(variables: readonly Segments[]): Result<Reads> {
  const paths: string[] = [];
  const identities = new Set<string>();
  const audiences = new Set<string>();
  let now = false;
  for (const [root, ...below] of variables) {
    const [name] = below;
    const path = root === 'profile' ? pathOf(below) : undefined;
    if (path !== undefined) paths.push(path);
    else if (root === 'identity' && typeof name === 'string') identities.add(name);
    else if (root === 'member' && typeof name === 'string') audiences.add(name);
    else if (root === 'now') now = true;
    else if (root !== 'key') return refused(`${shown(root, name)} is nothing it knows`);
  }
  return ok({ paths: outermost(paths), identities: [...identities], audiences: [...audiences], now });
}

/** The beginning of a variable, for people. */
const shown = (root: unknown, name: unknown): string =>
  quote([root, name].filter((part) => typeof part === 'string').join('.'));

/** A copy with the members of every object in order: equal values are written alike, whichever came first. */
function ordered(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, ordered(member)]));
}

type Tree = Map<string, Tree | Json>;

function plant(tree: Tree, steps: readonly string[], value: Json): void {
  const [first = '', ...rest] = steps;
  if (rest.length === 0) {
    tree.set(first, value);
    return;
  }
  const known = tree.get(first);
  const branch: Tree = known instanceof Map ? known : new Map();
  plant(branch, rest, value);
  tree.set(first, branch);
}

const grown = (tree: Tree): Record<string, Json> =>
  Object.fromEntries([...tree].map(([name, value]) => [name, value instanceof Map ? grown(value) : value]));

/** What a text finds when it is written: just what it was found to read. */
export function environment(
  { paths, identities, audiences, now }: Reads,
  looking: Looking,
): Record<string, Json> {
  const tree: Tree = new Map();
  for (const path of paths) {
    const value = looking.value(path);
    if (value !== undefined) plant(tree, ['profile', ...path.split('.')], ordered(value));
  }
  plant(tree, ['key'], looking.key);
  if (now) plant(tree, ['now'], new Date(Math.floor(looking.now / 1000)).toISOString());
  for (const name of identities) plant(tree, ['identity', name], looking.identity(name) ?? null);
  for (const name of audiences) plant(tree, ['member', name], looking.member(name));
  return grown(tree);
}
