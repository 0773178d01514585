import type { Audience, CompiledRules } from './compiled.js';
import type { Owed, OwedMembership, PersonState } from './state.js';
import type { MembershipEdge, Transition } from './view.js';

const membershipOf = ({
  audience,
  first,
  backfill,
  seen,
  overtaken,
  ...edge
}: MembershipEdge): OwedMembership => ({
  ...edge,
  audience: audience.key,
  ...(first && { first }),
  ...(backfill && { backfill }),
  ...(seen !== undefined && { seen }),
  ...(overtaken && { overtaken }),
});

/** An edge as it is kept until it comes due. */
const toOwed = (edge: Transition): Owed => (edge.change === 'changed' ? edge : membershipOf(edge));

/** Edges as they are kept until they come due. */
export const owedOf = (edges: readonly Transition[]): readonly Owed[] => edges.map(toOwed);

type Known = PersonState['standing'] extends ReadonlyMap<string, infer V> ? V | undefined : never;

/** Whether the standing is on the side that a change led to. */
const isOn = ({ change }: Pick<OwedMembership, 'change'>, known: Known): boolean =>
  known?.member === (change !== 'left');

/**
 * Owed changes of membership as of now: the opposite puts an end to them, and a newer assertion of the same carries them
 * along, because nothing else has been made of it. What was begun keeps its time, or it would be done twice.
 */
export const movedAlong = (
  owed: readonly OwedMembership[],
  standing: PersonState['standing'],
): readonly OwedMembership[] =>
  owed.flatMap((one) => {
    const known = standing.get(one.audience);
    if (one.overtaken) return [one];
    if (known === undefined || !isOn(one, known)) return [];
    if (one.seen !== undefined) return [one.seen === known.at ? one : { ...one, seen: known.at }];
    return [one.at === known.at ? one : { ...one, at: known.at }];
  });

/** What somebody without a key owes: entering and leaving. `stayed` is about a moment, and by then another has come. */
export function owedWaiting(
  before: readonly OwedMembership[],
  made: readonly Transition[],
  { standing }: PersonState,
): readonly OwedMembership[] {
  const fresh = made.flatMap((edge) =>
    edge.change === 'entered' || edge.change === 'left' ? [membershipOf(edge)] : [],
  );
  const renewed = new Set(fresh.map(({ audience }) => audience));
  return [...movedAlong(before, standing).filter(({ audience }) => !renewed.has(audience)), ...fresh];
}

/** Whether any rule is about this. */
const isAsked = ({ audience, change }: MembershipEdge): boolean => audience.rules[change].length > 0;

/** Of edges in the order in which they were made, those whose opposite was made after them. */
function turnedOf(edges: readonly MembershipEdge[]): ReadonlySet<MembershipEdge> {
  const last = new Map<string, { left: number; in: number }>();
  const side = ({ change }: MembershipEdge): 'left' | 'in' => (change === 'left' ? 'left' : 'in');
  for (const [i, edge] of edges.entries()) {
    // What was overtaken before, and is done late, says nothing of those that stand.
    if (edge.overtaken) continue;
    const known = last.get(edge.audience.key) ?? { left: -1, in: -1 };
    last.set(edge.audience.key, { ...known, [side(edge)]: i });
  }
  const turned = edges.filter((edge, i) => {
    const known = last.get(edge.audience.key);
    return known !== undefined && known[edge.change === 'left' ? 'in' : 'left'] > i;
  });
  return new Set(turned);
}

/**
 * A view in which edges have been made, in this order, for as long as what rules wanted of them has not all been done. The
 * standing moves on before anything is sent, so that a record that overtakes a failure, or a crash, sees the change that it
 * makes itself.
 */
export function owing(view: PersonState, made: readonly Transition[]): PersonState {
  const edges = made.filter((edge) => edge.change !== 'changed');
  const turned = turnedOf(edges);
  const fresh = edges.flatMap((edge): OwedMembership[] => {
    const owed = membershipOf(edge);
    if (edge.overtaken) return [owed];
    if (turned.has(edge)) return isAsked(edge) ? [{ ...owed, overtaken: true }] : [];
    const known = view.standing.get(owed.audience);
    return known && isOn(owed, known) ? [{ ...owed, seen: known.at }] : [];
  });
  return { ...view, owed: [...movedAlong(view.owed, view.standing), ...fresh] };
}

/** The declared audience whose standing has this key; undefined when the file no longer names it. */
function audienceOf(key: string, { audiences }: CompiledRules): Audience | undefined {
  const end = key.indexOf('/');
  return audiences.get(key.slice(0, end).replaceAll('%2F', '/'))?.get(key.slice(end + 1));
}

/** Whether the opposite of a change has been said since, or since the newest assertion of the same that went with it. */
function isOpposed({ change, at, seen = at }: OwedMembership, other: number | undefined): boolean {
  if (other === undefined) return false;
  return change === 'left' ? other > seen : other >= seen;
}

/**
 * Whether what a letter owes is still to be done: nothing newer has overtaken it. What had been overtaken before the letter
 * was written is to be done until the person turns once more.
 */
function holds(owed: Owed, { standing, values }: PersonState): boolean {
  if (owed.change === 'changed') return values.get(owed.path)?.at === owed.at / 1000;
  const known = standing.get(owed.audience);
  if (known === undefined) return false;
  return owed.overtaken ? !isOn(owed, known) : isOn(owed, known) && !isOpposed(owed, known.other);
}

/** Of the edges that a letter owes those that newer ones have not overtaken. */
export const stillHolding = (owed: readonly Owed[], view: PersonState): readonly Owed[] =>
  owed.filter((one) => holds(one, view));

/** Whether a record makes an owed edge itself. What was overtaken it cannot make any more. */
function isSame(owed: Owed, edge: Transition): boolean {
  if (owed.change === 'changed') return edge.change === 'changed' && edge.path === owed.path;
  return edge.change === owed.change && edge.audience.key === owed.audience && !owed.overtaken;
}

/** The owed edges that come due: all that the record at hand (`own`) does not make itself. */
export function edgesDue(
  owed: readonly Owed[],
  own: readonly Transition[],
  rules: CompiledRules,
): readonly Transition[] {
  return owed.flatMap((one): Transition[] => {
    if (own.some((edge) => isSame(one, edge))) return [];
    if (one.change === 'changed') return [one];
    const audience = audienceOf(one.audience, rules);
    return audience ? [{ ...one, audience }] : [];
  });
}

/** What a person owes beside edges that rules are being asked about. */
export const stillOwed = (
  owed: readonly OwedMembership[],
  edges: readonly Transition[],
): readonly OwedMembership[] =>
  owed.filter(
    ({ audience, change, at }) =>
      !edges.some((edge) => edge.change === change && edge.audience.key === audience && edge.at === at),
  );
