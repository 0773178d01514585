import type { Clock } from '../core/ports.js';

/** Whether the stream is thought to answer. One for all calls of a process. */
export interface StreamWatch {
  /** Whether a call may go to the stream; while the stream is silent, only one now and then may, to see. */
  mayTry(): boolean;
  /** Says what a call met: whether the stream took or refused anything, or was silent to the end. */
  heard(answered: boolean): void;
}

/** So many calls in a row, each for as long as it could wait: no mere hitch. */
const SILENT_CALLS = 10;
/** How often the stream is tried while it is silent, milliseconds: Adobe repeats a call only twice, so the end must show soon. */
const TRIAL_MS = 100;

/**
 * Watches a stream. While it is silent, calls that would wait in vain are answered at once: otherwise each would hold its
 * body in memory, and a connection, until its time is over.
 */
export function watchStream(clock: Pick<Clock, 'now'>): StreamWatch {
  let silent = 0;
  let nextTrial = 0;
  return {
    mayTry() {
      if (silent < SILENT_CALLS) return true;
      if (clock.now() < nextTrial) return false;
      nextTrial = clock.now() + TRIAL_MS;
      return true;
    },
    heard(answered) {
      silent = answered ? 0 : silent + 1;
    },
  };
}
