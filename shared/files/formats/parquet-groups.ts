import { type AsyncBuffer, type ColumnData, type FileMetaData, parquetRead, type RowGroup } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { undoLz4Block } from './lz4-block.js';
import { PARSERS } from './parquet-values.js';
import { refused } from './refused.js';

/** So much of a row group is read at a time, uncompressed, where the file says where its pages are. */
const WINDOW = 16 * 2 ** 20;
const LEAST_ROWS = 1000;

/** The values of one column, piece by piece. */
class Column {
  private readonly pieces: ColumnData[] = [];
  private at = 0;

  add(piece: ColumnData): void {
    this.pieces.push(piece);
  }

  /** The value of a row, counted from the file's beginning; rows are asked for in rising order. */
  value(row: number): unknown {
    let piece = this.pieces[this.at];
    while (piece && row >= piece.rowEnd) piece = this.pieces[++this.at];
    if (!piece || row < piece.rowStart)
      throw refused('a column of the Parquet file has fewer values than the file has rows');
    return piece.columnData[row - piece.rowStart];
  }
}

/** Some rows of a file, column by column, as the library gives them. */
export interface Window {
  /** Counted from the file's beginning, from 0. */
  readonly start: number;
  readonly end: number;
  /** In the order of the schema's columns. */
  readonly columns: readonly Column[];
}

/** Whether the file says where the pages of a group are, so that some of its rows can be read without the others. */
export const hasIndex = ({ columns }: RowGroup): boolean =>
  columns.every(({ offset_index_offset: offset, offset_index_length: length }) => Boolean(offset && length));

/** How many rows of a group are read at a time. */
function windowRows(group: RowGroup): number {
  const rows = Number(group.num_rows);
  if (!hasIndex(group)) return rows;
  const bytes = Math.max(1, Number(group.total_byte_size));
  return Math.max(LEAST_ROWS, Math.floor((rows * WINDOW) / bytes));
}

/** The library stumbles over pages without values. */
function undoLz4(input: Uint8Array, length: number): Uint8Array {
  const plain = new Uint8Array(length);
  return input.length === 0 ? plain : plain.subarray(0, undoLz4Block(input, plain, 0));
}

/** Refuses pages that would be more than a whole group may be. */
const guarded = (most: number): typeof compressors =>
  Object.fromEntries(
    Object.entries({ ...compressors, LZ4_RAW: undoLz4 }).map(([codec, undo]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        if (length > most)
          throw refused(`a page of the Parquet file becomes ${length} bytes, more than ${most}`);
        return undo(input, length);
      },
    ]),
  );

async function readWindow(
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  { start, end, most }: { readonly start: number; readonly end: number; readonly most: number },
): Promise<Window> {
  const columns = new Map(names.map((name) => [name, new Column()]));
  await parquetRead({
    file,
    metadata,
    rowStart: start,
    rowEnd: end,
    compressors: guarded(most),
    parsers: PARSERS,
    utf8: false,
    useOffsetIndex: true,
    onChunk: (piece) => columns.get(piece.columnName)?.add(piece),
  });
  return { start, end, columns: [...columns.values()] };
}

/**
 * The rows of a file from `from` on (from 0), in windows that fit the memory: parts of a row group where the file has an
 * index of its pages, else one group at a time. What comes before is not read.
 */
export async function* windows(
  file: AsyncBuffer,
  metadata: FileMetaData,
  names: readonly string[],
  { from, most }: { readonly from: number; readonly most: number },
): AsyncGenerator<Window> {
  let first = 0;
  for (const group of metadata.row_groups) {
    const last = first + Number(group.num_rows);
    const step = windowRows(group);
    for (let start = Math.max(first, from); start < last; start += step)
      yield await readWindow(file, metadata, names, { start, end: Math.min(start + step, last), most });
    first = last;
  }
}
