import type { CompiledRules } from '../core/compiled.js';
import type { PathTree } from '../core/path-tree.js';
import type { Json } from '../core/ports.js';

/** What the rules read of a person, as far as Adobe's mapping screen can fill it. */
export interface TargetFields {
  /** Attribute paths, in alphabetical order. */
  readonly attributes: readonly string[];
  /** Identity namespaces, in small letters; those of `person.key` first, in its order. */
  readonly identities: readonly string[];
}

/** Paths into lists are left out: Adobe sends no lists to streaming destinations. */
function pathsOf(tree: PathTree): readonly string[] {
  return [...tree.ends.map(({ text }) => text), ...[...tree.names.values()].flatMap(pathsOf)];
}

const isName = (step: unknown): step is string => typeof step === 'string';

/** What a file reads: conditions, mappings, `person.key` and consent. */
export function targetFields({ attributes, identities, keys, consent }: CompiledRules): TargetFields {
  const paths = new Set(pathsOf(attributes));
  const namespaces = new Set<string>();
  for (const key of keys) {
    if (key.kind === 'identity') namespaces.add(key.namespace);
    else if (key.path.steps.every(isName)) paths.add(key.path.text);
  }
  if (consent !== undefined) paths.add(consent);
  for (const { identity } of identities) namespaces.add(identity);
  return { attributes: [...paths].sort(), identities: [...namespaces] };
}

/** Members below a step, or nothing where a path ends. */
interface Branch extends Map<string, Branch> {}

function branchesOf(paths: readonly string[]): Branch {
  const root: Branch = new Map();
  for (const path of paths) {
    let at = root;
    for (const step of path.split('.')) {
      const next: Branch = at.get(step) ?? new Map();
      at.set(step, next);
      at = next;
    }
  }
  return root;
}

/** A path that others go on from is offered as the object they are in. */
function propertiesOf(branch: Branch, prefix: string): Json {
  const entries = [...branch].map(([name, below]): [string, Json] => {
    const title = prefix + name;
    if (below.size === 0) return [name, { title, type: 'string' }];
    return [name, { title, type: 'object', properties: propertiesOf(below, `${title}.`) }];
  });
  return Object.fromEntries(entries);
}

/**
 * The fields as the JSON Schema that a dynamic schema server of Destination SDK must give: objects of texts.
 * https://experienceleague.adobe.com/docs/experience-platform/destinations/destination-sdk/authoring-api/destination-server/create-destination-server.html
 */
export const schemaOf = ({ attributes }: TargetFields): Json => ({
  type: 'object',
  title: 'tributary',
  properties: propertiesOf(branchesOf(attributes), ''),
});
