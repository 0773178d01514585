import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Fault } from '../core/fault.js';
import type { Chunks } from './bytes.js';

/** Where events come from. */
export interface EventSource {
  /** Of the file, for people. */
  readonly name: string;
  readonly format: 'json' | 'csv';
  /** Bytes to come, where that is known before. */
  readonly size?: number;
  /** Begins to read. */
  readonly open: () => Chunks;
}

/** Large enough that a piece holds many records, small enough to be forgotten soon. */
const PIECE_BYTES = 262_144;

const CSV_NAME = /\.(csv|tsv)(\.gz)?$/i;

/** The format a name promises. */
export const formatOf = (name: string): EventSource['format'] => (CSV_NAME.test(name) ? 'csv' : 'json');

/** A file of events; `config.unreadable` when it is none or is not there. The format goes by its name. */
export async function fileSource(path: string): Promise<EventSource> {
  const unreadable = (why: string, cause?: unknown): Fault =>
    new Fault('config.unreadable', `${path} cannot be read (${why}); check the path`, { cause });
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw unreadable('it is a folder; name the files in it');
    return {
      name: path,
      format: formatOf(path),
      // Pipes have no size that is known before.
      ...(found.isFile() && { size: found.size }),
      open: () => createReadStream(path, { highWaterMark: PIECE_BYTES }),
    };
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
}
