import type { Audience, CompiledRules } from './compiled.js';
import type { Owed, OwedMembership, PersonState } from './state.js';
import type { Transition } from './view.js';

/** An edge as it is kept until it comes due. */
function toOwed(edge: Transition): Owed {
  if (edge.change === 'changed') return edge;
  const { audience, change, at, first, backfill } = edge;
  return { audience: audience.key, change, at, ...(first && { first }), ...(backfill && { backfill }) };
}

/** Edges as they are kept until they come due. */
export const owedOf = (edges: readonly Transition[]): readonly Owed[] => edges.map(toOwed);

/**
 * Owed changes of membership as of now: a newer assertion of the same carries them along, because nothing else has been
 * made of it; the opposite puts an end to them.
 */
export function movedAlong(
  owed: readonly OwedMembership[],
  standing: PersonState['standing'],
): readonly OwedMembership[] {
  return owed.flatMap((one) => {
    const known = standing.get(one.audience);
    if (known?.member !== (one.change !== 'left')) return [];
    return known.at === one.at ? [one] : [{ ...one, at: known.at }];
  });
}

/** The declared audience whose standing has this key; undefined when the file no longer names it. */
function audienceOf(key: string, { audiences }: CompiledRules): Audience | undefined {
  const end = key.indexOf('/');
  return audiences.get(key.slice(0, end).replaceAll('%2F', '/'))?.get(key.slice(end + 1));
}

/** Whether what is known is still just what made the edge: nothing newer has overtaken it. */
function holds(owed: Owed, { standing, values }: PersonState): boolean {
  if (owed.change === 'changed') return values.get(owed.path)?.at === owed.at / 1000;
  const known = standing.get(owed.audience);
  return known?.at === owed.at && known.member === (owed.change !== 'left');
}

function isSame(owed: Owed, edge: Transition): boolean {
  if (owed.change === 'changed') return edge.change === 'changed' && edge.path === owed.path;
  return edge.change === owed.change && edge.audience.key === owed.audience;
}

/**
 * The owed edges that come due: nothing newer has overtaken them, and the record at hand (`own`) does not make them
 * itself. `stayed` and `changed` are judged like the others: what a later record has done about them already is
 * recognised as unchanged.
 */
export function edgesDue(
  owed: readonly Owed[],
  view: PersonState,
  own: readonly Transition[],
  rules: CompiledRules,
): readonly Transition[] {
  return owed.flatMap((one): Transition[] => {
    if (!holds(one, view) || own.some((edge) => isSame(one, edge))) return [];
    if (one.change === 'changed') return [one];
    const audience = audienceOf(one.audience, rules);
    return audience ? [{ ...one, audience }] : [];
  });
}
