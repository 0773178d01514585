import { Fault } from '../../core/fault.js';
import { openTable } from '../formats/open-table.js';
import type { DecryptKey } from '../formats/settings.js';
import type { FileBytes, FileEntry, Table, TableRow } from '../ports.js';
import type { FileMeaning } from './file-meaning.js';
import type { FileShape } from './file-shape.js';
import { tableSettings } from './table-settings.js';

/** A file that has been read to its end once, and can be meant. */
export interface OpenBatch {
  readonly shape: FileShape;
  readonly table: Table;
}

function look({ cells }: TableRow, shape: FileShape): void {
  if (cells.ok) shape.look(cells.value);
}

/** The fault of a file, with its name. */
const named = (name: string, { code, message }: Fault): Fault => new Fault(code, `${name}: ${message}`);

async function openWhole(
  bytes: FileBytes,
  entry: FileEntry,
  { meaning, keys }: BatchDeps,
): Promise<OpenBatch | Fault> {
  const table = await openTable(bytes, tableSettings(meaning.rule, keys));
  const shape = meaning.shapeOf(entry, table.columns);
  if (!shape.ok) return shape.fault;
  for await (const rows of table.rows()) for (const row of rows) look(row, shape.value);
  return shape.value.refusal() ?? { shape: shape.value, table };
}

/** What a file is read with. */
export interface BatchDeps {
  readonly meaning: FileMeaning;
  readonly keys: readonly DecryptKey[];
}

/**
 * Opens a file as its entry means it, and reads it once to its end, as a deployment does before any row acts. Throws
 * `file.refused`, with the name of the file, when it cannot be read or meant.
 */
export async function openBatch(bytes: FileBytes, entry: FileEntry, deps: BatchDeps): Promise<OpenBatch> {
  try {
    const opened = await openWhole(bytes, entry, deps);
    if (opened instanceof Fault) throw opened;
    return opened;
  } catch (error) {
    throw error instanceof Fault && error.code === 'file.refused' ? named(entry.name, error) : error;
  }
}
