import { CsvError, Parser } from 'csv-parse';
import { LIMITS } from '../core/envelope.js';
import { bad, Fault, ok, type Result } from '../core/fault.js';
import { plural } from '../core/plural.js';
import { type Chunks, headed, isOfFile } from './bytes.js';
import { type Column, columnsOf } from './csv-columns.js';
import type { Found } from './found.js';

/** A row as the parser gives it. */
interface Row {
  readonly record: readonly string[];
  /** The line in which it ends, and how many bytes there are up to its end. */
  readonly lines: number;
  readonly bytes: number;
}

const DELIMITERS = [',', ';', '\t', '|'];

const hasLine = (head: Uint8Array): boolean => head.includes(10) || head.length > LIMITS.messageBytes;

/** The delimiter that the header line has most of. */
function delimiterOf(head: Uint8Array): string {
  const [line = ''] = Buffer.from(head).toString('utf8').split('\n', 1);
  const counted = DELIMITERS.map((delimiter) => ({ delimiter, count: line.split(delimiter).length }));
  return counted.reduce((best, one) => (one.count > best.count ? one : best)).delimiter;
}

const newlines = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.includes('\n') ? cell.split('\n').length - 1 : 0), 0);

function bodyOf(cells: readonly string[], columns: readonly Column[]): Result<unknown> {
  if (cells.length !== columns.length) {
    return bad('decode.csv', `the row has ${plural(cells.length, 'column')}, the header ${columns.length}`);
  }
  const body = {};
  for (const { index, write } of columns) {
    const cell = cells[index] ?? '';
    if (cell === '') continue;
    if (cell.includes('\uFFFD')) return bad('decode.encoding', `column ${index + 1} is not valid UTF-8`);
    const wrong = write(cell, body);
    if (wrong !== undefined) return bad('decode.csv', `column ${index + 1} ${wrong}`);
  }
  return ok(body);
}

/** Rows become records as the header says. */
class Table {
  private columns: readonly Column[] | undefined;
  /** Where the next row begins. */
  private line = 1;
  private offset = 0;
  /** True once the header turned out not to be one. */
  isHopeless = false;

  /** The records of some rows; of a header that cannot be used the fault, and nothing more. */
  takeAll(rows: readonly Row[]): readonly Found[] {
    return rows.flatMap((row) => (this.isHopeless ? [] : (this.take(row) ?? [])));
  }

  private take({ record, lines, bytes }: Row): Found | undefined {
    const place = { line: lines - newlines(record), offset: this.offset };
    this.line = lines + 1;
    this.offset = bytes;
    if (this.columns) return { ...place, item: bodyOf(record, this.columns) };
    const columns = columnsOf(record);
    if (columns.ok) this.columns = columns.value;
    else this.isHopeless = true;
    return columns.ok ? undefined : { ...place, item: columns };
  }

  /** What is to be said when the file cannot be read any further. */
  lost(fault: Fault): Found {
    return { line: this.line, offset: this.offset, item: { ok: false, fault } };
  }
}

/** Why reading ended: a fault of the file; anything else is thrown on. The library's own words may quote a row. */
function faultOf(error: unknown): Fault {
  if (isOfFile(error)) return error;
  if (!(error instanceof CsvError)) throw error;
  const text = `the file cannot be read from here on: ${error.code}; look for a quote that is never closed`;
  return new Fault('decode.csv', text, { cause: error });
}

/** The parser, and what it has found of late: taken by hand, because a stream that fails drops what nobody has read yet. */
class Rows {
  private rows: Row[] = [];
  private readonly parser: Parser;

  constructor(delimiter: string) {
    this.parser = new Parser({
      bom: true,
      delimiter,
      max_record_size: LIMITS.messageBytes,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      on_record: (record: readonly string[], { lines, bytes }) => {
        this.rows.push({ record, lines, bytes });
        return null;
      },
    });
    // What goes wrong is told to whoever writes.
    this.parser.on('error', () => undefined).resume();
  }

  /** Reads on; gives what went wrong, if anything did. */
  write(chunk: Uint8Array): Promise<unknown> {
    return new Promise((resolve) => this.parser.write(chunk, resolve));
  }

  end(): Promise<unknown> {
    return new Promise((resolve) => {
      this.parser
        .once('error', resolve)
        .once('end', () => resolve(undefined))
        .end();
    });
  }

  take(): readonly Row[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }
}

/**
 * The records of a CSV file: a header and rows, quoted by `"`, delimited by whatever of `,` `;` `|` and tab the header has
 * most of. What headers mean: {@link columnsOf}. A row of another width, or with a cell that is not what the header says,
 * is a fault in its place; after a quote that is never closed nothing can be trusted, so that ends the file.
 */
export async function* csvRecords(chunks: Chunks): AsyncGenerator<readonly Found[]> {
  const table = new Table();
  let rows: Rows | undefined;
  let error: unknown;
  try {
    for await (const chunk of headed(chunks, hasLine)) {
      rows ??= new Rows(delimiterOf(chunk));
      error = await rows.write(chunk);
      yield table.takeAll(rows.take());
      if (table.isHopeless || error) break;
    }
    if (!error && !table.isHopeless) error = await rows?.end();
  } catch (cause) {
    error = cause;
  }
  yield table.takeAll(rows?.take() ?? []);
  if (error) yield [table.lost(faultOf(error))];
}
