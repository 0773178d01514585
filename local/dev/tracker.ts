import type { Delivery, Ending, EndingName, Ledger, Observer, Settlement } from '../../shared/core/ports.js';
import { memoryObserver } from '../../shared/observers.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';

/** Remembers how each message ended, so that a redelivery is not counted twice. */
export interface Tracker extends Observer {
  /** Messages that have been settled, each counted once. */
  readonly settled: number;
  /** Endings of settled messages; every record of a message that is held at the moment counts as held. */
  endings(): Readonly<Record<EndingName, number>>;
  /** Why records did not come through: fault code → how many, each counted once, and the latest message. */
  faults(): ReadonlyMap<string, { readonly count: number; readonly message: string }>;
  /** Sums over every batch, redeliveries included. */
  totals(): Ledger;
  deliveries(): readonly Delivery[];
}

/** Messages remembered at the most; the oldest are forgotten first, their counts are not. */
const REMEMBERED = 200_000;

type Faults = Map<string, { readonly count: number; readonly message: string }>;

function addFaults(faults: Faults, endings: readonly Ending[]): void {
  for (const { fault } of endings) {
    if (!fault) continue;
    faults.set(fault.code, { count: (faults.get(fault.code)?.count ?? 0) + 1, message: fault.message });
  }
}

export function createTracker(): Tracker {
  const sums = memoryObserver();
  const counts = emptyEndings();
  const seen = new Map<string, Settlement>();
  const faults: Faults = new Map();
  let settled = 0;
  const note = (key: string, report: Settlement): void => {
    if (seen.get(key)?.settled) return;
    seen.delete(key);
    // Of a settled message only that it is settled is remembered.
    seen.set(key, report.settled ? { id: report.id, settled: true, endings: [] } : report);
    if (!report.settled) return;
    settled += 1;
    for (const { name } of report.endings) counts[name] += 1;
    addFaults(faults, report.endings);
  };
  const held = (): readonly Ending[] =>
    [...seen.values()].filter((one) => !one.settled).flatMap(({ endings }) => endings);
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
    endings: () => ({ ...counts, held: held().length }),
    faults() {
      const all: Faults = new Map(faults);
      addFaults(
        all,
        held().filter(({ name }) => name === 'held'),
      );
      return all;
    },
    totals: sums.totals,
    deliveries: sums.deliveries,
  };
}
