import type { CsvDialect } from './csv-dialect.js';

/** A cell: text, or null for the null value. */
export type Cell = string | null;

/** White space as Spark sees it: everything up to the blank. */
export const isBlank = (code: number): boolean => code <= 0x20;

/** Skips blanks that are neither delimiter nor the end of the row. */
export function skipBlanks(text: string, from: number, { delimiter, newline }: CsvDialect): number {
  let at = from;
  while (at < text.length && isBlank(text.charCodeAt(at))) {
    const char = text[at];
    if (char === delimiter || char === newline) break;
    at++;
  }
  return at;
}

function trimmed(cell: string, { trimsStart, trimsEnd }: CsvDialect): string {
  let start = 0;
  let end = cell.length;
  if (trimsStart) while (start < end && isBlank(cell.charCodeAt(start))) start++;
  if (trimsEnd) while (end > start && isBlank(cell.charCodeAt(end - 1))) end--;
  return end - start === cell.length ? cell : cell.slice(start, end);
}

/** What a cell means that is not quoted. */
export function bareCell(cell: string, dialect: CsvDialect): Cell {
  const text = trimmed(cell, dialect);
  if (text === dialect.bareNull) return null;
  return text === dialect.bareEmpty ? '' : text;
}

/** What a cell means that was quoted, its quotes and escapes undone. */
export function quotedCell(text: string, dialect: CsvDialect): Cell {
  if (text === dialect.quotedNull) return null;
  return text === dialect.quotedEmpty ? '' : text;
}

/** A quoted cell: what is in it, and where it ends; undefined when that is not in sight. */
export interface Quoted {
  readonly text: string;
  /** Behind the closing quote. */
  readonly end: number;
}

/** Reads the quoted cell whose opening quote stands before `from`. `isLast`: nothing comes after this text. */
export function readQuoted(
  text: string,
  from: number,
  dialect: CsvDialect,
  isLast: boolean,
): Quoted | undefined {
  const { quote, escaper, escapeOfEscape } = dialect;
  let value = '';
  let start = from;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (char === undefined || (char !== quote && char !== escaper && char !== escapeOfEscape)) continue;
    const next = text[at + 1];
    // What follows decides, and it may come with the next bytes.
    if (next === undefined && !isLast) return undefined;
    const isEscaped = next !== undefined && standsForItself(char, next, dialect);
    if (isEscaped) {
      value += text.slice(start, at);
      start = at + 1;
      at += 1;
    } else if (char === quote) return { text: value + text.slice(start, at), end: at + 1 };
  }
  return undefined;
}

/** Whether `next` is escaped by `char`: a quote by the escape or a quote, an escape by its own. */
export function standsForItself(char: string, next: string, dialect: CsvDialect): boolean {
  const { quote, escaper, escapeOfEscape } = dialect;
  if (next === quote) return char === escaper || char === quote;
  return next === escaper && char === escapeOfEscape;
}
