import type { Fault } from '../core/fault.js';
import type { Reachable } from '../stores/reachable.js';

/** One record on its way into the stream. */
export interface Entry {
  /** Decides the shard or partition: equal keys stay in order. At most 128 characters of ASCII. */
  readonly key: string;
  readonly body: Uint8Array;
}

/**
 * What became of one entry. Only `durable` may be told to the sender as done. `too-large` will not fit however often it
 * is tried; the two others may be cured by waiting.
 */
export type Fate =
  | { readonly kind: 'durable' }
  | { readonly kind: 'throttled' | 'unavailable' | 'too-large'; readonly fault: Fault };

/** A durable stream, from the side of those who write to it. */
export interface Appender extends Reachable {
  /** As a setting names it, e.g. `kinesis:aep-exports`. */
  readonly place: string;
  /** The longest body of one entry that is sure to fit. */
  readonly maxBytes: number;
  /**
   * Tries once to append; gives one fate per entry, same order. What an ended call has done is not known: entries may be
   * in the stream although it was aborted. Never throws for what the service says.
   */
  append(entries: readonly Entry[], signal: AbortSignal): Promise<readonly Fate[]>;
}
