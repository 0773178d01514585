import { type BatchReport, ENDINGS, type EndingName } from '../../shared/core/ports.js';
import { KEPT_SECONDS } from './seconds-kept.js';
import type { Second } from './told.js';

/** What happened, second by second. */
export interface Seconds {
  batch(report: BatchReport, lagMs: number): void;
  /** The seconds from one on, oldest first; those in which nothing happened are left out. */
  from(second: number): readonly Second[];
}

const noEndings = (): number[] => ENDINGS.map(() => 0);

/** Nothing has happened yet. `now` gives epoch milliseconds. */
export function createSeconds(now: () => number): Seconds {
  const kept: Second[] = [];
  const current = (): Second => {
    const t = Math.floor(now() / 1000);
    const latest = kept.at(-1);
    return latest?.t === t ? latest : { t, endings: noEndings(), calls: 0, rows: 0, lagMs: 0 };
  };
  return {
    batch({ ledger }, lagMs) {
      const was = current();
      const more = (name: EndingName): number => ledger.endings[name];
      const is: Second = {
        t: was.t,
        endings: ENDINGS.map((name, i) => (was.endings[i] ?? 0) + more(name)),
        calls: was.calls + ledger.calls,
        rows: was.rows + ledger.rows,
        lagMs: Math.max(was.lagMs, lagMs),
      };
      if (kept.at(-1)?.t === was.t) kept.pop();
      kept.push(is);
      if (kept.length > KEPT_SECONDS) kept.shift();
    },
    from: (second) => kept.filter(({ t }) => t >= second),
  };
}
