import { Lines } from './lines.js';
import type { LocatedFinding } from './places.js';

/** The line a finding is about, with a mark under the part that is meant. */
export interface Frame {
  readonly line: string;
  readonly mark: string;
}

/** Widest line that is shown whole. */
const WIDTH = 100;
/** How much is shown before the place that is meant when the line is wider. */
const BEFORE = 40;

/** A tab and what else would not be one column wide is shown as one. */
const flat = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

/** Gives the frame of a finding; nothing for one that is about no line, or about one that nobody should see. */
export function framer(text: string): (finding: LocatedFinding) => Frame | undefined {
  const lines = new Lines(text);
  return ({ line, column, length, conceal }) => {
    const whole = flat(lines.line(line));
    if (conceal || whole.trim() === '') return undefined;
    const from = whole.length <= WIDTH ? 0 : Math.max(0, column - 1 - BEFORE);
    const cut = whole.slice(from, from + WIDTH);
    const [head, tail] = [from > 0 ? '…' : '', from + WIDTH < whole.length ? '…' : ''];
    const start = column - 1 - from + head.length;
    const marked = Math.max(1, Math.min(length, cut.length + head.length - start));
    return { line: `${head}${cut}${tail}`, mark: `${' '.repeat(start)}${'^'.repeat(marked)}` };
  };
}
