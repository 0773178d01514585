import { bareCell, type Cell, quotedCell, readQuoted, skipBlanks } from './csv-cells.js';
import type { CsvDialect } from './csv-dialect.js';
import { CsvPassage } from './csv-passage.js';
import { Places } from './csv-places.js';
import { refused } from './refused.js';

/** One row as it was cut; `wrong` says why its cells cannot be trusted. */
export interface CsvRow {
  readonly cells: readonly Cell[];
  readonly wrong?: string;
  /** True of a row that is too long to be taken: it has no cells then. */
  readonly isLong?: boolean;
  /** How many cells there are, or were. */
  readonly width: number;
  /** True of a last row that no line end closes. */
  readonly isOpen?: boolean;
}

/** The cells of a row so far, and where the next one begins. */
interface Careful {
  readonly cells: Cell[];
  wrong?: string;
  at: number;
}

/**
 * Cuts the text of a CSV file, as it comes, into rows of cells, by Spark's rules: cells are quoted only if they begin with a
 * quote, bare cells are taken as they stand, blank lines are nothing. A row of more than `most` characters is passed to its
 * real end, and is one row that is wrong. Which rows there are does not depend on how the text is cut.
 */
export class CsvCutter {
  private text = '';
  private passage: CsvPassage | undefined;
  private readonly dialect: CsvDialect;
  private readonly most: number;
  private quotes: Places;
  private delimiters: Places;
  private newlines: Places;

  constructor(dialect: CsvDialect, most: number) {
    this.dialect = dialect;
    this.most = most;
    this.quotes = new Places('', dialect.quote);
    this.delimiters = new Places('', dialect.delimiter);
    this.newlines = new Places('', dialect.newline);
  }

  /** Whether a row is being passed that is too long. */
  get isPassing(): boolean {
    return this.passage !== undefined && !this.passage.isBlank;
  }

  /** The rows that end in this text. */
  push(text: string): readonly CsvRow[] {
    const rows = this.run(text, false);
    // All of it is of one row, the end of which is not in sight.
    if (this.text.length > this.most) {
      this.passage = new CsvPassage(this.dialect);
      this.text = this.passed(this.text, rows);
    }
    return rows;
  }

  /** What is left when the file ends. Throws `file.refused` when it ends within quotes. */
  end(): readonly CsvRow[] {
    const rows = this.run('', true);
    if (this.text !== '' || this.passage?.isQuoted)
      throw refused(
        'the file ends within a quoted cell: it was cut off, or its settings of quote and escape are not those of the export',
      );
    if (this.passage) this.keepLong(this.passage, rows, true);
    return rows;
  }

  private run(text: string, isLast: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    this.text = this.passed(this.text === '' ? text : this.text + text, rows);
    this.quotes = new Places(this.text, this.dialect.quote);
    this.delimiters = new Places(this.text, this.dialect.delimiter);
    this.newlines = new Places(this.text, this.dialect.newline);
    let at = 0;
    while (at < this.text.length) {
      const next = this.row(at, isLast, rows);
      if (next === undefined) break;
      at = next;
    }
    this.text = this.text.slice(at);
    return rows;
  }

  /** What is left of a text behind a row that is being passed. */
  private passed(text: string, rows: CsvRow[]): string {
    const { passage } = this;
    const end = passage ? passage.pass(text) : -1;
    if (end === undefined) return '';
    if (passage) this.keepLong(passage, rows, false);
    this.passage = undefined;
    return text.slice(end + 1);
  }

  /** Reads the row that begins at `from`; gives where the next one begins, undefined when the end is not in sight. */
  private row(from: number, isLast: boolean, rows: CsvRow[]): number | undefined {
    const newline = this.newlines.next(from);
    const isOpen = newline === Number.POSITIVE_INFINITY;
    if (isOpen && !isLast) return undefined;
    const end = Math.min(newline, this.text.length);
    const line = this.withoutReturn(from, end);
    // Blank lines may come by the million.
    if (line === '') return end + 1;
    if (this.quotes.next(from) < end) return this.careful(from, isLast, rows);
    const cells = line.split(this.dialect.delimiter).map((cell) => bareCell(cell, this.dialect));
    this.keep({ cells, at: end }, from, rows, isOpen);
    return end + 1;
  }

