import type { CompiledRules } from '../../core/compiled.js';

/** An audience as exports name it. */
export interface AudienceKey {
  /** Small letters. */
  readonly namespace: string;
  readonly id: string;
}

/** The audiences that a rule file declares, found by what files call them. */
export interface KnownAudiences {
  /** By the name the rule file has for it. */
  declared(name: string): AudienceKey | undefined;
  /** By its id: that of the Segmentation Service when several namespaces have one of this id. */
  byId(id: string): AudienceKey | undefined;
  /** By the name people gave it, in Adobe or in the rule file, however a file name spells blanks and signs. */
  byName(text: string): AudienceKey | undefined;
  isDeclared(key: AudienceKey): boolean;
  /** What a cell names: a declared name, an id, `namespace_id`, a name in Adobe; an id of the Segmentation Service otherwise. */
  read(cell: string): AudienceKey;
  readonly ids: readonly string[];
  /** Those of declared audiences and those that Adobe has, small letters. */
  readonly namespaces: readonly string[];
  /** Characters of the longest name. */
  readonly longestName: number;
}

/** The namespaces that every organization has. */
const ADOBES = ['ups', 'customeraudienceupload'];

const UUID = /^[0-9a-z]{8}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{12}$/i;

/** Whether a text has the form of the ids that Adobe gives; its own samples have letters beyond `f` in them. */
export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * Parts `namespace_id` at the first place whose rest is an audience's id, because a namespace may hold underscores itself. What is
 * not declared must have the form of Adobe's ids: else every attribute whose name ends in a word could be an audience.
 */
export function audienceIn(text: string, isDeclared: (key: AudienceKey) => boolean): AudienceKey | undefined {
  for (let i = 1; i < text.length - 1; i++) {
    if (!'_:./'.includes(text[i] ?? ' ')) continue;
    const key = { namespace: text.slice(0, i).toLowerCase(), id: text.slice(i + 1) };
    if (isDeclared(key) || (isUuid(key.id) && /^[a-z][\w -]*$/.test(key.namespace))) return key;
  }
  return undefined;
}

/** A name without what a file name may not keep: case, blanks, signs. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');

/** Names by what is left of them; those that two audiences share are nobody's. */
function plainNames(named: readonly (readonly [string, AudienceKey])[]): ReadonlyMap<string, AudienceKey> {
  const found = new Map<string, AudienceKey | undefined>();
  for (const [name, key] of named) {
    const text = plain(name);
    const other = found.get(text);
    const isSame =
      other === undefined ? !found.has(text) : other.id === key.id && other.namespace === key.namespace;
    found.set(text, isSame ? key : undefined);
  }
  const sure = new Map<string, AudienceKey>();
  for (const [text, key] of found) if (key && text !== '') sure.set(text, key);
  return sure;
}

/**
 * The audiences of compiled rules. `titles` are the names in Adobe of those that the file declares by name, by the name that
 * the file has for them.
 */
export function knownAudiences(
  rules: Pick<CompiledRules, 'audiences'>,
  titles: ReadonlyMap<string, string> = new Map(),
): KnownAudiences {
  const all = [...rules.audiences.values()].flatMap((ids) => [...ids.values()]);
  const keys = all.map(({ name, namespace, id }) => [name, { namespace, id }] as const);
  const byDeclared = new Map(keys);
  const byId = new Map<string, AudienceKey>();
  for (const [, key] of keys) if (!byId.has(key.id) || key.namespace === 'ups') byId.set(key.id, key);
  const titled = keys.flatMap(([name, key]) => {
    const title = titles.get(name);
    return title === undefined ? [] : [[title, key] as const];
  });
  const exact = new Map([...titled, ...keys]);
  const names = plainNames([...titled, ...keys]);
  const isDeclared = ({ namespace, id }: AudienceKey): boolean =>
    rules.audiences.get(namespace)?.has(id) ?? false;
  const byName = (text: string): AudienceKey | undefined => exact.get(text) ?? names.get(plain(text));
  return {
    declared: (name) => byDeclared.get(name),
    byId: (id) => byId.get(id),
    byName,
    isDeclared,
    read: (cell) =>
      byDeclared.get(cell) ??
      byId.get(cell) ??
      audienceIn(cell, isDeclared) ??
      byName(cell) ?? { namespace: 'ups', id: cell },
    ids: [...byId.keys()].toSorted((a, b) => b.length - a.length),
    namespaces: [...new Set([...ADOBES, ...rules.audiences.keys()])],
    longestName: Math.max(0, ...[...exact.keys()].map(({ length }) => length)),
  };
}
