import type { PersonState } from './state.js';
import type { Transition } from './view.js';

/** What one record of a batch said, as rules were asked about it. */
export interface JudgedRecord {
  /** Of its message, with its index therein. */
  readonly message: string;
  readonly record: number;
  readonly edges: readonly Transition[];
}

/**
 * One person, as known before the records of a batch, and these in order; told before they end. Those of a connection to
 * which nothing is sent are not told. Carries personal values: never log it.
 */
export interface Judged {
  readonly person: string;
  /** Undefined while the person waits for a key. */
  readonly key: string | undefined;
  readonly before: PersonState;
  readonly records: readonly JudgedRecord[];
}
