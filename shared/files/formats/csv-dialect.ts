import type { CsvSettings } from './settings.js';

/** How the rows of one file are told apart: settings and what its first line shows. */
export interface CsvDialect {
  readonly delimiter: string;
  /** Undefined when nothing is quoted. */
  readonly quote: string | undefined;
  readonly escaper: string | undefined;
  readonly escapeOfEscape: string | undefined;
  readonly newline: string;
  /** Whether a carriage return before the end of a row belongs to that end. */
  readonly dropsReturn: boolean;
  readonly trimsStart: boolean;
  readonly trimsEnd: boolean;
  /** The text that means no value, in a cell that is not quoted and in one that is. */
  readonly bareNull: string | undefined;
  readonly quotedNull: string | undefined;
  /** The text that means the empty text. */
  readonly bareEmpty: string | undefined;
  readonly quotedEmpty: string | undefined;
}

/** Adobe's delimiters; the first of those that are equally frequent wins. */
const DELIMITERS = [',', ';', '|', '\t', ':'];

/** Spark's way to say "no such character". */
const orNone = (text: string): string | undefined => (text === '' || text === '\0' ? undefined : text);

/** The first line without what stands in quotes. */
function firstLine(head: string, quote: string | undefined): string {
  let line = '';
  let isQuoted = false;
  for (const char of head) {
    if (char === quote) isQuoted = !isQuoted;
    else if (!isQuoted && (char === '\n' || char === '\r')) return line + char;
    else if (!isQuoted) line += char;
  }
  return line;
}

const countOf = (line: string, char: string): number => line.split(char).length;

const mostFrequent = (line: string): string =>
  DELIMITERS.reduce((best, one) => (countOf(line, one) > countOf(line, best) ? one : best));

/** Carriage returns end rows only where no line feed does. */
const newlineOf = (head: string, line: string): string =>
  line.endsWith('\r') && !head.startsWith('\n', head.indexOf('\r') + 1) && !head.includes('\n') ? '\r' : '\n';

/** A cell as it stands in the file: bare, or quoted. */
function spelled(text: string, quote: string | undefined): { bare?: string; quoted?: string } {
  const isQuoted = quote !== undefined && text.length > 1 && text.startsWith(quote) && text.endsWith(quote);
  return isQuoted ? { quoted: text.slice(1, -1) } : { bare: text };
}

/**
 * The dialect of a file, of its settings and its beginning (as much as there is up to the end of its first row, or all of it).
 * The defaults are those of Adobe's reference: backslash as escape, the escape escaped by itself.
 */
export function dialectOf(settings: CsvSettings, head: string): CsvDialect {
  const quote = orNone(settings.quote ?? '"');
  const escaper = orNone(settings.escape ?? '\\');
  const line = firstLine(head, quote);
  const noValue = spelled(settings.null ?? '', quote);
  const empty = spelled(settings.empty ?? '""', quote);
  const escapeOfEscape = escaper === quote ? undefined : escaper;
  return {
    delimiter: settings.delimiter ?? mostFrequent(line),
    quote,
    escaper,
    escapeOfEscape:
      settings.charToEscapeQuoteEscaping === undefined
        ? escapeOfEscape
        : orNone(settings.charToEscapeQuoteEscaping),
    newline: settings.lineSeparator ?? newlineOf(head, line),
    dropsReturn: settings.lineSeparator === undefined,
    trimsStart: settings.ignoreLeadingWhiteSpace ?? true,
    trimsEnd: settings.ignoreTrailingWhiteSpace ?? true,
    bareNull: noValue.bare,
    quotedNull: noValue.quoted,
    bareEmpty: empty.bare,
    quotedEmpty: empty.quoted,
  };
}
