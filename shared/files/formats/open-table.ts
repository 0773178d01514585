import type { FileBytes, Table } from '../ports.js';
import { openCsv } from './csv-table.js';
import { isParquet } from './is-parquet.js';
import { openJson } from './json-table.js';
import { unwrapped } from './layers.js';
import type { Plain } from './plain.js';
import { refused } from './refused.js';
import { LIMITS, type TableSettings } from './settings.js';
import { encodingOf } from './text-decoder.js';

/** What a file is, by its first bytes, or by its first character that is no blank. */
function formatOf(plain: Plain): 'csv' | 'json' | 'parquet' {
  if (isParquet(plain.head)) return 'parquet';
  const text = Buffer.from(plain.head)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  return text.startsWith('{') || text.startsWith('[') ? 'json' : 'csv';
}

/** What people try and nobody reads here, by its first bytes (PKWARE's APPNOTE 4.3.7, RFC 8878 3.1.1). */
const STRANGERS = [
  ['zip', '504b0304'],
  ['Zstandard', '28b52ffd'],
] as const;

/** A text in UTF-8 has no zeros; what has is of a kind that nobody here knows (a disk image). */
function refuseBinary(plain: Plain, encoding: string): void {
  const head = Buffer.from(plain.head.subarray(0, 8)).toString('hex');
  const stranger = STRANGERS.find(([, magic]) => head.startsWith(magic));
  if (stranger)
    throw refused(
      `the file is ${stranger[0]}, which is not read here; choose GZIP or none as compression in Adobe`,
    );
  if (encoding === 'utf-8' && plain.head.includes(0))
    throw refused(
      'the file is neither text nor anything else that can be read here; see docs/files-formats.md for what can',
    );
}

/**
 * Opens a file as a table. What it is compressed, encrypted and written as is told by its first bytes, unless the settings
 * say its format. Throws `file.refused` for all that can be known without reading it to its end; what shows later, its rows
 * throw. Places' own faults pass through.
 */
export async function openTable(bytes: FileBytes, settings: TableSettings): Promise<Table> {
  const limits = { ...LIMITS, ...settings.limits };
  const plain = await unwrapped(bytes, settings.decrypt ?? [], limits);
  const { format = 'auto', csv = {} } = settings;
  const kind = format === 'auto' ? formatOf(plain) : format;
  // Loaded when it is needed: most deployments take in no Parquet.
  if (kind === 'parquet')
    return (await import('./parquet-table.js')).openParquet(bytes, plain, {
      limits,
      folder: settings.spoolFolder,
    });
  if (isParquet(plain.head)) throw refused(`the file is to be ${kind}, but is Parquet`);
  refuseBinary(plain, encodingOf(plain.head, kind === 'csv' ? csv.encoding : undefined));
  return kind === 'json' ? openJson(plain, limits.rowLength) : openCsv(plain, csv, limits.rowLength);
}
