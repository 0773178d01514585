import { type Audience, type CompiledRules, valueAt } from './compile.js';
import { canonical } from './fingerprint.js';
import type { Json } from './ports.js';
import type { ProfileExport } from './profile.js';
import type { Known, PersonState, Standing } from './state.js';

/** What one record did to one audience's standing. `stale`: it is older than what is known. */
export type Change = 'entered' | 'left' | 'stayed' | 'out' | 'stale';

export interface Transition {
  readonly audience: Audience;
  readonly change: Change;
  /** The assertion of this record, epoch microseconds. */
  readonly at: number;
  readonly member: boolean;
}

/** One assertion about one audience; `at` in epoch microseconds. */
type Said = Pick<Standing, 'at' | 'member'>;

/** A total order of assertions: later wins and, at the same instant, an exit wins. Arrival order therefore never matters. */
export const supersedes = (seen: Said, known: Said): boolean =>
  seen.at > known.at || (seen.at === known.at && known.member && !seen.member);

/** What an assertion means, given what was known: the transition it makes. */
export function changeOf(known: Said | undefined, seen: Said): Change {
  if (known === undefined) return seen.member ? 'entered' : 'left';
  const same = known.at === seen.at && known.member === seen.member;
  if (!same && !supersedes(seen, known)) return 'stale';
  if (seen.member) return known.member ? 'stayed' : 'entered';
  return known.member ? 'left' : 'out';
}

/** The join of what is known and what is seen: the newer assertion, and whether any ever said "member". */
function joined(known: Standing | undefined, seen: Said): Standing {
  if (known === undefined) return { at: seen.at, member: seen.member, ever: seen.member };
  if (supersedes(seen, known)) return { at: seen.at, member: seen.member, ever: known.ever || seen.member };
  return seen.member && !known.ever ? { at: known.at, member: known.member, ever: true } : known;
}

/** Newer wins; at the same instant the greater canonical text, so that ties do not depend on arrival either. */
const isNewer = (known: Known, value: Json, at: number): boolean =>
  at > known.at || (at === known.at && known.value !== value && canonical(value) > canonical(known.value));

function mergeValues(
  view: PersonState,
  profile: ProfileExport,
  rules: CompiledRules,
  at: number,
): PersonState['values'] {
  let merged: Map<string, Known> | undefined;
  for (const path of rules.paths) {
    // The body came out of JSON.parse (or is Azure's equivalent), so whatever is found there is JSON.
    const value = valueAt(profile.body, path) as Json | undefined;
    if (value === undefined || value === null) continue;
    const known = view.values.get(path.text);
    if (known !== undefined && !isNewer(known, value, at)) continue;
    merged ??= new Map(view.values);
    merged.set(path.text, { value, at });
  }
  return merged ?? view.values;
}

/**
 * Merges one record into a person's view and tells which transitions it makes. The view is a join: any order and any
 * repetition of the same records ends in the same one. The state given is not changed; the same object comes back when
 * the record says nothing new. `at` is the time the first durable log took the record in, epoch milliseconds.
 */
export function advance(
  state: PersonState,
  profile: ProfileExport,
  rules: CompiledRules,
  at: number,
): { readonly state: PersonState; readonly transitions: readonly Transition[] } {
  const transitions: Transition[] = [];
  let standing: Map<string, Standing> | undefined;
  let namespace: string | undefined;
  let ids: ReadonlyMap<string, Audience> | undefined;
  for (const assertion of profile.memberships) {
    if (assertion.namespace !== namespace) {
      namespace = assertion.namespace;
      ids = rules.audiences.get(namespace);
    }
    const audience = ids?.get(assertion.audience);
    if (audience === undefined) continue;
    const known = state.standing.get(audience.key);
    // One object serves as the assertion seen and as the transition told of.
    const seen = {
      audience,
      change: 'stayed' as Change,
      at: assertion.at ?? at * 1000,
      member: assertion.member,
    };
    seen.change = changeOf(known, seen);
    transitions.push(seen);
    const next = joined(known, seen);
    if (next !== known) {
      standing ??= new Map(state.standing);
      standing.set(audience.key, next);
    }
  }
  const values = mergeValues(state, profile, rules, at);
  if (standing === undefined && values === state.values) return { state, transitions };
  const { written, unsure, claim } = state;
  return { state: { standing: standing ?? state.standing, values, written, unsure, claim }, transitions };
}
