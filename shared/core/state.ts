import type { Json } from './ports.js';

/** Newest known assertion about one person and one audience. */
export interface Standing {
  /** `lastQualificationTime`, epoch microseconds. */
  readonly at: number;
  readonly member: boolean;
  /** Whether any assertion seen so far, however old, said "member". Never goes back to false. */
  readonly ever: boolean;
  /**
   * The newest assertion known of the opposite, epoch microseconds: it tells what was said since the person last turned.
   * Undefined when there is none, and where an older version did not keep it.
   */
  readonly other?: number;
}

/** Newest known value of an attribute that rules read. */
export interface Known {
  readonly value: Json;
  /** When the first durable log took in the record that carried it, epoch milliseconds. */
  readonly at: number;
}

/** What a target accepted for one field. */
export interface Written {
  /** Fingerprint of the value. */
  readonly hash: string;
  /** For a constant of an edge rule: the time of that edge, epoch microseconds; otherwise 0 (the view decides). */
  readonly at: number;
}

/** Which rules, by their id, have their say about an edge, as of the record that showed it; absent: not decided yet. */
export type Decided = Readonly<Record<string, boolean>>;

/** A change of membership that rules have not had their say about. */
export interface OwedMembership {
  /** Key of the audience's standing. */
  readonly audience: string;
  readonly change: 'entered' | 'left' | 'stayed';
  /** The assertion that made it, epoch microseconds. */
  readonly at: number;
  /** What was known of the audience when it was made: nothing; and that it was old already. */
  readonly first?: boolean;
  readonly backfill?: boolean;
  /**
   * Some of what rules wanted may have been done. So it keeps its time, by which that is known, and this is the newest
   * assertion of the same since, epoch microseconds.
   */
  readonly seen?: number;
  /** The opposite followed before all was done, and outweighs it. */
  readonly overtaken?: boolean;
  readonly decided?: Decided;
}

/** A change of an attribute that rules have not had their say about; `at` is its record's time, epoch microseconds. */
export interface OwedValue {
  readonly path: string;
  readonly change: 'changed';
  readonly at: number;
  readonly decided?: Decided;
}

/** An edge that comes due later, unless something newer has become known by then of what it is about. */
export type Owed = OwedMembership | OwedValue;

/** A lease on the person: whoever holds it is sending; others wait until it is given back or has run out. */
export interface Claim {
  readonly by: string;
  /** Epoch milliseconds after which the holder can no longer be at work. */
  readonly until: number;
}

/** A person to whom an id belongs: where their state is, and the value of their key. */
export interface Claimant {
  readonly to: string;
  readonly key: string;
}

/**
 * All that is remembered of one person: the view (standing and attribute values) and what targets accepted.
 * Audience keys are `namespace/id`; target keys are `connection/object/field=value`. Treat as immutable.
 */
export interface PersonState {
  readonly standing: ReadonlyMap<string, Standing>;
  readonly values: ReadonlyMap<string, Known>;
  readonly written: ReadonlyMap<string, ReadonlyMap<string, Written>>;
  /** Targets to which something was sent without its answer being recorded: nothing counts as written there. */
  readonly unsure: ReadonlySet<string>;
  /** When a target in `written` last accepted its row, epoch milliseconds. Things that happen once have no such time. */
  readonly accepted: ReadonlyMap<string, number>;
  readonly claim: Claim | undefined;
  /**
   * Changes of membership, while they hold, that are due with the next record: from before the person had a key, or because
   * not all that rules wanted has been done.
   */
  readonly owed: readonly OwedMembership[];
  /** Fingerprints of other ids that are known to lead here, with the day they were last looked at (since 1970). */
  readonly aliases: ReadonlyMap<string, number>;
  /**
   * Not empty when this id is no person but leads to one. Several of them: the id is shared, unless they are one by now.
   * What is left here beside it is on its way to the first of them.
   */
  readonly claimants: readonly Claimant[];
}

/** A person nobody has heard of. */
export const EMPTY_STATE: PersonState = {
  standing: new Map(),
  values: new Map(),
  written: new Map(),
  unsure: new Set(),
  accepted: new Map(),
  claim: undefined,
  owed: [],
  aliases: new Map(),
  claimants: [],
};
