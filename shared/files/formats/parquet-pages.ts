import * as zlib from 'node:zlib';
import type { ColumnMetaData, FileMetaData } from 'hyparquet';
import { refused } from './refused.js';
import type { RandomAccess } from './spool.js';
import { type Struct, ThriftReader } from './thrift.js';

/** Where the pages of one column of one row group lie. */
interface Chunk {
  readonly start: number;
  readonly end: number;
  readonly values: number;
}

/** Numbers of the fields of a page's head (parquet.thrift, PageHeader). */
const FIELD = { plainSize: 2, size: 3, crc: 4, data: 5, dictionary: 7, dataV2: 8 } as const;

const damaged = (): Error => refused('a page of the Parquet file is damaged');

function chunkOf(meta: ColumnMetaData): Chunk {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset);
  return { start, end: start + Number(meta.total_compressed_size), values: Number(meta.num_values) };
}

const whole = (struct: Struct, field: number): number => {
  const value = struct.get(field);
  if (typeof value !== 'number') throw damaged();
  return value;
};

/** How many values a page says to have. */
function valuesOf(head: Struct): number {
  const inner = head.get(FIELD.data) ?? head.get(FIELD.dictionary) ?? head.get(FIELD.dataV2);
  if (inner === undefined || typeof inner === 'number') return 0;
  return whole(inner, 1);
}

/** Checks the pages from `from` on: the library believes whatever their heads say, and would never end. */
function checkPages(bytes: Uint8Array, from: number, to: number, { values }: Chunk, most: number): void {
  let at = from;
  while (at < to) {
    const reader = new ThriftReader(bytes, at);
    const head = reader.struct();
    const size = whole(head, FIELD.size);
    const plainSize = whole(head, FIELD.plainSize);
    const count = valuesOf(head);
    if (size < 0 || reader.at + size > to || plainSize < 0 || plainSize > most || count < 0 || count > values)
      throw damaged();
    checkSum(head, bytes.subarray(reader.at, reader.at + size));
    at = reader.at + size;
  }
}

/** Most writers leave the checksum out. Those of Spark write it. */
function checkSum(head: Struct, page: Uint8Array): void {
  const crc = head.get(FIELD.crc);
  if (typeof crc === 'number' && zlib.crc32(page) !== crc >>> 0) throw damaged();
}

/**
 * The same file, but what is read of it that are pages is checked before anybody believes it: sizes, numbers of values, and
 * the checksum where there is one. Throws `file.refused`. `most`: bytes of a page, uncompressed.
 */
export function checkedPages(file: RandomAccess, metadata: FileMetaData, most: number): RandomAccess {
  const chunks = metadata.row_groups
    .flatMap(({ columns }) => columns.flatMap(({ meta_data: meta }) => (meta ? [chunkOf(meta)] : [])))
    .sort((a, b) => a.start - b.start);
  return {
    ...file,
    slice: async (start, end = file.byteLength) => {
      const buffer = await file.slice(start, end);
      const bytes = new Uint8Array(buffer);
      for (const chunk of overlapping(chunks, start, end)) {
        // A part of a chunk is asked for from the beginning of a page to the end of one.
        const from = Math.max(chunk.start, start) - start;
        checkPages(bytes, from, Math.min(chunk.end, end) - start, chunk, most);
      }
      return buffer;
    },
  };
}

const overlapping = (chunks: readonly Chunk[], start: number, end: number): readonly Chunk[] =>
  chunks.filter((chunk) => chunk.start < end && chunk.end > start);
