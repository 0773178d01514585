import { type ByteWindow, NEWLINE } from './byte-window.js';

/** So much of a line tells whether a record begins in it. */
export const SIGHT = 64;

/** What may precede a record in its line: the end of the one before, and a comma. */
const BEGINNING = /^([ \t]*)(?:\}?[ \t]*,[ \t]*)?(?=\{)/;

/**
 * After a record that cannot be read: goes on to the next line that begins one, with as much white space before it, so
 * that a record printed over many lines is passed as a whole. `none`: no line that is in sight does; then more bytes
 * are needed, or there is no other record.
 */
export function goToNextRecord(window: ByteWindow, indent: number, isLast: boolean): 'found' | 'none' {
  for (;;) {
    const newline = window.bytes.indexOf(NEWLINE, window.at);
    if (newline < 0) {
      window.moveTo(window.bytes.length);
      return 'none';
    }
    const start = newline + 1;
    const head = window.peek(start, indent + SIGHT);
    // Its beginning is not in sight yet: stays before it.
    if (!isLast && head.length < indent + SIGHT && !head.includes('\n')) {
      window.moveTo(newline);
      return 'none';
    }
    const [beginning, blanks] = BEGINNING.exec(head) ?? [];
    if (beginning !== undefined && blanks?.length === indent) {
      window.moveTo(start + beginning.length);
      return 'found';
    }
    window.moveTo(start);
  }
}
