import type { Fault, Result } from '../../core/fault.js';
import type { FileBytes, FileEntry, FilePlace, Table, TableRow } from '../ports.js';

/** What a file is to a source: rows to be worked, a list of files of a run, or nothing. */
export type FileRole = 'data' | 'manifest' | 'none';

/** What is known of a file before it is opened. */
export interface FileNaming {
  /** The name without the number of its part: parts of one export have the same. */
  readonly stem: string;
  /** The date and time in the name, epoch milliseconds; undefined when it has none. */
  readonly at: number | undefined;
  /** From 1, where a large export is split into several files. */
  readonly part: number;
  /** `namespace/id` of the audience that the whole file is about; undefined when its rows say it. */
  readonly audience: string | undefined;
}

/** Whether a file has been written to its end: if not, when to look again, milliseconds; 0 when there was no time to find out. */
export type Completeness =
  | { readonly whole: true }
  | { readonly whole: false; readonly why: Fault; readonly afterMs: number };

/** A file of an export, as its manifest lists it. */
export interface ExpectedPart {
  readonly name: string;
  /** Bytes; undefined when the manifest does not say. */
  readonly size: number | undefined;
}

/** How manifests of an export are looked for. */
export interface Looking {
  /** No file of the export is older, epoch milliseconds. */
  readonly since: number;
  /** Whether there is no time left to read anything more for it. */
  readonly isLate: () => boolean;
}

/** What rows of one file mean. */
export interface RowReader {
  /** A row as the body of a profile export; bad: why it cannot be one. */
  bodyOf(row: TableRow): Result<Readonly<Record<string, unknown>>>;
  /** Names that rows themselves have brought, some hundred at the most; none where the file has columns of its own. */
  seen(): readonly string[];
  /** Takes notice of names that an earlier reader of the same file has {@link seen}: what is said of the file counts them. */
  recall(names: readonly string[]): void;
  /** Why the file as a whole should be refused, once all its rows have been read: `file.refused`. */
  refusal(): Fault | undefined;
  /** What the report should say of its columns, in sentences without values. */
  notes(): readonly string[];
}

/** One entry of the section `files:`, as the intake works with it. */
export interface FileSource {
  readonly name: string;
  /** Where its files lie, without secrets. */
  readonly from: string;
  /** Bucket or container and prefix, where the place is one; undefined when no store tells news of it. */
  readonly address: { readonly kind: string; readonly root: string; readonly prefix: string } | undefined;
  /** A full export in which absence is an exit; the largest share that may leave at once, 0 to 1. */
  readonly snapshot: { readonly mostExits: number } | undefined;
  /** How long a file or a part of one may still be on its way, milliseconds. */
  readonly stableMs: number;
  place(): Promise<FilePlace>;
  roleOf(name: string): FileRole;
  namingOf(name: string): FileNaming;
  /** Names of the files that a manifest lists. */
  listedIn(manifest: FileEntry, place: FilePlace): Promise<readonly string[]>;
  /**
   * The files of the export to which a file belongs, by the newest manifest of it; none when no manifest says. Throws
   * `file.incomplete` when there is no time left to read what may say it.
   */
  expectedParts(name: string, place: FilePlace, looking: Looking): Promise<readonly ExpectedPart[]>;
  /** `isLate`: whether there is no time left to read anything more for it. */
  completeness(
    entry: FileEntry,
    place: FilePlace,
    now: number,
    isLate?: () => boolean,
  ): Promise<Completeness>;
  open(bytes: FileBytes): Promise<Table>;
  /** Bad: the table as a whole is not what this source's files should be, `file.refused`. `at` as in a message. */
  reader(table: Table, entry: FileEntry, at: number): Promise<Result<RowReader>>;
}
