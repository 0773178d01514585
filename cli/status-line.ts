/** One line on a terminal that is written over and over; silent where there is none. */
export interface StatusLine {
  /** Writes what is to be seen now, a few times a second at the most. */
  show(text: () => string): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

/** Where the line is, and the time, in milliseconds of any clock. */
export interface StatusPlace {
  readonly isTerminal: boolean;
  readonly err: (text: string) => void;
  readonly now: () => number;
}

/** Times a second are enough for the eye, and cost nothing. */
const EVERY_MS = 100;
const WIDTH = 30;
const CLEAR = '\r\u001b[K';

/** A line on standard error. */
export function statusLine({ isTerminal, err, now }: StatusPlace): StatusLine {
  let shownAt = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    show(text) {
      if (!isTerminal || now() - shownAt < EVERY_MS) return;
      shownAt = now();
      isShown = true;
      err(`${CLEAR}${text()}`);
    },
    clear() {
      if (isShown) err(CLEAR);
      isShown = false;
    },
  };
}

/** `###....  40 %` for a share from 0 to 1. */
export function bar(share: number): string {
  const full = Math.min(WIDTH, Math.round(share * WIDTH));
  return `${'#'.repeat(full)}${'.'.repeat(WIDTH - full)} ${String(Math.floor(Math.min(1, share) * 100)).padStart(3)} %`;
}

/** How many a second of so many in `ms` milliseconds; of the first second what there was in it. */
export const rateOf = (count: number, ms: number): number => Math.round(count / Math.max(1, ms / 1000));
