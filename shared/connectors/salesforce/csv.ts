/** One field; all are quoted, so that blanks, commas and line ends stay what they are. */
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Lines of texts as CSV with LF ends (RFC 4180 otherwise). */
export const toCsv = (lines: readonly (readonly string[])[]): string =>
  lines.map((line) => `${line.map(quoted).join(',')}\n`).join('');

/** A quoted field, or a bare one, and what ends it. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/** Reads CSV (RFC 4180, any line ends). Undefined for a text that is none, e.g. one that was cut off within quotes. */
export function fromCsv(text: string): readonly (readonly string[])[] | undefined {
  const lines: string[][] = [];
  let line: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < text.length) {
    const [, inner, bare = '', end = ''] = FIELD.exec(text) ?? [];
    if (FIELD.lastIndex === 0) return undefined;
    line.push(inner?.replaceAll('""', '"') ?? bare);
    if (end === ',' && FIELD.lastIndex < text.length) continue;
    if (end === ',') line.push('');
    lines.push(line);
    line = [];
  }
  return lines;
}
