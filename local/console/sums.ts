import type { BatchReport, Delivery, EndingName } from '../../shared/core/ports.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';
import type { Change } from './book.js';
import type { Connection, Door, Sums } from './told.js';

/** Sums of what passed. */
export interface Counter {
  batch(report: BatchReport, changes: readonly Change[], lagMs: number): void;
  delivery(delivery: Delivery): void;
  /** The sums, beside what is counted elsewhere. */
  sums(others: Pick<Sums, 'under' | 'parked' | 'letters' | 'sending'>): Sums;
}

interface Held {
  accepted: number;
  refused: number;
  failed: number;
  opened: number;
  closed: number;
  /** What the latest record said that had to wait for it. */
  why?: string;
}

const none = (): Held => ({ accepted: 0, refused: 0, failed: 0, opened: 0, closed: 0 });

/** Names of doors come with the messages: a file has one each. The quietest make room for new ones. */
const MOST_DOORS = 12;

function countDoor(doors: Map<string, Door>, { source, ledger, replayed }: BatchReport, lagMs: number): void {
  // What comes out of a queue may be of several doors at once.
  const name = replayed ? 'replay' : source;
  const known = doors.get(name);
  doors.delete(name);
  doors.set(name, { name, records: (known?.records ?? 0) + ledger.records, lagMs });
  for (const oldest of doors.keys()) {
    if (doors.size <= MOST_DOORS) return;
    doors.delete(oldest);
  }
}

/** Nothing counted yet; `kinds` are the connections of the file. */
export function createCounter(kinds: ReadonlyMap<string, string>): Counter {
  const doors = new Map<string, Door>();
  const held = new Map([...kinds.keys()].map((name) => [name, none()]));
  const endings = emptyEndings();
  const all = { messages: 0, records: 0, calls: 0, rows: 0 };
  const at = (name: string): Held => {
    const known = held.get(name) ?? none();
    held.set(name, known);
    return known;
  };
  const move = (name: EndingName | undefined, by: number): void => {
    if (name !== undefined) endings[name] += by;
  };
  return {
    batch(report, changes, lagMs) {
      const { ledger } = report;
      countDoor(doors, report, lagMs);
      all.calls += ledger.calls;
      all.rows += ledger.rows;
      all.messages += ledger.messages;
      for (const { before, after } of changes) {
        if (before === undefined) all.records += 1;
        move(before, -1);
        move(after, 1);
      }
      // What is parked or refused says of its row, not of the connection.
      for (const { name, connection, fault } of report.settlements.flatMap((one) => one.endings))
        if (name === 'held' && connection !== undefined && fault) at(connection).why = fault.message;
      for (const [name, { opened, closed }] of Object.entries(ledger.connections)) {
        at(name).opened += opened;
        at(name).closed += closed;
      }
    },
    delivery({ action: { connection }, outcome: { kind } }) {
      if (kind === 'accepted' || kind === 'absent') at(connection).accepted += 1;
      else if (kind === 'rejected') at(connection).refused += 1;
      else at(connection).failed += 1;
    },
    sums: (others) => ({
      ...all,
      ...others,
      endings: { ...endings },
      doors: [...doors.values()].sort((a, b) => a.name.localeCompare(b.name)),
      connections: [...held].map(
        ([name, { accepted, refused, failed, opened, closed, why }]): Connection => ({
          name,
          kind: kinds.get(name) ?? '',
          accepted,
          refused,
          failed,
          shut: opened > closed,
          ...(opened > closed && why !== undefined && { why }),
        }),
      ),
    }),
  };
}
