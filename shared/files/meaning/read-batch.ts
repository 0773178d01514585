import { Fault } from '../../core/fault.js';
import { plural } from '../../core/plural.js';
import { readProfile } from '../../core/profile.js';
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

/** Why the pipeline will not be able to read a row; undefined when it will. */
function faultIn({ cells }: TableRow, shape: FileShape): Fault | undefined {
  const body = cells.ok ? shape.body(cells.value) : cells;
  const profile = body.ok ? readProfile(body.value) : body;
  return profile.ok ? undefined : profile.fault;
}

/** Takes notice of all rows; gives why none of them can be read, where that is so. */
async function lookThrough(table: Table, shape: FileShape): Promise<Fault | undefined> {
  let [count, first]: [number, Fault | undefined] = [0, undefined];
  let isGood = false;
  for await (const rows of table.rows())
    for (const row of rows) {
      count += 1;
      if (row.cells.ok) shape.look(row.cells.value);
      // One that can be read is enough.
      const fault: Fault | undefined = isGood ? undefined : faultIn(row, shape);
      first ??= fault;
      isGood ||= fault === undefined;
    }
  if (isGood || !first) return undefined;
  const text = `none of its ${plural(count, 'row')} can be read, the first one because: ${first.message}; compare how the file is written with "csv" and "columns" of its entry in "files"`;
  return new Fault('file.refused', text);
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
  const unread = await lookThrough(table, shape.value);
  return unread ?? shape.value.refusal() ?? { shape: shape.value, table };
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
