import type { Audience, CompiledRules } from './compiled.js';
import { canonical } from './fingerprint.js';
import { valueAt } from './path.js';
import { identityOf } from './person.js';
import type { Json } from './ports.js';
import type { Assertion, ProfileExport } from './profile.js';
import type { Known, PersonState, Standing } from './state.js';

/** What one assertion did to one audience's standing. `stale`: it is older than what is known. */
export type Change = 'entered' | 'left' | 'stayed' | 'out' | 'stale';

/** A change that rules can be about. */
export interface Transition {
  readonly audience: Audience;
  readonly change: 'entered' | 'left' | 'stayed';
  /** The assertion of this record, epoch microseconds. */
  readonly at: number;
}

/** What merging one record came to. */
export interface Advance {
  readonly state: PersonState;
  /** Entered and left, and `stayed` where a rule asks for it. */
  readonly transitions: readonly Transition[];
  /** The record spoke of declared audiences, and all it said was older than what is known. */
  readonly stale: boolean;
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

/** Path under which the view keeps the time of the newest record, where a rule asks for it. */
const NEWEST = '$newest';

/** The time of the newest record known, epoch microseconds; 0 where no rule asks for it. */
export const newestOf = (view: PersonState): number => (view.values.get(NEWEST)?.at ?? 0) * 1000;

/** `stayed` is about a record newer than all seen: one that comes again, or late, has nothing to add. */
const isLatest = (state: PersonState, audience: Audience, at: number): boolean =>
  audience.rules.stayed.length > 0 && at > (state.values.get(NEWEST)?.at ?? Number.NEGATIVE_INFINITY);

/**
 * The values of a view that may be stored before its records are settled. The newest record's time is held back: it makes
 * edges, and an edge must be made again when its record comes again.
 */
export function settledValues(before: PersonState, after: PersonState): PersonState['values'] {
  const known = before.values.get(NEWEST);
  if (after.values.get(NEWEST) === known) return after.values;
  const values = new Map(after.values);
  values.delete(NEWEST);
  return known ? values.set(NEWEST, known) : values;
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

/** A copy to change. Entry by entry takes two thirds of the time of `new Map(map)` on Node 20. */
function copied<V>(map: ReadonlyMap<string, V>): Map<string, V> {
  const copy = new Map<string, V>();
  for (const [key, value] of map) copy.set(key, value);
  return copy;
}

function mergeValues(
  view: PersonState,
  profile: ProfileExport,
  rules: CompiledRules,
  at: number,
): PersonState['values'] {
  let merged: Map<string, Known> | undefined;
  for (const path of rules.paths) {
    // The body came out of JSON.parse (or is Azure's equivalent), so whatever is found there is JSON.
    const value = (
      path.identity === undefined ? valueAt(profile.body, path) : identityOf(profile, path.identity)
    ) as Json | undefined;
    if (value === undefined || value === null) continue;
    const known = view.values.get(path.text);
    if (known !== undefined && !isNewer(known, value, at)) continue;
    merged ??= copied(view.values);
    merged.set(path.text, { value, at });
  }
  if (rules.asksForNewest && at > (view.values.get(NEWEST)?.at ?? Number.NEGATIVE_INFINITY)) {
    merged ??= copied(view.values);
    merged.set(NEWEST, { value: null, at });
  }
  return merged ?? view.values;
}

/** Of several assertions of one record about one audience the winning one; without a time of its own it is as of `at`. */
function onePerAudience(memberships: readonly Assertion[], at: number): Assertion[] {
  const found = new Map<string, Assertion & Said>();
  for (const assertion of memberships) {
    const seen = { ...assertion, at: assertion.at ?? at * 1000 };
    const key = JSON.stringify([seen.namespace, seen.audience]);
    const known = found.get(key);
    if (known === undefined || supersedes(seen, known)) found.set(key, seen);
  }
  return [...found.values()];
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
): Advance {
  const transitions: Transition[] = [];
  let standing: Map<string, Standing> | undefined;
  let declared = 0;
  let stale = 0;
  const memberships = profile.repeats ? onePerAudience(profile.memberships, at) : profile.memberships;
  for (const assertion of memberships) {
    const audience = rules.audiences.get(assertion.namespace)?.get(assertion.audience);
    if (audience === undefined) continue;
    declared += 1;
    const known = state.standing.get(audience.key);
    const seen =
      assertion.at === undefined ? { at: at * 1000, member: assertion.member } : (assertion as Said); // `at` is there
    const stayed = known?.member === true && seen.member && isLatest(state, audience, at);
    // What most assertions of most exports are: what is known already.
    if (known !== undefined && known.at === seen.at && known.member === seen.member) {
      if (stayed) transitions.push({ audience, change: 'stayed', at: seen.at });
      continue;
    }
    const change = changeOf(known, seen);
    if (change === 'stale') stale += 1;
    else if (change === 'entered' || change === 'left' || (change === 'stayed' && stayed)) {
      transitions.push({ audience, change, at: seen.at });
    }
    const next = joined(known, seen);
    if (next !== known) {
      standing ??= copied(state.standing);
      standing.set(audience.key, next);
    }
  }
  const values = mergeValues(state, profile, rules, at);
  const isStale = declared > 0 && stale === declared;
  if (standing === undefined && values === state.values) return { state, transitions, stale: isStale };
  const { written, unsure, claim } = state;
  return {
    state: { standing: standing ?? state.standing, values, written, unsure, claim },
    transitions,
    stale: isStale,
  };
}
