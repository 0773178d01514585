import type { KeptMessage } from '../../shared/core/kept.js';
import {
  ENDINGS,
  type EndingName,
  type Message,
  type Observer,
  type Settlement,
} from '../../shared/core/ports.js';
import { emptyEndings } from '../../shared/pipeline/ledger.js';

/** What became of one record for good. */
export interface Final {
  readonly message: string;
  readonly record: number;
  /** Nothing when it never ended, or was last seen on its way to the retry queue. */
  readonly ending: EndingName | undefined;
}

/** Keeps the count of records apart from the pipeline: what the sources moved past, and what the queue let go. */
export interface Books {
  /** A message was put into a stream, with so many records. */
  published(message: string, records: number): void;
  /** A source moved past a message; the settlement is what the pipeline said of it in the invocation that was answered. */
  settled(message: string, settlement: Settlement | undefined): void;
  /** A parked record left the queue after the pipeline had settled it so. */
  replayed(kept: KeptMessage, settlement: Settlement): void;
  /** Listens to the pipeline's own ledger. */
  batch: Observer['batch'];
  threw(error: unknown): void;
  /** Something is not as it must be, in words. */
  wrong(text: string): void;
  finals(): Generator<Final>;
  /** What cannot be, in words. */
  errors(): readonly string[];
  /** Sums of the pipeline's own ledgers, redeliveries included. */
  totals(): {
    readonly runs: number;
    readonly records: number;
    readonly endings: Readonly<Record<EndingName, number>>;
  };
}

/** A message of a stream is named by its source and its id. */
export const nameOf = ({ source, id }: Pick<Message, 'source' | 'id'>): string => `${source} ${id}`;

/** The message, or the one record of it that is meant. */
export const messageName = (message: Message): string =>
  message.record === undefined ? nameOf(message) : `${nameOf(message)}#${message.record}`;

const MOST_ERRORS = 20;

/** Empty books. */
export function createBooks(): Books {
  const published = new Map<string, number>();
  const settled = new Map<string, Settlement>();
  const replayed = new Map<string, EndingName>();
  const errors: string[] = [];
  const endings = emptyEndings();
  let [runs, records] = [0, 0];
  const wrong = (text: string): void => {
    if (errors.length < MOST_ERRORS) errors.push(text);
  };
  const place = ({ message, record }: KeptMessage): string => `${nameOf(message)}#${record ?? 0}`;

  const finalOf = (message: string, record: number): EndingName | undefined => {
    const told = settled.get(message)?.endings[record]?.name;
    if (told !== 'parked') return told;
    return replayed.get(`${message}#${record}`);
  };

  return {
    published: (message, count) => void published.set(message, count),
    settled(message, settlement) {
      if (settled.has(message)) wrong(`${message} was let go twice`);
      if (settlement === undefined) wrong(`${message} was let go and the pipeline never spoke of it`);
      else {
        if (!settlement.settled) wrong(`${message} was let go unsettled`);
        settled.set(message, settlement);
      }
    },
    replayed(kept, settlement) {
      const [ending] = settlement.endings;
      if (settlement.endings.length !== 1 || ending === undefined)
        wrong(`${place(kept)} was tried again and has ${settlement.endings.length} endings`);
      else if (ending.name !== 'parked') replayed.set(place(kept), ending.name);
    },
    batch({ ledger }) {
      runs += 1;
      records += ledger.records;
      const sum = ENDINGS.reduce((total, name) => total + ledger.endings[name], 0);
      for (const name of ENDINGS) endings[name] += ledger.endings[name];
      if (sum !== ledger.records) wrong(`a batch of ${ledger.records} records had ${sum} endings`);
    },
    threw: (error) =>
      wrong(`the pipeline threw: ${error instanceof Error ? (error.stack ?? error.message) : error}`),
    *finals() {
      for (const [message, count] of published) {
        const told = settled.get(message);
        if (told && told.endings.length !== count)
          wrong(`${message} holds ${count} records and was given ${told.endings.length} endings`);
        for (let record = 0; record < count; record++)
          yield { message, record, ending: finalOf(message, record) };
      }
    },
    wrong,
    errors: () => errors,
    totals: () => ({ runs, records, endings: { ...endings } }),
  };
}
