import type { BatchReport, Delivery, EndingName, Ledger, Observer } from '../../shared/core/ports.js';
import { memoryObserver } from '../../shared/observers.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';

/** Remembers how each message ended, so that a redelivery is not counted twice. */
export interface Tracker extends Observer {
  /** Messages that have been settled, each counted once. */
  readonly settled: number;
  /** Endings of settled messages, plus what is held at the moment. */
  endings(): Readonly<Record<EndingName, number>>;
  /** Why records did not come through: fault code → how often, and the latest message. Redeliveries count again. */
  faults(): ReadonlyMap<string, { readonly count: number; readonly message: string }>;
  /** Sums over every batch, redeliveries included. */
  totals(): Ledger;
  deliveries(): readonly Delivery[];
}

/** Messages remembered at the most; the oldest are forgotten first, their counts are not. */
const REMEMBERED = 200_000;

export function createTracker(): Tracker {
  const sums = memoryObserver();
  const counts = emptyEndings();
  const seen = new Map<string, 'held' | 'settled'>();
  const faults = new Map<string, { count: number; message: string }>();
  let settled = 0;
  const note = (key: string, report: BatchReport['settlements'][number]): void => {
    for (const { fault } of report.endings) {
      if (fault)
        faults.set(fault.code, { count: (faults.get(fault.code)?.count ?? 0) + 1, message: fault.message });
    }
    if (seen.get(key) === 'settled') return;
    seen.delete(key);
    seen.set(key, report.settled ? 'settled' : 'held');
    if (!report.settled) return;
    settled += 1;
    for (const { name } of report.endings) counts[name] += 1;
  };
  return {
    get settled() {
      return settled;
    },
    batch(report) {
      sums.batch(report);
      for (const settlement of report.settlements) note(`${report.source}\n${settlement.id}`, settlement);
      for (const key of seen.keys()) {
        if (seen.size <= REMEMBERED) break;
        seen.delete(key);
      }
    },
    delivery: sums.delivery,
    endings() {
      let held = 0;
      for (const state of seen.values()) if (state === 'held') held += 1;
      return { ...counts, held };
    },
    faults: () => faults,
    totals: sums.totals,
    deliveries: sums.deliveries,
  };
}
