import type { CompiledRules, KeySource } from '../../core/compiled.js';
import type { PathTree } from '../../core/path-tree.js';
import type { KnownAudiences } from './known-audiences.js';

/** A place in a profile at which the rules read, or below which they do. */
export interface ReadPlace {
  readonly path: string;
  /** Whether rules read further inside: then the value is an object or a list, and a text of one is JSON. */
  readonly hasInside: boolean;
}

/** What a header may mean: everything the rules read. */
export interface Vocabulary {
  readonly audiences: KnownAudiences;
  /** By path. */
  readonly places: ReadonlyMap<string, ReadPlace>;
  /** By the path as headers spell it, {@link spelled}; several when they cannot be told apart. */
  readonly spellings: ReadonlyMap<string, readonly ReadPlace[]>;
  /** Identity namespaces that rules read, small letters. */
  readonly namespaces: ReadonlySet<string>;
  /** What a person may be known by. */
  readonly keys: readonly KeySource[];
}

/** A path as Adobe prints it into headers: dots as underscores. Case is not told apart, because people rename. */
export const spelled = (path: string): string => path.replaceAll('.', '_').toLowerCase();

function collect(tree: PathTree, path: string, places: Map<string, ReadPlace>): void {
  if (path !== '') places.set(path, { path, hasInside: tree.names.size > 0 || tree.beyond.length > 0 });
  for (const [name, inside] of tree.names) collect(inside, path === '' ? name : `${path}.${name}`, places);
}

/** Adds the attribute paths of `person.key`, which the rules' own tree need not have. */
function collectKey(key: KeySource, places: Map<string, ReadPlace>): void {
  if (key.kind !== 'attribute') return;
  let path = '';
  for (const [i, step] of key.path.steps.entries()) {
    if (typeof step !== 'string') return;
    path = path === '' ? step : `${path}.${step}`;
    const hasInside = i < key.path.steps.length - 1 || (places.get(path)?.hasInside ?? false);
    places.set(path, { path, hasInside });
  }
}

const namespacesOf = (rules: CompiledRules): ReadonlySet<string> =>
  new Set([
    ...[...rules.keys, ...rules.waits].flatMap((key) => (key.kind === 'identity' ? [key.namespace] : [])),
    ...rules.identities.map(({ identity }) => identity),
  ]);

/** Everything that compiled rules read, as headers may spell it. */
export function vocabularyOf(rules: CompiledRules, audiences: KnownAudiences): Vocabulary {
  const places = new Map<string, ReadPlace>();
  collect(rules.attributes, '', places);
  for (const key of rules.keys) collectKey(key, places);
  const spellings = new Map<string, ReadPlace[]>();
  for (const place of places.values()) {
    const spelling = spelled(place.path);
    spellings.set(spelling, [...(spellings.get(spelling) ?? []), place]);
  }
  return { audiences, places, spellings, namespaces: namespacesOf(rules), keys: rules.keys };
}
