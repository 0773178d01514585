import type { FileBytes, Table } from '../ports.js';
import { openCsv } from './csv-table.js';
import { openJson } from './json-table.js';
import { headOf, inPieces, type Plain } from './plain.js';
import type { TableSettings } from './settings.js';

/** What a text is, by its first character that is no blank. */
function textFormat({ head }: Plain): 'csv' | 'json' {
  const text = Buffer.from(head)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  return text.startsWith('{') || text.startsWith('[') ? 'json' : 'csv';
}

/**
 * Opens a file as a table. What it is compressed, encrypted and written as is told by its first bytes, unless the settings
 * say its format. Throws `file.refused` for all that can be known without reading it to its end; what shows later, its rows
 * throw. Places' own faults pass through.
 */
export async function openTable(bytes: FileBytes, settings: TableSettings): Promise<Table> {
  const plain: Plain = { head: await headOf(bytes.open()), open: () => inPieces(bytes.open()) };
  const { format = 'auto' } = settings;
  const kind = format === 'auto' ? textFormat(plain) : format;
  return kind === 'json' ? openJson(plain) : openCsv(plain, settings.csv ?? {});
}
