import type { Json } from './ports.js';

/** Newest known assertion about one person and one audience. */
export interface Standing {
  /** `lastQualificationTime`, epoch microseconds. */
  readonly at: number;
  readonly member: boolean;
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
  /** Time of the record that supplied it, epoch milliseconds. */
  readonly at: number;
}

/** A send that was begun and whose answer was not recorded: until cleared, nothing counts as written for its targets. */
export interface Unsure {
  readonly targets: readonly string[];
  /** After this instant (epoch milliseconds) the sender can no longer be at work. */
  readonly until: number;
}

/**
 * All that is remembered of one person: the view (standing and attribute values) and what targets accepted.
 * Audience keys are `namespace/id`; target keys are `connection/object/key value`. Treat as immutable.
 */
export interface PersonState {
  readonly standing: ReadonlyMap<string, Standing>;
  readonly values: ReadonlyMap<string, Known>;
  readonly written: ReadonlyMap<string, ReadonlyMap<string, Written>>;
  readonly unsure: ReadonlyMap<string, Unsure>;
}

/** A person nobody has heard of. */
export const EMPTY_STATE: PersonState = {
  standing: new Map(),
  values: new Map(),
  written: new Map(),
  unsure: new Map(),
};
