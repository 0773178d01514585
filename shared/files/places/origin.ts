import type { FileEntry } from '../ports.js';

/** What went wrong with one request, as the kind of place reads it. */
export interface Trouble {
  /** What happened and, where waiting does not help, what to do; never a secret. */
  readonly text: string;
  /** True when the same request may succeed in a moment. */
  readonly passing: boolean;
  /** The wait the service asks for, milliseconds. */
  readonly afterMs?: number;
}

/** A part of a listing; `next` is there when there is more. */
export interface Page<Cursor> {
  readonly entries: readonly FileEntry[];
  readonly next?: Cursor;
}

/**
 * What a kind of place can do by itself: each call is one request, made once. Time limits, repetition and going on where
 * a stream broke are added by {@link import('./place.js').placeOf}. A Fault that is thrown is final.
 */
export interface Origin<Cursor = string> {
  /** The place in words, e.g. `the S3 bucket exports`. */
  readonly what: string;
  page(cursor: Cursor | undefined, signal: AbortSignal): Promise<Page<Cursor>>;
  stat(name: string, signal: AbortSignal): Promise<FileEntry | undefined>;
  /**
   * Bytes `from` to before `to` of that version, which are never none; throws `file.changed` when the content is another.
   * The signal lives as long as the stream: it is aborted when nobody reads on, with the error if there was one.
   */
  open(entry: FileEntry, from: number, to: number, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  put(name: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** What an error means; nothing for one that is a bug of ours. */
  diagnose(error: unknown): Trouble | undefined;
  close(): Promise<void>;
}
