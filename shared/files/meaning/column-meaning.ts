import type { ColumnCast, ColumnTarget } from './column-target.js';
import { type MembershipColumn, membershipColumn } from './membership-column.js';
import { type ReadPlace, spelled, type Vocabulary } from './vocabulary.js';

/** What the cells of a column are. */
export type Meaning =
  | { readonly kind: 'identity'; readonly namespace: string; readonly as?: ColumnCast | undefined }
  | {
      readonly kind: 'attribute';
      readonly path: string;
      /** Whether a text may be the JSON of an object or a list. */
      readonly hasInside: boolean;
      readonly as?: ColumnCast | undefined;
    }
  | MembershipColumn
  | { readonly kind: 'audience' }
  /** The whole map of identities or memberships, as profiles have it. */
  | { readonly kind: 'map'; readonly member: 'identityMap' | 'segmentMembership' }
  | { readonly kind: 'ignore' }
  /** Nothing the rules read; or, with `choices`, more than one thing that they do. */
  | { readonly kind: 'unknown'; readonly choices?: readonly string[] };

const UNKNOWN: Meaning = { kind: 'unknown' };

const IDENTITY = /^identityMap\s*[._:]\s*(.+)$/i;
/** `identityMap.Email[0].id`, `identityMap_Email_0_id`: the first of a list. */
const ITEM = /(?:\[\d+\]|[._]\d+)?(?:[._]id)?$/i;

const isHostile = (text: string): boolean =>
  text.split(/[._:]/).includes('__proto__') || text === '__proto__';

function namespaceOf(text: string, { namespaces }: Vocabulary): string {
  return namespaces.has(text.toLowerCase()) ? text : text.replace(ITEM, '');
}

const attribute = ({ path, hasInside }: ReadPlace, as?: ColumnCast): Meaning => ({
  kind: 'attribute',
  path,
  hasInside,
  as,
});

/** What a target under `columns` means. */
export function targetMeaning({ to, as }: ColumnTarget, vocabulary: Vocabulary): Meaning {
  if (to === 'ignore' || to === 'audience') return { kind: to };
  if (to === 'status' || to === 'time') return { kind: to, of: 'own' };
  const [, namespace] = /^identityMap\.(.+)$/.exec(to) ?? [];
  if (namespace !== undefined) return { kind: 'identity', namespace, as };
  if (to.startsWith('segmentMembership.')) return membershipColumn(to, vocabulary.audiences) ?? UNKNOWN;
  return attribute(vocabulary.places.get(to) ?? { path: to, hasInside: false }, as);
}

/** An attribute by its path or its spelling in headers. */
function attributeOf(name: string, { places, spellings }: Vocabulary, as?: ColumnCast): Meaning {
  const exact = places.get(name);
  if (exact) return attribute(exact, as);
  const alike = spellings.get(spelled(name)) ?? [];
  const same = alike.filter(({ path }) => path.replaceAll('.', '_') === name);
  const [only, ...others] = same.length > 0 ? same : alike;
  if (only === undefined) return UNKNOWN;
  if (others.length > 0) return { kind: 'unknown', choices: alike.map(({ path }) => path) };
  return attribute(only, as);
}

const isCast = (text: string | undefined): text is 'number' | 'boolean' | 'json' =>
  text === 'number' || text === 'boolean' || text === 'json';

/**
 * What a header means by itself: a path of the rules with dots or underscores, an identity, a membership, the audience of a wide
 * file. `:number`, `:boolean` or `:json` at its end says what its cells are.
 */
export function headerMeaning(header: string, vocabulary: Vocabulary): Meaning {
  const name = header.trim();
  if (name === '' || isHostile(name)) return UNKNOWN;
  if (/^identityMap$/i.test(name)) return { kind: 'map', member: 'identityMap' };
  if (/^segmentMembership$/i.test(name)) return { kind: 'map', member: 'segmentMembership' };
  const [, identity] = IDENTITY.exec(name) ?? [];
  if (identity !== undefined)
    return { kind: 'identity', namespace: namespaceOf(identity.trim(), vocabulary) };
  const [, path = name, type] = /^(.+):(number|boolean|json)$/.exec(name) ?? [];
  const as = isCast(type) ? type : undefined;
  const found = attributeOf(path, vocabulary, as);
  if (found.kind === 'attribute' && vocabulary.places.has(path)) return found;
  const membership = membershipColumn(name, vocabulary.audiences);
  if (membership) return membership;
  if (vocabulary.namespaces.has(name.toLowerCase())) return { kind: 'identity', namespace: name };
  return found;
}

/** What a column is about, as texts that are equal when two columns are about the same; undefined when any number may be. */
export function placeOf(meaning: Meaning): string | undefined {
  if (meaning.kind === 'attribute') return meaning.path;
  if (meaning.kind === 'map') return meaning.member;
  if (meaning.kind === 'audience') return 'audience';
  if (meaning.kind !== 'status' && meaning.kind !== 'time') return undefined;
  const { kind, of } = meaning;
  return of === 'own' ? kind : `segmentMembership.${of.namespace}.${of.id}.${kind}`;
}
