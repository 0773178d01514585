import { type ByteWindow, NEWLINE } from './byte-window.js';
import type { Scan } from './json-extent.js';
import type { Wreck } from './json-piece.js';
import { SIGHT } from './json-recovery.js';

/**
 * How far the passing of something has come: to its end; to a place at which it turns out to be no JSON, and behind which the
 * next record is to be looked for; or to the end of what is in sight.
 */
export type Passed = 'end' | 'broken' | 'more';

/** Something that is too long to be kept, while it is passed. */
export interface Passage {
  /** What is said of it. */
  readonly wreck: Wreck;
  /** Whether it ends where the file does. */
  readonly endsWithFile: boolean;
  /** Moves the window on as far as it can. */
  go(window: ByteWindow): Passed;
}

/** Passes a line. */
export const passageOfLine = (wreck: Wreck): Passage => ({
  wreck,
  endsWithFile: true,
  go(window) {
    const newline = window.bytes.indexOf(NEWLINE, window.at);
    window.moveTo(newline < 0 ? window.bytes.length : newline);
    return newline < 0 ? 'more' : 'end';
  },
});

/** Passes a value, of which `scanned` bytes have been scanned, to its closing bracket: its own lines are no records. */
export function passageOfValue(wreck: Wreck, scan: Scan, scanned: number): Passage {
  let ahead = scanned;
  return {
    wreck,
    endsWithFile: false,
    go(window) {
      const { bytes, at } = window;
      const extent = scan.run(bytes, at + ahead);
      if (extent.kind === 'whole') {
        window.moveTo(extent.end);
        return 'end';
      }
      // A record may begin in the line in which this one breaks: stays before it as long as its beginning may be in sight.
      const newline = bytes.lastIndexOf(NEWLINE, scan.at);
      const isNear = newline >= at && scan.at - newline <= wreck.indent + SIGHT;
      window.moveTo(isNear ? newline : scan.at);
      ahead = scan.at - window.at;
      return extent.kind === 'unfinished' ? 'more' : 'broken';
    },
  };
}
