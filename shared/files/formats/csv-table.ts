import { bad, ok } from '../../core/fault.js';
import { plural } from '../../core/plural.js';
import type { Table, TableRow } from '../ports.js';
import { CsvCutter, type CsvRow } from './csv-cutter.js';
import { type CsvDialect, dialectOf } from './csv-dialect.js';
import type { Plain } from './plain.js';
import { refused } from './refused.js';
import type { CsvSettings } from './settings.js';
import { type Encoding, encodingOf, TextDecoding } from './text-decoder.js';

/** What was found out at opening: how to read the file, and its columns. */
interface Opening {
  readonly encoding: Encoding;
  readonly dialect: CsvDialect;
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
  /** Characters of the longest row that is taken. */
  readonly most: number;
}

const hasLine = (text: string): boolean => /[\r\n][\s\S]/.test(text.trimStart());

/** The beginning of the text, with its first line if a row may be that long; the same however the bytes come. */
async function headOf(plain: Plain, encoding: Encoding, most: number): Promise<string> {
  const own = new TextDecoding(encoding).push(plain.head);
  if (hasLine(own)) return own;
  const decoding = new TextDecoding(encoding);
  let head = '';
  for await (const chunk of plain.open()) {
    head += decoding.push(chunk);
    if (head.length > most) return head.slice(0, most);
  }
  return head + decoding.end();
}

/** Every row of a file in the order of the file, the header too. */
async function* rowsOf(
  plain: Plain,
  encoding: Encoding,
  cutter: CsvCutter,
): AsyncGenerator<readonly CsvRow[]> {
  const decoding = new TextDecoding(encoding);
  for await (const chunk of plain.open()) yield cutter.push(decoding.push(chunk));
  yield cutter.push(decoding.end());
  yield cutter.end();
}

/** The first row that is none of blanks; throws `file.refused` for one that is too long, without looking for its end. */
async function firstRow(
  plain: Plain,
  { encoding, dialect, most }: Pick<Opening, 'encoding' | 'dialect' | 'most'>,
): Promise<CsvRow | undefined> {
  const cutter = new CsvCutter(dialect, most);
  for await (const [row] of rowsOf(plain, encoding, cutter)) {
    if (row?.isLong || (!row && cutter.isPassing))
      throw refused(
        `the first row has more than ${most} characters: a quote is never closed, or line ends are missing; compare the settings of quote, escape and line separator with the export's`,
      );
    if (row) return row;
  }
  return undefined;
}

/** The names of a header row; a header that cannot be meant is `file.refused`. */
function namesOf({ cells, wrong }: Pick<CsvRow, 'cells' | 'wrong'>): readonly string[] {
  if (wrong !== undefined) throw refused(`the header cannot be read: ${wrong}`);
  const names = cells.map((cell) => cell ?? '');
  const nameless = names.indexOf('');
  if (nameless >= 0) throw refused(`column ${nameless + 1} of the header has no name`);
  const places = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const other = places.get(name);
    // What they are called is not told: where a header is missing, it is somebody's value.
    if (other !== undefined)
      throw refused(
        `columns ${other + 1} and ${index + 1} of the header are called the same; look whether the file has a header`,
      );
    places.set(name, index);
  }
  if (names.includes('__proto__')) throw refused('a column of the header is called __proto__');
  return names;
}

/** The columns of a file by the settings, or by its first row. */
async function columnsOf(
  header: CsvSettings['header'],
  first: () => Promise<CsvRow | undefined>,
): Promise<readonly string[]> {
  if (typeof header === 'object') return namesOf({ cells: header });
  const row = await first();
  if (!row) return [];
  return header === false ? row.cells.map((_, index) => `_c${index}`) : namesOf(row);
}

/**
 * Opens a CSV file: finds out its encoding, its dialect and its columns. A row of more than `most` characters is one bad row.
 * Throws `file.refused`.
 */
export async function openCsv(plain: Plain, settings: CsvSettings, most: number): Promise<Table> {
  const { header } = settings;
  const encoding = encodingOf(plain.head, settings.encoding);
  const dialect = dialectOf(settings, await headOf(plain, encoding, most));
  const columns = await columnsOf(header, () => firstRow(plain, { encoding, dialect, most }));
  const hasHeader = header === undefined || header === true;
  const opening: Opening = { encoding, dialect, columns, hasHeader, most };
  return { columns, rows: (from = 1) => read(plain, opening, from) };
}

async function* read(plain: Plain, opening: Opening, from: number): AsyncGenerator<readonly TableRow[]> {
  // The header is row 0.
  let number = opening.hasHeader ? -1 : 0;
  const cutter = new CsvCutter(opening.dialect, opening.most);
  for await (const rows of rowsOf(plain, opening.encoding, cutter)) {
    const wanted: TableRow[] = [];
    for (const row of rows) {
      number += 1;
      if (number > 0) refuseCutOff(row, opening.columns.length);
      if (number >= from && number > 0) wanted.push(tableRow(row, number, opening.columns));
    }
    // Without rows, too: who reads looks at the clock in between.
    yield wanted;
  }
}

/** A last row that is too short and that no line end closes was not written so. */
function refuseCutOff(row: CsvRow, width: number): void {
  if (row.isOpen === true && row.width < width)
    throw refused(`the last row breaks off after ${row.width} of ${width} columns: the file was cut off`);
}

function tableRow({ cells, wrong, isLong }: CsvRow, number: number, columns: readonly string[]): TableRow {
  if (wrong !== undefined) return { number, cells: bad(isLong ? 'decode.too-large' : 'decode.csv', wrong) };
  if (cells.length !== columns.length) {
    const text = `the row has ${plural(cells.length, 'column')}, the header ${columns.length}`;
    return { number, cells: bad('decode.csv', text) };
  }
  const record: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) record[columns[index] ?? ''] = cells[index];
  return { number, cells: ok(record) };
}
