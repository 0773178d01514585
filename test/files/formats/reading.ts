import { openTable } from '../../../shared/files/formats/open-table.js';
import type { TableSettings } from '../../../shared/files/formats/settings.js';
import type { FileBytes, TableRow } from '../../../shared/files/ports.js';

/** A file in memory, given in pieces of a size; counts how often it is open at the moment. */
export class MemoryFile implements FileBytes {
  readonly name: string;
  readonly size: number;
  opened = 0;
  /** Bytes that have been given so far. */
  given = 0;
  private readonly bytes: Uint8Array;
  private readonly piece: number;

  constructor(name: string, bytes: Uint8Array | string, piece = 65_536) {
    this.name = name;
    this.bytes = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    this.size = this.bytes.length;
    this.piece = piece;
  }

  async *open(from = 0, to = this.size): AsyncGenerator<Uint8Array> {
    this.opened += 1;
    try {
      for (let at = from; at < to; at += this.piece) {
        await Promise.resolve();
        const part = this.bytes.subarray(at, Math.min(at + this.piece, to));
        this.given += part.length;
        yield part;
      }
    } finally {
      this.opened -= 1;
    }
  }
}

/** All rows of a file. */
export async function rowsOf(file: FileBytes, settings: TableSettings = {}, from = 1): Promise<TableRow[]> {
  const table = await openTable(file, settings);
  const rows: TableRow[] = [];
  for await (const some of table.rows(from)) rows.push(...some);
  return rows;
}

/** The cells of rows, or the code of what is wrong with them. */
export const shown = (rows: readonly TableRow[]): unknown[] =>
  rows.map(({ cells }) => (cells.ok ? cells.value : cells.fault.code));

/** The cells of all rows of a text. */
export const read = async (text: Uint8Array | string, settings: TableSettings = {}): Promise<unknown[]> =>
  shown(await rowsOf(new MemoryFile('export', text), settings));
