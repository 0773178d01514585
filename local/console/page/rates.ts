import type { Second } from '../told.js';

/** What happened a second, on average over the latest ones. */
export interface Rates {
  readonly records: number;
  readonly calls: number;
  /** Greatest among them, milliseconds. */
  readonly lagMs: number;
}

/** Seconds that a rate is of. */
const OVER = 5;

/** The rates of the latest seconds; `now` is epoch milliseconds. The second that goes on does not count. */
export function ratesOf(seconds: readonly Second[], now = Date.now()): Rates {
  const end = Math.floor(now / 1000);
  const latest = seconds.filter(({ t }) => t >= end - OVER && t < end);
  const sum = (of: (second: Second) => number): number => latest.reduce((all, one) => all + of(one), 0);
  return {
    records: sum(({ endings }) => endings.reduce((all, one) => all + one, 0)) / OVER,
    calls: sum(({ calls }) => calls) / OVER,
    lagMs: Math.max(0, ...latest.map(({ lagMs }) => lagMs)),
  };
}
