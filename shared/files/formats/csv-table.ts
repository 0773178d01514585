import { LIMITS } from '../../core/envelope.js';
import { bad, ok } from '../../core/fault.js';
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
}

const hasLine = (text: string): boolean => /[\r\n][\s\S]/.test(text.trimStart());

/** The beginning of the text, up to the end of its first line if a message may be that long. */
async function headOf(plain: Plain, encoding: Encoding): Promise<string> {
  const own = new TextDecoding(encoding).push(plain.head);
  if (hasLine(own)) return own;
  const decoding = new TextDecoding(encoding);
  let head = '';
  for await (const chunk of plain.open()) {
    head += decoding.push(chunk);
    if (hasLine(head) || head.length > LIMITS.messageBytes) return head;
  }
  return head + decoding.end();
}

/** Every row of a file in the order of the file, the header too. */
async function* rowsOf(
  plain: Plain,
  encoding: Encoding,
  dialect: CsvDialect,
): AsyncGenerator<readonly CsvRow[]> {
  const decoding = new TextDecoding(encoding);
  const cutter = new CsvCutter(dialect);
  for await (const chunk of plain.open()) yield cutter.push(decoding.push(chunk));
  yield cutter.push(decoding.end());
  yield cutter.end();
}

async function firstRow(rows: AsyncGenerator<readonly CsvRow[]>): Promise<CsvRow | undefined> {
  for await (const [row] of rows) if (row) return row;
  return undefined;
}

/** The names of a header row; a header that cannot be meant is `file.refused`. */
function namesOf({ cells, wrong }: CsvRow): readonly string[] {
  if (wrong !== undefined) throw refused(`the header cannot be read: ${wrong}`);
  const names = cells.map((cell) => cell ?? '');
  const nameless = names.indexOf('');
  if (nameless >= 0) throw refused(`column ${nameless + 1} of the header has no name`);
  const second = names.findIndex((name, index) => names.indexOf(name) !== index);
  // What they are called is not told: where a header is missing, it is somebody's value.
  if (second >= 0)
    throw refused(
      `columns ${names.indexOf(names[second] ?? '') + 1} and ${second + 1} of the header are called the same; look whether the file has a header`,
    );
  if (names.includes('__proto__')) throw refused('a column of the header is called __proto__');
  return names;
}

/** The columns of a file by the settings, or by its first row. */
function columnsOf(header: CsvSettings['header'], first: CsvRow | undefined): readonly string[] {
  if (typeof header === 'object') return namesOf({ cells: header });
  if (!first) return [];
  return header === false ? first.cells.map((_, index) => `_c${index}`) : namesOf(first);
}

/** Opens a CSV file: finds out its encoding, its dialect and its columns. Throws `file.refused`. */
export async function openCsv(plain: Plain, settings: CsvSettings): Promise<Table> {
  const encoding = encodingOf(plain.head, settings.encoding);
  const head = await headOf(plain, encoding);
  const dialect = dialectOf(settings, head);
  const [first = await firstRow(rowsOf(plain, encoding, dialect))] = new CsvCutter(dialect).push(head);
  const hasHeader = settings.header === undefined || settings.header === true;
  const columns = columnsOf(settings.header, first);
  const opening: Opening = { encoding, dialect, columns, hasHeader };
  return { columns, rows: (from = 1) => read(plain, opening, from) };
}

async function* read(plain: Plain, opening: Opening, from: number): AsyncGenerator<readonly TableRow[]> {
  // The header is row 0.
  let number = opening.hasHeader ? -1 : 0;
  for await (const rows of rowsOf(plain, opening.encoding, opening.dialect)) {
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
function refuseCutOff({ cells, isOpen }: CsvRow, width: number): void {
  if (isOpen === true && cells.length < width)
    throw refused(`the last row breaks off after ${cells.length} of ${width} columns: the file was cut off`);
}

function tableRow({ cells, wrong }: CsvRow, number: number, columns: readonly string[]): TableRow {
  if (wrong !== undefined) return { number, cells: bad('decode.csv', wrong) };
  if (cells.length !== columns.length) {
    const text = `the row has ${cells.length} columns, the header ${columns.length}`;
    return { number, cells: bad('decode.csv', text) };
  }
  const record: Record<string, unknown> = {};
  for (let index = 0; index < columns.length; index++) record[columns[index] ?? ''] = cells[index];
  return { number, cells: ok(record) };
}