  private withoutReturn(from: number, to: number): string {
    const hasReturn = this.dialect.dropsReturn && to > from && this.text[to - 1] === '\r';
    return this.text.slice(from, hasReturn ? to - 1 : to);
  }

  /** A row with quotes in it, cell by cell. */
  private careful(from: number, isLast: boolean, rows: CsvRow[]): number | undefined {
    const row: Careful = { cells: [], at: from };
    let isOver = false;
    while (!isOver) {
      const over = this.cell(row, isLast);
      if (over === undefined) return undefined;
      isOver = over;
    }
    this.keep(row, from, rows, row.at >= this.text.length);
    return row.at + 1;
  }

  /** Reads one cell and stops at its delimiter's far side or at the end of the row; gives whether the row is over. */
  private cell(row: Careful, isLast: boolean): boolean | undefined {
    const { dialect } = this;
    const start = dialect.trimsStart ? skipBlanks(this.text, row.at, dialect) : row.at;
    if (dialect.quote === undefined || this.text[start] !== dialect.quote) return this.bare(row, isLast);
    const quoted = readQuoted(this.text, start + 1, dialect, isLast);
    if (!quoted) return undefined;
    row.cells.push(quotedCell(quoted.text, dialect));
    const after = skipBlanks(this.text, quoted.end, dialect);
    if (after >= this.text.length && !isLast) return undefined;
    row.at = after;
    if (
      after < this.text.length &&
      this.text[after] !== dialect.delimiter &&
      this.text[after] !== dialect.newline
    ) {
      row.wrong ??= `column ${row.cells.length} goes on after its closing quote`;
      row.at = this.endOfBare(after);
    }
    return this.isOver(row, isLast);
  }

  private bare(row: Careful, isLast: boolean): boolean | undefined {
    const end = this.endOfBare(row.at);
    const isRowEnd = this.text[end] !== this.dialect.delimiter;
    row.cells.push(
      bareCell(isRowEnd ? this.withoutReturn(row.at, end) : this.text.slice(row.at, end), this.dialect),
    );
    row.at = end;
    return this.isOver(row, isLast);
  }

  private endOfBare(from: number): number {
    return Math.min(this.delimiters.next(from), this.newlines.next(from), this.text.length);
  }

  private isOver(row: Careful, isLast: boolean): boolean | undefined {
    if (row.at >= this.text.length) return isLast ? true : undefined;
    if (this.text[row.at] === this.dialect.newline) return true;
    row.at += 1;
    return false;
  }

  private keep({ cells, wrong, at }: Careful, from: number, rows: CsvRow[], isOpen: boolean): void {
    const text = this.text.slice(from, at);
    const width = cells.length;
    if (width === 1 && text.trim() === '') return;
    if (text.length > this.most) {
      const newlines = text.split(this.dialect.newline).length - 1;
      this.keepLong({ width, newlines, isBlank: false }, rows, isOpen);
      return;
    }
    const damage = text.includes('\uFFFD') ? 'a cell holds bytes that are not of the encoding' : wrong;
    rows.push({ cells, width, ...(damage !== undefined && { wrong: damage }), ...(isOpen && { isOpen }) });
  }

  private keepLong(
    { width, newlines, isBlank }: Pick<CsvPassage, 'width' | 'newlines' | 'isBlank'>,
    rows: CsvRow[],
    isOpen: boolean,
  ): void {
    if (isBlank) return;
    const over = `and goes over ${newlines + 1} lines: if it should not, a quote is opened in it that nothing closes; compare the settings of quote and escape with the export's`;
    const wrong = `the row has more than ${this.most} characters${newlines > 0 ? ` ${over}` : ''}`;
    rows.push({ cells: [], width, wrong, isLong: true, ...(isOpen && { isOpen }) });
  }
}
