import { Fault } from './core/fault.js';
import {
  ACTION_ENDINGS,
  type ConnectionLedger,
  type Delivery,
  ENDINGS,
  type Ledger,
  type Observer,
} from './core/ports.js';
import { emptyActions, emptyEndings } from './pipeline/ledger.js';

/** Sums of everything an observer was told, and the latest deliveries. */
export interface MemoryObserver extends Observer {
  totals(): Ledger;
  /** Oldest first; only the latest `keep` are remembered. */
  deliveries(): readonly Delivery[];
}

const sumOf = (one: ConnectionLedger | undefined, other: ConnectionLedger): ConnectionLedger => ({
  held: (one?.held ?? 0) + other.held,
  parked: (one?.parked ?? 0) + other.parked,
  opened: (one?.opened ?? 0) + other.opened,
  closed: (one?.closed ?? 0) + other.closed,
});

/** Listens within this process: running totals and recent deliveries, for consoles and tests. */
export function memoryObserver(keep = 10_000): MemoryObserver {
  const endings = emptyEndings();
  const actions = emptyActions();
  const connections = new Map<string, ConnectionLedger>();
  const sums = { messages: 0, records: 0, calls: 0, rows: 0, accepted: 0 };
  const deliveries: Delivery[] = [];
  return {
    batch({ ledger }) {
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += ledger[name]; // its own keys
      for (const name of ENDINGS) endings[name] += ledger.endings[name];
      for (const name of ACTION_ENDINGS) actions[name] += ledger.actions[name];
      for (const [name, one] of Object.entries(ledger.connections))
        connections.set(name, sumOf(connections.get(name), one));
    },
    delivery(delivery) {
      deliveries.push(delivery);
      if (deliveries.length > keep) deliveries.shift();
    },
    totals: () => ({
      ...sums,
      endings: { ...endings },
      actions: { ...actions },
      connections: Object.fromEntries(connections),
    }),
    deliveries: () => deliveries,
  };
}

/** Tells several observers, in this order; those who join later hear what comes later. */
export function observedBy(all: Iterable<Observer>): Observer {
  const each = (tell: (one: Observer) => void): void => {
    for (const one of all) tell(one);
  };
  return {
    began: (messages) => each((one) => one.began?.(messages)),
    judged: (judged) => each((one) => one.judged?.(judged)),
    batch: (report) => each((one) => one.batch(report)),
    delivery: (delivery) => each((one) => one.delivery(delivery)),
    shadow: (asked) => each((one) => one.shadow?.(asked)),
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
