import type { PersonState } from '../core/state.js';

/** What is known of an audience of a person now. */
export interface WhyStanding {
  /** `namespace/id`. */
  readonly key: string;
  readonly member: boolean;
  /** Newest assertion, epoch microseconds. */
  readonly at: number;
}

/** What the state says of a person, without any value. */
export interface WhyNow {
  readonly standing: readonly WhyStanding[];
  /** When the first durable log took in the newest record, epoch milliseconds; 0 when none carried an attribute that rules read. */
  readonly newestRecord: number;
  /** Rows whose content is in doubt: they are written whole with the next record. */
  readonly unsure: number;
}

/** What the state says. */
export const nowOf = (state: PersonState): WhyNow => ({
  standing: [...state.standing].map(([key, { member, at }]) => ({ key, member, at })),
  newestRecord: Math.max(0, ...[...state.values.values()].map(({ at }) => at)),
  unsure: state.unsure.size,
});
