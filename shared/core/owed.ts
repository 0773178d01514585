import type { Audience, CompiledRules } from './compiled.js';
import type { Owed, OwedMembership, PersonState } from './state.js';
import type { MembershipEdge, Transition } from './view.js';

const membershipOf = ({ audience, change, at, first, backfill, begun }: MembershipEdge): OwedMembership => ({
  audience: audience.key,
  change,
  at,
  ...(first && { first }),
  ...(backfill && { backfill }),
  ...(begun && { begun }),
});

/** An edge as it is kept until it comes due. */
const toOwed = (edge: Transition): Owed => (edge.change === 'changed' ? edge : membershipOf(edge));

/** Edges as they are kept until they come due. */
export const owedOf = (edges: readonly Transition[]): readonly Owed[] => edges.map(toOwed);

/**
 * Owed changes of membership as of now: the opposite puts an end to them, and a newer assertion of the same carries them
 * along, because nothing else has been made of it; but not what was begun, or it would be done twice.
 */
export function movedAlong(
  owed: readonly OwedMembership[],
  standing: PersonState['standing'],
): readonly OwedMembership[] {
  return owed.flatMap((one) => {
    const known = standing.get(one.audience);
    if (known?.member !== (one.change !== 'left')) return [];
    return known.at === one.at || one.begun ? [one] : [{ ...one, at: known.at }];
  });
}

/** Only entering and leaving can be owed: `stayed` and `changed` are about a moment, and by then another has come. */
const isLasting = (edge: Transition): edge is MembershipEdge =>
  edge.change === 'entered' || edge.change === 'left';

/** What is owed once edges have been made, in this order: of each audience the last, while it holds. */
export function owedAfter(
  before: readonly OwedMembership[],
  made: readonly Transition[],
  { standing }: PersonState,
): readonly OwedMembership[] {
  const byAudience = new Map(before.map((one) => [one.audience, one]));
  for (const edge of made.filter(isLasting)) byAudience.set(edge.audience.key, membershipOf(edge));
  return movedAlong([...byAudience.values()], standing);
}

/**
 * A view in which edges have been made, for as long as what rules wanted of them has not all been done. The standing moves
 * on before anything is sent, so that a record that overtakes a failure, or a crash, sees the change that it makes itself.
 */
export const owing = (view: PersonState, made: readonly Transition[]): PersonState => ({
  ...view,
  owed: owedAfter(view.owed, made, view).map((one) => ({ ...one, begun: true })),
});

/** The declared audience whose standing has this key; undefined when the file no longer names it. */
function audienceOf(key: string, { audiences }: CompiledRules): Audience | undefined {
  const end = key.indexOf('/');
  return audiences.get(key.slice(0, end).replaceAll('%2F', '/'))?.get(key.slice(end + 1));
}

/** Whether what is known is still just what made the edge: nothing newer has overtaken it. */
function holds(owed: Owed, { standing, values }: PersonState): boolean {
  if (owed.change === 'changed') return values.get(owed.path)?.at === owed.at / 1000;
  const known = standing.get(owed.audience);
  if (known?.member !== (owed.change !== 'left')) return false;
  return known.at === owed.at || (owed.begun === true && known.at > owed.at);
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

/** What a person owes beside edges that rules are being asked about. */
export const stillOwed = (
  owed: readonly OwedMembership[],
  edges: readonly Transition[],
): readonly OwedMembership[] => owed.filter((one) => !edges.some((edge) => isSame(one, edge)));
