import type { Result } from '../core/fault.js';
import type { KeptMessage } from '../core/kept.js';

/** One kept message, met on a visit. */
export interface Visited {
  /** What people call it: the same for the same record, wherever it is kept. */
  readonly ref: string;
  /** Bad when it cannot be read, or not now; it can be dropped all the same. */
  readonly found: Result<KeptMessage>;
  /** When it is due, epoch milliseconds; for those in a retry queue. */
  readonly due?: number;
  /**
   * Removes it for good, only while the visit lasts. False when it has been kept anew since it was seen: that one stays.
   */
  drop(): Promise<boolean>;
}

/** What a visitor is after, as far as it helps to leave out others early. */
export interface Interest {
  /** Kept at that time or later, epoch milliseconds. */
  readonly since?: number | undefined;
  /** Begins a ref. */
  readonly ref?: string | undefined;
}

/** A place with kept messages that can be looked through. */
export interface Shelf {
  /** As a setting names it. */
  readonly place: string;
  /**
   * Goes through what can be seen, some at a time. From a queue that is what nobody else has been handed and what is due;
   * it is hidden from others until the visit ends. May give more than the interest asks for, never less.
   */
  visit(interest?: Interest): AsyncGenerator<readonly Visited[]>;
  /** About how many there are, seen or not, where that can be told without going through them. */
  total(): Promise<number | undefined>;
}
