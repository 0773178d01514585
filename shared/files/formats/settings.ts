import { LIMITS as MESSAGE } from '../../core/envelope.js';

/**
 * How a CSV file is written, in the words of Adobe's file formatting options (Spark's semantics). What is absent is Adobe's
 * default, except `delimiter` and `encoding`: those are taken from the file itself.
 */
export interface CsvSettings {
  /** One character. Absent: whichever of `,` `;` `|` tab `:` the first line has most of. */
  readonly delimiter?: string;
  /** One character, `"` when absent; empty or NUL: nothing is quoted, every character stands for itself. */
  readonly quote?: string;
  /** What makes a quote within quotes stand for itself; a backslash when absent. A doubled quote does so, too. */
  readonly escape?: string;
  /** What makes an escape within quotes stand for itself: the escape itself when absent; empty or NUL: nothing. */
  readonly charToEscapeQuoteEscaping?: string;
  /** The cell that means there is no value, as it stands in the file, quotes included; the bare empty cell when absent. */
  readonly null?: string;
  /** The cell that means the empty text, as it stands in the file, quotes included; `""` when absent. */
  readonly empty?: string;
  /** Whether white space around cells that are not quoted goes; true when absent. */
  readonly ignoreLeadingWhiteSpace?: boolean;
  readonly ignoreTrailingWhiteSpace?: boolean;
  /** True: the first row names the columns. False: they are `_c0`, `_c1`, … as Spark calls them. A list: these are their names. */
  readonly header?: boolean | readonly string[];
  /** A byte order mark is believed rather than this. `utf-16` without one is big-endian, unless the bytes say otherwise. */
  readonly encoding?: 'utf-8' | 'utf-16' | 'utf-16le' | 'utf-16be';
  /** What ends a row, one character. Absent: a line feed with or without carriage return, or else a carriage return. */
  readonly lineSeparator?: string;
}

/** A private key that files are encrypted for. */
export interface DecryptKey {
  /** Armored, as `gpg --armor --export-secret-keys` writes it, or that in Base64. */
  readonly privateKey: string;
  readonly passphrase?: string;
}

/** What a file may cost before it is refused. */
export interface TableLimits {
  /** Bytes after every layer of compression and encryption has been undone. */
  readonly plainBytes: number;
  /** How often its own length a layer may become, once it gave more than {@link freeBytes}. */
  readonly ratio: number;
  /** So many bytes are never too many. */
  readonly freeBytes: number;
  /** Characters of a row of CSV, bytes of a record of JSON: a longer one is a bad row. */
  readonly rowLength: number;
  /** Bytes of a row group of Parquet, uncompressed: one is in memory at a time when it cannot be read in parts. */
  readonly rowGroupBytes: number;
  /** Bytes of a Parquet file that comes compressed or encrypted as a whole, and so has to lie on the disk for a while. */
  readonly spoolBytes: number;
}

/** How a file is to be read. Everything may be absent: then the file's first bytes decide. */
export interface TableSettings {
  /** `auto` when absent. */
  readonly format?: 'auto' | 'csv' | 'json' | 'parquet';
  readonly csv?: CsvSettings;
  /** The key material of the configuration, resolved. Keys that are being replaced may stand beside each other. */
  readonly decrypt?: readonly DecryptKey[];
  readonly limits?: Partial<TableLimits>;
  /** Where a Parquet file is laid that has to be decompressed or decrypted as a whole; the system's own place when absent. */
  readonly spoolFolder?: string;
}

/**
 * 16 GiB is more than three kilobytes for each of five million rows, and can be passed in the time of one invocation, as every
 * continuing invocation must; text compresses 1:20, what machines repeat 1:200. Spark writes row groups of 128 MiB, Lambda has 512 MiB
 * of disk unless told otherwise. A row is a message of its own.
 */
export const LIMITS: TableLimits = {
  plainBytes: 2 ** 34,
  ratio: 1000,
  freeBytes: 64 * 2 ** 20,
  rowLength: MESSAGE.messageBytes,
  rowGroupBytes: 256 * 2 ** 20,
  spoolBytes: 400 * 2 ** 20,
};
