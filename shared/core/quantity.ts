import type { CompiledRule } from './compiled.js';
import type { PersonState } from './state.js';
import type { Transition } from './view.js';

/** Whether a person is in any, all or none of a rule's audiences. */
export function isInside({ quantity, audiences }: CompiledRule, { standing }: PersonState): boolean {
  const member = ({ key }: { readonly key: string }): boolean => standing.get(key)?.member === true;
  if (quantity === 'any') return audiences.some(member);
  return quantity === 'all' ? audiences.every(member) : !audiences.some(member);
}

/** The newest assertion about any of a rule's audiences, epoch microseconds; 0 when there is none. */
export function latest({ audiences }: CompiledRule, { standing }: PersonState): number {
  let newest = 0;
  for (const { key } of audiences) newest = Math.max(newest, standing.get(key)?.at ?? 0);
  return newest;
}

/**
 * How long constants held for somebody who is outside now: until they left the last of the audiences. Whether they were
 * ever in *all* of several at once, or met a condition, is not known, so then the constants are not spoken of.
 */
export function pastOf(rule: CompiledRule, { standing }: PersonState): 'never' | { readonly until: number } {
  if (rule.judge || rule.quantity !== 'any') return 'never';
  let until = 0;
  for (const { key } of rule.audiences) {
    const known = standing.get(key);
    if (known?.ever && !known.member) until = Math.max(until, known.at);
  }
  return until > 0 ? { until } : 'never';
}

/**
 * Whether an edge makes a rule about all of several audiences fire: entering the last of them, leaving the last of them.
 * Of several edges in one record the newest speaks for all, so that the rule fires once; of what an earlier record
 * decided it does not speak.
 */
export function completes(
  rule: CompiledRule,
  edge: Transition,
  transitions: readonly Transition[],
  { standing }: PersonState,
): boolean {
  if (rule.quantity !== 'all' || edge.change === 'changed') return true;
  const wanted = edge.change !== 'left';
  if (!rule.audiences.every(({ key }) => (standing.get(key)?.member ?? false) === wanted)) return false;
  const { audience, at } = edge;
  return !transitions.some(
    (other) =>
      other.change === edge.change &&
      other.decided?.[rule.id] === undefined &&
      rule.audiences.includes(other.audience) &&
      (other.at > at || (other.at === at && other.audience.key > audience.key)),
  );
}
