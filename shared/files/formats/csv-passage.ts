import { isBlank, standsForItself } from './csv-cells.js';
import type { CsvDialect } from './csv-dialect.js';
import { Places } from './csv-places.js';

/** What the last character belonged to: the blanks a cell may begin with, a cell, or what is in its quotes. */
type Within = 'start' | 'bare' | 'quoted';

/** The next place of any of some characters, or the end. */
const nextOf = (places: readonly Places[], from: number, end: number): number =>
  places.reduce((least, place) => Math.min(least, place.next(from)), end);

/**
 * Passes a row that is too long to be kept: to its real end, quotes and escapes minded as {@link readQuoted} minds them, so
 * that what comes behind it is read as if it had been short. Nothing of it is kept.
 */
export class CsvPassage {
  /** Columns so far, and line ends within quotes. */
  width = 1;
  newlines = 0;
  private hasText = false;
  private within: Within = 'start';
  /** A quote or an escape within quotes: the next character says what it is. */
  private held: string | undefined;
  private readonly dialect: CsvDialect;

  constructor(dialect: CsvDialect) {
    this.dialect = dialect;
  }

  /** Whether a file that ends here ends within a quoted cell. */
  get isQuoted(): boolean {
    return this.within === 'quoted' && this.held !== this.dialect.quote;
  }

  /** A line of nothing but white space is no row. */
  get isBlank(): boolean {
    return this.width === 1 && !this.hasText;
  }

  /** Goes on in a text; gives the place of the line end that ends the row, undefined when it is not in it. */
  pass(text: string): number | undefined {
    const { quote, escaper, escapeOfEscape, delimiter, newline } = this.dialect;
    const stops = (...chars: readonly (string | undefined)[]) => chars.map((char) => new Places(text, char));
    const bare = stops(delimiter, newline);
    const quoted = stops(quote, escaper, escapeOfEscape, newline);
    let at = 0;
    for (; at < text.length; at++) {
      if (this.within === 'bare') at = nextOf(bare, at, text.length);
      else if (this.within === 'quoted' && this.held === undefined) at = nextOf(quoted, at, text.length);
      if (at < text.length && this.ends(text[at] ?? '')) break;
    }
    this.hasText ||= /\S/.test(text.slice(0, at));
    return at < text.length ? at : undefined;
  }

  private ends(char: string): boolean {
    const { dialect } = this;
    if (this.held !== undefined && this.isHeld(this.held, char)) return false;
    if (this.within === 'quoted') return this.quoted(char);
    if (char === dialect.newline) return true;
    if (char === dialect.delimiter) {
      this.width += 1;
      this.within = 'start';
    } else if (this.within === 'start') this.begin(char);
    return false;
  }

  /** Whether a character belongs to the quote or the escape before it. */
  private isHeld(held: string, char: string): boolean {
    this.held = undefined;
    if (standsForItself(held, char, this.dialect)) return true;
    // What follows the closing quote is passed to the next delimiter, whatever it is.
    if (held === this.dialect.quote) this.within = 'bare';
    return false;
  }

  private quoted(char: string): false {
    const { quote, escaper, escapeOfEscape, newline } = this.dialect;
    if (char === quote || char === escaper || char === escapeOfEscape) this.held = char;
    else if (char === newline) this.newlines += 1;
    return false;
  }

  private begin(char: string): void {
    const { quote, trimsStart } = this.dialect;
    if (trimsStart && isBlank(char.charCodeAt(0))) return;
    this.within = char === quote ? 'quoted' : 'bare';
  }
}
