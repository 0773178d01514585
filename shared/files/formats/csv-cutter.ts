import { LIMITS } from '../../core/envelope.js';
import { bareCell, type Cell, quotedCell, readQuoted, skipBlanks } from './csv-cells.js';
import type { CsvDialect } from './csv-dialect.js';
import { refused } from './refused.js';

/** One row as it was cut; `wrong` says why its cells cannot be trusted. */
export interface CsvRow {
  readonly cells: readonly Cell[];
  readonly wrong?: string;
  /** True of a last row that no line end closes. */
  readonly isOpen?: boolean;
}

/** The cells of a row so far, and where the next one begins. */
interface Careful {
  readonly cells: Cell[];
  wrong?: string;
  at: number;
}

/** The next place of a character: asked for in rising order, so that no stretch of the text is searched twice. */
class Places {
  private found = -1;
  private readonly text: string;
  private readonly char: string | undefined;

  constructor(text: string, char: string | undefined) {
    this.text = text;
    this.char = char;
  }

  /** The first one from `from` on; infinite when there is none. */
  next(from: number): number {
    if (this.char === undefined) return Number.POSITIVE_INFINITY;
    if (this.found < from) {
      const place = this.text.indexOf(this.char, from);
      this.found = place < 0 ? Number.POSITIVE_INFINITY : place;
    }
    return this.found;
  }
}

/**
 * Cuts the text of a CSV file, as it comes, into rows of cells, by Spark's rules: cells are quoted only if they begin with a
 * quote, bare cells are taken as they stand, blank lines are nothing. Keeps the row that is not finished, of the size of a
 * message at the most: more is `file.refused`, for then a quote was opened that nothing closes.
 */
export class CsvCutter {
  private text = '';
  private readonly dialect: CsvDialect;
  private quotes: Places;
  private delimiters: Places;
  private newlines: Places;

  constructor(dialect: CsvDialect) {
    this.dialect = dialect;
    this.quotes = new Places('', dialect.quote);
    this.delimiters = new Places('', dialect.delimiter);
    this.newlines = new Places('', dialect.newline);
  }

  /** The rows that end in this text. */
  push(text: string): readonly CsvRow[] {
    const rows = this.run(text, false);
    if (this.text.length > LIMITS.messageBytes)
      throw refused(
        `a row has more than ${LIMITS.messageBytes} characters: a quote is never closed, or line ends are missing; compare the settings of quote, escape and line separator with the export's`,
      );
    return rows;
  }

  /** What is left when the file ends. Throws `file.refused` when it ends within quotes. */
  end(): readonly CsvRow[] {
    const rows = this.run('', true);
    if (this.text !== '')
      throw refused(
        'the file ends within a quoted cell: it was cut off, or its settings of quote and escape are not those of the export',
      );
    return rows;
  }

  private run(text: string, isLast: boolean): CsvRow[] {
    this.text = this.text === '' ? text : this.text + text;
    this.quotes = new Places(this.text, this.dialect.quote);
    this.delimiters = new Places(this.text, this.dialect.delimiter);
    this.newlines = new Places(this.text, this.dialect.newline);
    const rows: CsvRow[] = [];
    let at = 0;
    while (at < this.text.length) {
      const next = this.row(at, isLast, rows);
      if (next === undefined) break;
      at = next;
    }
    this.text = this.text.slice(at);
    return rows;
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
    const isBlank = cells.length === 1 && this.text.slice(from, at).trim() === '';
    if (isBlank) return;
    const text = this.text.slice(from, at);
    const damage = text.includes('\uFFFD') ? 'a cell holds bytes that are not of the encoding' : wrong;
    rows.push({ cells, ...(damage !== undefined && { wrong: damage }), ...(isOpen && { isOpen }) });
  }
}
