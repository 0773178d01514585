import type {
  Asked,
  BatchReport,
  Delivery,
  Ending,
  EndingName,
  Ledger,
  Observer,
  Settlement,
} from '../../shared/core/ports.js';
import { memoryObserver } from '../../shared/observers.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';

/** Remembers how each message ended, so that neither a redelivery nor a replay is counted twice. */
export interface Tracker extends Observer {
  /** Messages that have been settled, each counted once. */
  readonly settled: number;
  /**
   * Endings of settled messages; every record of a message that is held at the moment counts as held. A parked record
   * that has ended otherwise since counts as that.
   */
  endings(): Readonly<Record<EndingName, number>>;
  /** Why records did not come through: fault code → how many, each counted once, and the latest message. */
  faults(): ReadonlyMap<string, { readonly count: number; readonly message: string }>;
  /** Connections to which nothing is sent at the moment. */
  leftAlone(): readonly string[];
  /** Sums over every batch, redeliveries included. */
  totals(): Ledger;
  deliveries(): readonly Delivery[];
  /** Changes that rules would have made were they no shadows, by cause: `rule (transition)`. Redeliveries count again. */
  shadows(): ReadonlyMap<string, number>;
}

/** Messages remembered at the most; the oldest are forgotten first, their counts are not. */
const REMEMBERED = 200_000;

/** What is known of a message: its latest report while it is not settled, then how many of its records are parked. */
type Known = { readonly open: Settlement } | { parked: number };

type Faults = Map<string, { readonly count: number; readonly message: string }>;

function addFaults(faults: Faults, endings: readonly Ending[]): void {
  for (const { fault } of endings) {
    if (!fault) continue;
    faults.set(fault.code, { count: (faults.get(fault.code)?.count ?? 0) + 1, message: fault.message });
  }
}

const parkedIn = (endings: readonly Ending[]): number =>
  endings.filter(({ name }) => name === 'parked').length;

/** Hears of everything but batches of files. */
export const withoutFiles = (observer: Observer): Observer => ({
  batch(report) {
    if (!report.source.startsWith('file:')) observer.batch(report);
  },
  delivery: () => undefined,
});

/** Has seen nothing yet. */
export function createTracker(): Tracker {
  const sums = memoryObserver();
  const counts = emptyEndings();
  const seen = new Map<string, Known>();
  const faults: Faults = new Map();
  const shadows = new Map<string, number>();
  let settled = 0;
  /** What was parked has ended, or is parked once more, which is nothing new. */
  const follow = (known: { parked: number }, { endings }: Settlement): void => {
    const ended = endings.filter(({ name }) => name !== 'parked').slice(0, known.parked);
    known.parked -= ended.length;
    counts.parked -= ended.length;
    for (const { name } of ended) counts[name] += 1;
    addFaults(faults, ended);
  };
  const note = (key: string, report: Settlement, replayed: boolean): void => {
    const known = seen.get(key);
    if (known && 'parked' in known) {
      if (replayed && report.settled) follow(known, report);
      return;
    }
    seen.delete(key);
    seen.set(key, report.settled ? { parked: parkedIn(report.endings) } : { open: report });
    if (!report.settled) return;
    settled += 1;
    for (const { name } of report.endings) counts[name] += 1;
    addFaults(faults, report.endings);
  };
  const held = (): readonly Ending[] =>
    [...seen.values()].flatMap((known) => ('open' in known ? known.open.endings : []));
  return {
    get settled() {
      return settled;
    },
    batch(report: BatchReport) {
      sums.batch(report);
      for (const settlement of report.settlements)
        note(`${report.source}\n${settlement.id}`, settlement, report.replayed);
      for (const key of seen.keys()) {
        if (seen.size <= REMEMBERED) break;
        seen.delete(key);
      }
    },
    delivery: sums.delivery,
    shadow({ causes }: Asked) {
      for (const cause of causes) shadows.set(cause, (shadows.get(cause) ?? 0) + 1);
    },
    shadows: () => shadows,
    endings: () => ({ ...counts, held: held().length }),
    faults() {
      const all: Faults = new Map(faults);
      addFaults(
        all,
        held().filter(({ name }) => name === 'held'),
      );
      return all;
    },
    leftAlone: () =>
      Object.entries(sums.totals().connections)
        .filter(([, { opened, closed }]) => opened > closed)
        .map(([name]) => name),
    totals: sums.totals,
    deliveries: sums.deliveries,
  };
}
