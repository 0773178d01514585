import type { BatchReport, Delivery, Message, Observer } from '../../shared/core/ports.js';
import { type Book, type BookLimits, createBook } from './book.js';
import { createSeconds, type Seconds } from './seconds.js';
import type { OneJudged, Told } from './story.js';
import { type Counter, createCounter } from './sums.js';

/** Listens to a pipeline and remembers what a page asks for. */
export interface Watch {
  readonly observer: Observer;
  readonly book: Book;
  readonly seconds: Seconds;
  readonly counter: Counter;
  /** Messages that are being worked on. */
  under(): number;
}

/** What a watch is told of the run. */
export interface WatchOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Kind of each connection of the file. */
  readonly kinds: ReadonlyMap<string, string>;
  /** Names the rule of a cause. */
  readonly ruleOf: (cause: string) => string;
  readonly limits?: BookLimits;
}

/** A message on its way. */
interface Open {
  readonly message: Message;
  readonly judged: Map<number, OneJudged>;
  readonly deliveries: Delivery[];
}

/** A batch that a broken program gave up never ends: what is left of such is forgotten at last. */
const MOST_OPEN = 100_000;

/** Messages on their way, by their id; out of a queue several records of one message come, each as a message. */
function createTray() {
  const open = new Map<string, readonly Open[]>();
  return {
    open,
    put(message: Message): void {
      const others = message.record === undefined ? [] : (open.get(message.id) ?? []);
      open.delete(message.id);
      open.set(message.id, [...others, { message, judged: new Map(), deliveries: [] }]);
      for (const oldest of open.keys()) {
        if (open.size <= MOST_OPEN) return;
        open.delete(oldest);
      }
    },
    /** Those of a message that hold a record. */
    of: (id: string, record?: number): readonly Open[] =>
      (open.get(id) ?? []).filter(
        ({ message }) => record === undefined || message.record === undefined || message.record === record,
      ),
    take(id: string): Open | undefined {
      const [found, ...others] = open.get(id) ?? [];
      if (others.length > 0) open.set(id, others);
      else open.delete(id);
      return found;
    },
  };
}

/** Has seen nothing yet. */
export function createWatch({ now, kinds, ruleOf, limits }: WatchOptions): Watch {
  const book = createBook(limits);
  const seconds = createSeconds(now);
  const counter = createCounter(kinds);
  const tray = createTray();
  const batch = (report: BatchReport): void => {
    const { source, replayed, settlements } = report;
    const at = now();
    let oldest = at;
    const changes = settlements.flatMap((settlement) => {
      const found = tray.take(settlement.id);
      if (!found) return [];
      oldest = Math.min(oldest, found.message.at);
      const told: Told = { ...found, source: replayed ? found.message.source : source, replayed, at, ruleOf };
      return book.end(settlement, told);
    });
    const lagMs = at - oldest;
    seconds.batch(report, lagMs);
    counter.batch(report, changes, lagMs);
  };
  return {
    book,
    seconds,
    counter,
    under: () => tray.open.size,
    observer: {
      began(messages) {
        for (const message of messages) tray.put(message);
      },
      judged(of) {
        for (const record of of.records)
          for (const one of tray.of(record.message, record.record))
            one.judged.set(record.record, { of, record });
      },
      delivery(delivery) {
        counter.delivery(delivery);
        for (const id of delivery.messages) for (const one of tray.of(id)) one.deliveries.push(delivery);
      },
      batch,
    },
  };
}
