import { framer } from '../shared/config/frame.js';
import type { LocatedFinding } from '../shared/config/places.js';
import { plural } from '../shared/core/plural.js';
import type { Paint } from './paint.js';
import { printable } from './printable.js';

/** Longest message that is shown. */
const MOST = 2_000;

/** How many findings there are of each severity. */
export interface Sums {
  readonly errors: number;
  readonly warnings: number;
}

/** Counts findings. */
export function sumsOf(findings: readonly LocatedFinding[]): Sums {
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: findings.length - errors };
}

/**
 * Findings for people: place, severity, code and message, then the line with a mark under what is meant. `texts` are those
 * of the files.
 */
export function findingsText(
  findings: readonly LocatedFinding[],
  texts: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  const frames = new Map([...texts].map(([file, text]) => [file, framer(text)]));
  return findings
    .map((finding) => {
      const { file, line, column, severity, code, message } = finding;
      const ink = severity === 'error' ? paint.red : paint.yellow;
      const place = paint.bold(printable(`${file}:${line}:${column}`));
      const head = `${place} ${ink(severity)} ${paint.dim(code)} ${printable(message, MOST)}\n`;
      const framed = frames.get(file)?.(finding);
      if (!framed) return head;
      const number = String(line);
      const margin = ' '.repeat(number.length);
      return `${head}  ${paint.dim(`${number} |`)} ${printable(framed.line)}\n  ${paint.dim(`${margin} |`)} ${ink(framed.mark)}\n`;
    })
    .join('');
}

/** The last line for people. */
export function sumsText(sums: Sums, file: string, rules: number, paint: Paint): string {
  const { errors, warnings } = sums;
  if (errors + warnings === 0)
    return `${paint.green('fine')}: ${printable(file)}, ${plural(rules, 'rule')}\n`;
  const what = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')];
  const ink = errors > 0 ? paint.red : paint.yellow;
  return `${ink(what.filter((part) => part !== false).join(', '))} in ${printable(file)}, ${plural(rules, 'rule')}\n`;
}

/** Findings and sums as JSON, one object a line. */
export const findingsJson = (findings: readonly LocatedFinding[], sums: Sums, rules: number): string =>
  [...findings.map(({ conceal: _, ...finding }) => finding), { ...sums, rules }]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
