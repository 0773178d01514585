import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../shared/core/ports.js';

const SHORTEST_MS = 1;
const LONGEST_MS = 50;

/**
 * The machine's time plus all time slept: a sleep takes its full length on this clock and `haste` times less, at most
 * 50 ms, of ours. Promises to wait are kept as they are, only nobody sits them out.
 */
export function quickClock(haste: number): Clock {
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
  };
}
