import { Fault } from './core/fault.js';
import type { Delivery, Ledger, Observer } from './core/ports.js';
import { emptyEndings } from './pipeline/ledger.js';

/** Sums of everything an observer was told, and the latest deliveries. */
export interface MemoryObserver extends Observer {
  totals(): Ledger;
  /** Oldest first; only the latest `keep` are remembered. */
  deliveries(): readonly Delivery[];
}

/** Listens within this process: running totals and recent deliveries, for consoles and tests. */
export function memoryObserver(keep = 10_000): MemoryObserver {
  const endings = emptyEndings();
  const sums = { messages: 0, records: 0, calls: 0, rows: 0, accepted: 0, suppressed: 0 };
  const deliveries: Delivery[] = [];
  return {
    batch({ ledger }) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += ledger[name]; // its own keys
      for (const name of Object.keys(endings) as (keyof typeof endings)[])
        endings[name] += ledger.endings[name];
    },
    delivery(delivery) {
      deliveries.push(delivery);
      if (deliveries.length > keep) deliveries.shift();
    },
    totals: () => ({ ...sums, endings: { ...endings } }),
    deliveries: () => deliveries,
  };
}

const provided = new Map<string, Observer>();

/** Makes an observer known by a name, so that functions of this process can be told to report to it. */
export function provideObserver(name: string, observer: Observer): void {
  provided.set(name, observer);
}

/** The observer a setting names, or one that listens to nothing when there is no such setting. */
export function observerNamed(name: string | undefined): Observer {
  if (name === undefined) return { batch: () => undefined, delivery: () => undefined };
  const found = provided.get(name);
  if (found) return found;
  const text = `TRIBUTARY_OBSERVER names ${JSON.stringify(name)}, which nobody in this process provides; leave it unset`;
  throw new Fault('config.invalid', text);
}
