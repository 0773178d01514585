import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';

const MINUTE = 60_000;

/** How many of its API requests an org has used in the last 24 hours. */
export interface Spent {
  readonly used: number;
  readonly limit: number;
}

/**
 * Reads `Sforce-Limit-Info`, e.g. `api-usage=10018/100000; api-bursts=1/750`: newer releases append pairs, so the pair is
 * looked for by name. Undefined when it is not there.
 */
export function spentOf(header: string | null): Spent | undefined {
  const [, used, limit] = /(?:^|[;,\s])api-usage=(\d+)\/(\d+)/.exec(header ?? '') ?? [];
  if (used === undefined || limit === undefined || Number(limit) === 0) return undefined;
  return { used: Number(used), limit: Number(limit) };
}

/** Keeps a share of the org's API requests for others. */
export interface Usage {
  /** Takes in the `Sforce-Limit-Info` of an answer. */
  note(header: string | null): void;
  /** What rows meet while the rest is reserved: nothing is sent. Undefined when they may be sent. */
  reserved(): Outcome | undefined;
}

/** What watches over the requests of one org. */
export interface Watch {
  readonly connection: string;
  /** Share of the limit that is not ours, 0 to 0.9. */
  readonly reserve: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Watches the usage that the org tells with each answer. Once only the reserve is left, nothing is sent for a quarter of an
 * hour; then one request finds out how things are, and the next answer decides.
 */
export function watchUsage({ connection, reserve, now, random }: Watch): Usage {
  let until = 0;
  let text = '';
  return {
    note(header) {
      const spent = reserve > 0 ? spentOf(header) : undefined;
      if (spent === undefined) return;
      const { used, limit } = spent;
      const isLow = used >= limit * (1 - reserve);
      until = isLow ? now() + Math.round((15 + 5 * random()) * MINUTE) : 0;
      text = `"${connection}" has used ${used} of its org's ${limit} API requests of 24 hours; the rest is reserved for others ("reserve").`;
    },
    reserved() {
      const left = until - now();
      if (left <= 0) return undefined;
      return {
        kind: 'retry',
        scope: 'connection',
        fault: new Fault('remote.quota', text),
        afterMs: left,
        unsent: true,
      };
    },
  };
}
