import type { Result } from '../core/fault.js';

/** One file as its place shows it. */
export interface FileEntry {
  /** Path within the place, as the place spells it: the object's key, the blob's name, the path from the SFTP root. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last written, epoch milliseconds. */
  readonly at: number;
  /** Another content has another version: ETag, generation; where there is none, size and time. Opaque. */
  readonly version: string;
}

/** The bytes of one version of a file. */
export interface FileBytes {
  readonly name: string;
  readonly size: number;
  /**
   * Begins to read at byte `from` (0 when absent) and ends before byte `to` (the end when absent). Throws `file.changed` when
   * the content is not this version's any more, `file.unavailable` when the place does not answer.
   */
  open(from?: number, to?: number): AsyncIterable<Uint8Array>;
}

/** Where files lie: a prefix of a bucket or container, a folder of a server. Throws `file.unavailable` when it does not answer. */
export interface FilePlace {
  /** As the configuration names it, without secrets. */
  readonly from: string;
  /** Everything below the place, in no order that may be relied on. */
  list(): AsyncGenerator<FileEntry>;
  stat(name: string): Promise<FileEntry | undefined>;
  bytes(entry: FileEntry): FileBytes;
  /** Writes a small file (a report), whole; writing the name again replaces it. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** One row of a table. Columns that the row does not have are absent. */
export interface TableRow {
  /** From 1, header not counted; the same at every reading of the same content. */
  readonly number: number;
  /** The cells by header; a row that cannot be read is a `decode.*` fault of its own. */
  readonly cells: Result<Readonly<Record<string, unknown>>>;
}

/** A file that has been opened as a table. */
export interface Table {
  /** The columns, in order; undefined where each row names its own (JSON). */
  readonly columns: readonly string[] | undefined;
  /**
   * The rows from number `from` (1 when absent), some at a time, in bounded memory. Throws a `file.*` Fault when the rest of
   * the file cannot be read or trusted: truncated, damaged, wrong key, not the format.
   */
  rows(from?: number): AsyncGenerator<readonly TableRow[]>;
}
