import { type FileMetaData, parquetMetadataAsync, parquetSchema } from 'hyparquet';
import { inspect } from '../../core/envelope.js';
import { bad, Fault, ok, type Result } from '../../core/fault.js';
import type { FileBytes, Table, TableRow } from '../ports.js';
import { isParquet, startsLike } from './is-parquet.js';
import type { Unwrapped } from './layers.js';
import { hasIndex, type Window, windows } from './parquet-groups.js';
import { checkedPages } from './parquet-pages.js';
import { type Convert, convertOf, unrounded } from './parquet-values.js';
import { refused } from './refused.js';
import type { TableLimits } from './settings.js';
import { type RandomAccess, spooled } from './spool.js';

const YIELDED = 500;

/** What is known of a file once it is open. */
interface Opening {
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
  readonly converts: readonly Convert[];
  /** Reaches the bytes anew. */
  readonly reach: () => Promise<RandomAccess>;
  readonly limits: TableLimits;
}

/** A place's file, read in ranges. */
const ranged = (bytes: FileBytes): RandomAccess => ({
  byteLength: bytes.size,
  slice: async (start, end = bytes.size) => {
    const whole = new Uint8Array(end - start);
    let at = 0;
    for await (const chunk of bytes.open(start, end)) {
      if (at + chunk.length > whole.length)
        throw refused('the place gave more bytes of the Parquet file than it has');
      whole.set(chunk, at);
      at += chunk.length;
    }
    if (at < whole.length) throw refused('the Parquet file ends too soon: it was cut off');
    return whole.buffer;
  },
  close: () => Promise.resolve(),
});

/** What the library stumbles over, in our words. */
function worded(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return refused(`the Parquet file was cut off or is damaged (${reason})`, error);
}

/** What can be known from the footer alone. */
function refuseUnreadable(metadata: FileMetaData, names: readonly string[], limits: TableLimits): void {
  const { row_groups: groups, num_rows: rows, schema } = metadata;
  const counted = groups.reduce((sum, group) => sum + group.num_rows, 0n);
  if (counted !== rows) throw refused('the footer of the Parquet file contradicts itself about its rows');
  if (schema.some(({ name }) => name === '__proto__'))
    throw refused('a column of the Parquet file is called __proto__');
  if (new Set(names).size < names.length) throw refused('two columns of the Parquet file have the same name');
  const large = groups.find(
    (group) => !hasIndex(group) && Number(group.total_byte_size) > limits.rowGroupBytes,
  );
  if (large)
    throw refused(
      `a row group of the Parquet file has ${large.total_byte_size} bytes, more than ${limits.rowGroupBytes}, and no page index; have it written with smaller row groups`,
    );
}

/**
 * Opens a Parquet file: reads its footer. One that comes compressed or encrypted as a whole is laid onto the disk for every
 * reading. Throws `file.refused`.
 */
export async function openParquet(
  bytes: FileBytes,
  plain: Unwrapped,
  { limits, folder }: { readonly limits: TableLimits; readonly folder: string | undefined },
): Promise<Table> {
  if (!startsLike(plain.head, 'PAR1'))
    throw refused(
      isParquet(plain.head)
        ? 'the Parquet file encrypts itself, which is not supported'
        : 'the file is to be Parquet, but is not',
    );
  const reach = async (): Promise<RandomAccess> =>
    plain.layers.length === 0 ? ranged(bytes) : await spooled(plain, limits.spoolBytes, folder);
  const file = await reach();
  try {
    const read = await parquetMetadataAsync(file);
    const { children } = parquetSchema(read);
    const columns = children.map(({ element }) => element.name);
    refuseUnreadable(read, columns, limits);
    const metadata = { ...read, schema: read.schema.map(unrounded) };
    const opening = { metadata, columns, converts: children.map(convertOf), reach, limits };
    return { columns, rows: (from = 1) => rows(opening, from) };
  } catch (error) {
    throw worded(error);
  } finally {
    await file.close();
  }
}

async function* rows(opening: Opening, from: number): AsyncGenerator<readonly TableRow[]> {
  const { metadata, columns, limits } = opening;
  const file = await opening.reach();
  try {
    const checked = checkedPages(file, metadata, limits.rowGroupBytes);
    const found = windows(checked, metadata, columns, { from: from - 1, most: limits.rowGroupBytes });
    for await (const window of found) yield* inParts(window, opening);
  } catch (error) {
    throw worded(error);
  } finally {
    await file.close();
  }
}

function* inParts(window: Window, opening: Opening): Generator<readonly TableRow[]> {
  for (let start = window.start; start < window.end; start += YIELDED) {
    const part: TableRow[] = [];
    for (let row = start; row < Math.min(start + YIELDED, window.end); row++)
      part.push({ number: row + 1, cells: cellsOf(window, row, opening) });
    yield part;
  }
}

/** Whether text, here or deeper, holds what bytes become that are not UTF-8. */
const isDamaged = (value: unknown): boolean =>
  typeof value === 'string'
    ? value.includes('\uFFFD')
    : typeof value === 'object' && value !== null && Object.values(value).some(isDamaged);

function cellsOf(
  window: Window,
  row: number,
  { columns, converts }: Opening,
): Result<Record<string, unknown>> {
  const cells: Record<string, unknown> = {};
  let isNested = false;
  for (let index = 0; index < columns.length; index++) {
    const value = converts[index]?.(window.columns[index]?.value(row));
    if (isDamaged(value)) return bad('decode.encoding', `column ${index + 1} is not valid UTF-8`);
    isNested ||= typeof value === 'object' && value !== null;
    cells[columns[index] ?? ''] = value;
  }
  const fault = isNested ? inspect(cells) : undefined;
  return fault ? { ok: false, fault } : ok(cells);
}
