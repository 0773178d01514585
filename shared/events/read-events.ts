import { Fault } from '../core/fault.js';
import { plainBytes } from './bytes.js';
import { csvRecords } from './csv-records.js';
import type { EventSource } from './event-source.js';
import type { Found } from './found.js';
import { jsonRecords } from './json-records.js';

/** One record of one file. */
export interface EventRecord extends Found {
  readonly file: string;
}

async function* counted(
  { name, open }: EventSource,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of open()) {
      onBytes(chunk.length);
      yield chunk;
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('config.unreadable', `${name} cannot be read to its end (${why})`, { cause });
  }
}

/**
 * The records of several files, one file after another, some records at a time, gzip undone; unreadable ones are faults in
 * their places. Holds one record and one piece of a file at a time, however long the file. `onBytes` hears of the bytes
 * that have been read, as they lie in the file. Throws `config.unreadable` when the system will not read on.
 */
export async function* readEvents(
  sources: readonly EventSource[],
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<readonly EventRecord[]> {
  for (const source of sources) {
    const bytes = plainBytes(counted(source, onBytes));
    const records = source.format === 'csv' ? csvRecords(bytes) : jsonRecords(bytes);
    for await (const some of records) yield some.map((found) => ({ ...found, file: source.name }));
  }
}

/** Where a record is, for people. */
export const placeOf = ({ file, line }: Pick<EventRecord, 'file' | 'line'>): string => `${file}:${line}`;
