import type { Audience, CompiledRules } from './compiled.js';
import type { Assertion, ProfileExport } from './profile.js';
import type { Decided, PersonState, Standing } from './state.js';
import { copied, isLatest, mergeValues } from './values.js';

/** What one assertion did to one audience's standing. `stale`: it is older than what is known. */
export type Change = 'entered' | 'left' | 'stayed' | 'out' | 'stale';

/** A change of membership that rules can be about. */
export interface MembershipEdge {
  readonly audience: Audience;
  readonly change: 'entered' | 'left' | 'stayed';
  /** The assertion of this record, epoch microseconds. */
  readonly at: number;
  /** Nothing was known before of this person and this audience. */
  readonly first?: boolean;
  /** Seen for the first time, and old already: history that Adobe exports when a destination is activated. */
  readonly backfill?: boolean;
  /** Made before, as `OwedMembership` says. */
  readonly seen?: number;
  readonly overtaken?: boolean;
  /** Which rules have their say about it, where that depends on more than the edge. */
  readonly decided?: Decided;
}

/** A change of an attribute that rules can be about; `at` is the record's time, epoch microseconds. */
export interface ValueEdge {
  readonly change: 'changed';
  readonly path: string;
  readonly at: number;
  readonly decided?: Decided;
}

/** A change that rules can be about. */
export type Transition = MembershipEdge | ValueEdge;

/** What merging one record came to. */
export interface Advance {
  readonly state: PersonState;
  /** Entered and left; `stayed` and `changed` where a rule asks for it. */
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

/** The newer of two times, of which there may be none. */
const newer = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a;

/** The join of two standings: the newest assertion of either side, and whether any ever said "member". */
export function joined(known: Standing, seen: Standing): Standing {
  const [won, lost] = supersedes(seen, known) ? [seen, known] : [known, seen];
  const other = newer(won.other, lost.member === won.member ? lost.other : lost.at);
  const ever = won.ever || lost.ever;
  if (other === won.other && ever === won.ever) return won;
  return { at: won.at, member: won.member, ever, ...(other !== undefined && { other }) };
}

const standingOf = ({ at, member }: Said): Standing => ({ at, member, ever: member });

/** Whether a record has told nothing but older assertions, of which the newest of the opposite is kept. */
export const isOldNews = (before: PersonState, after: PersonState): boolean =>
  before.values === after.values &&
  [...after.standing].every(([key, { at, member, ever }]) => {
    const known = before.standing.get(key);
    return known?.at === at && known.member === member && known.ever === ever;
  });

/** The edge of an audience that nothing was known of. */
const firstEdge = (
  audience: Audience,
  change: MembershipEdge['change'],
  at: number,
  recordAt: number,
  { backfillMicros }: CompiledRules,
): MembershipEdge => ({
  audience,
  change,
  at,
  first: true,
  backfill: change === 'entered' && recordAt * 1000 - at > backfillMicros,
});

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
  let namespace: string | undefined;
  let audiences: ReadonlyMap<string, Audience> | undefined;
  for (const assertion of memberships) {
    // An export lists one namespace after the other.
    if (assertion.namespace !== namespace) {
      namespace = assertion.namespace;
      audiences = rules.audiences.get(namespace);
    }
    const audience = audiences?.get(assertion.audience);
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
      transitions.push(
        known ? { audience, change, at: seen.at } : firstEdge(audience, change, seen.at, at, rules),
      );
    }
    const next = known ? joined(known, standingOf(seen)) : standingOf(seen);
    if (next !== known) {
      standing ??= copied(state.standing);
      standing.set(audience.key, next);
    }
  }
  const values = mergeValues(state, profile, rules, at, transitions);
  const isStale = declared > 0 && stale === declared;
  if (standing === undefined && values === state.values) return { state, transitions, stale: isStale };
  return {
    state: { ...state, standing: standing ?? state.standing, values },
    transitions,
    stale: isStale,
  };
}
