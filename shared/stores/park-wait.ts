import type { KeptMessage } from '../core/kept.js';

/** Waits double from the first to the last: in sum about a day for ten attempts, then twice a day. */
const FIRST_MS = 60_000;
const LAST_MS = 12 * 3_600_000;

/**
 * How long a parked message waits before it is tried again, milliseconds: at least as long as the target asked for, and
 * longer after each attempt; half of it is random, so that what failed together does not come back together.
 */
export function waitOf({ attempts = 1, afterMs = 0 }: KeptMessage, random: () => number): number {
  const bound = Math.min(LAST_MS, FIRST_MS * 2 ** Math.max(0, attempts - 1));
  return Math.max(afterMs, Math.round(bound * (0.5 + random() / 2)));
}
