import { type Chunks, plainBytes } from './bytes.js';
import { csvRecords } from './csv-records.js';
import type { EventSource } from './event-source.js';
import type { Found } from './found.js';
import { jsonRecords } from './json-records.js';

/** One record of one file. */
export interface EventRecord extends Found {
  readonly file: string;
}

async function* counted(chunks: Chunks, onBytes: (count: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

/**
 * The records of several files, one file after another, some records at a time, gzip undone; unreadable ones are faults in
 * their places. Holds one record and one piece of a file at a time, however long the file. `onBytes` hears of the bytes
 * that have been read, as they lie in the file. Throws what the system says when a file cannot be read on.
 */
export async function* readEvents(
  sources: readonly EventSource[],
  onBytes: (count: number) => void = () => undefined,
): AsyncGenerator<readonly EventRecord[]> {
  for (const { name, format, open } of sources) {
    const bytes = plainBytes(counted(open(), onBytes));
    const records = format === 'csv' ? csvRecords(bytes) : jsonRecords(bytes);
    for await (const some of records) yield some.map((found) => ({ ...found, file: name }));
  }
}

/** Where a record is, for people. */
export const placeOf = ({ file, line }: Pick<EventRecord, 'file' | 'line'>): string => `${file}:${line}`;
