import { closingReport } from '../shared/files/intake/closing.js';
import type { Looked } from '../shared/files/intake/desk.js';
import { reportOf } from '../shared/files/intake/report.js';
import { printable } from './printable.js';

/** One file as data. */
export function viewOf({ source, name, progress, closing }: Looked) {
  const report = progress
    ? reportOf(progress)
    : { file: name, source: source.name, result: 'new', rows: undefined, settled: 0, why: undefined };
  return { ...report, ...(closing && { export: closingReport(closing) }) };
}

type View = ReturnType<typeof viewOf>;

const WIDTHS = { result: 10, settled: 9, rows: 9 } as const;

/** Headings of the lines of {@link lineOf}. */
export const HEADING = `${'RESULT'.padEnd(WIDTHS.result)}  ${'SETTLED'.padStart(WIDTHS.settled)}  ${'ROWS'.padStart(WIDTHS.rows)}  FILE`;

/** Why a file waits, or what waits of its export; nothing when nothing does. */
function whyOf(view: View): string {
  const exports = 'export' in view && view.export?.result === 'waiting for you' ? view.export.why : undefined;
  const why = view.why ?? exports;
  return why ? `\n            ${printable(`${why.code}: ${why.text}`, 300)}` : '';
}

/** One file in a line, and why it waits in another. */
export function lineOf(view: View): string {
  return [
    view.result.padEnd(WIDTHS.result),
    String(view.settled).padStart(WIDTHS.settled),
    String(view.rows ?? '').padStart(WIDTHS.rows),
    `${printable(view.file)}  (${printable(view.source, 60)})${whyOf(view)}`,
  ].join('  ');
}

/** One file in a paragraph. */
export function paragraphOf(view: View): string {
  const lines = Object.entries(view).flatMap(([name, value]) => {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return [`  ${name.padEnd(10)} ${printable(text)}`];
  });
  return `${lines.join('\n')}\n`;
}
