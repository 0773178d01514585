import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../shared/core/ports.js';

const SHORTEST_MS = 1;
const LONGEST_MS = 50;
/** From here on a platform's sleep is a pause between two deliveries, below it the rhythm of its polling. */
const PAUSE_MS = 1_000;

/** A clock whose time passes faster than ours. */
export interface QuickClock extends Clock {
  /** Lets time pass for everybody who reads this clock. */
  pass(ms: number): void;
}

/**
 * The machine's time plus all time slept: a sleep takes its full length on this clock and `haste` times less, at most
 * 50 ms, of ours. Promises to wait are kept as they are, only nobody sits them out.
 */
export function quickClock(haste: number): QuickClock {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  return {
    now,
    async sleep(ms, signal) {
      const wake = now() + ms;
      const short = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ms / haste));
      await delay(short, undefined, signal ? { signal } : {});
      // Others may have slept at the same time: only what is still missing passes.
      skipped += Math.max(0, wake - now());
    },
    pass(ms) {
      skipped += ms;
    },
  };
}

/**
 * A platform's own clock, with a rhythm of its own. While it pauses before it delivers again, time passes for the
 * function as well, so that a function which waits for its next attempt is not waited for by the test.
 */
export function platformClock(haste: number, ofFunction: QuickClock): Clock {
  const own = quickClock(haste);
  return {
    now: own.now,
    async sleep(ms, signal) {
      await own.sleep(ms, signal);
      if (ms >= PAUSE_MS) ofFunction.pass(ms);
    },
  };
}
