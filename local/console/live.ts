import type { ServerResponse } from 'node:http';
import type { Book } from './book.js';
import type { Seconds } from './seconds.js';
import { KEPT_SECONDS } from './seconds-kept.js';
import type { Hello, Line, Row, Sums } from './told.js';

/** Tells pages what happens, as lines of JSON that never end. */
export interface Live {
  follow(response: ServerResponse): void;
  close(): void;
}

/** What is told. */
export interface LiveOptions {
  readonly hello: Hello;
  readonly book: Book;
  readonly seconds: Seconds;
  readonly sums: () => Promise<Sums>;
  /** Told why there are no sums, once until there are some again. */
  readonly onError: (error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

interface Follower {
  readonly response: ServerResponse;
  /** Changes of the book it has been told. */
  change: number;
  /** Rows it is still to be told of, from its start. */
  next: number;
  /** The latest second it was told of, which may have gone on since. */
  second: number;
  sums: string;
}

/** Sixty times a second, as often as a screen is drawn. */
const EVERY_MS = 16;
/** Sums are read by people. */
const SUMS_EVERY = 12;
/** Rows of one line. */
const ROWS = 2_000;

const write = ({ response }: Follower, line: Line): void => void response.write(`${JSON.stringify(line)}\n`);

function tellRows(follower: Follower, rows: readonly Row[]): void {
  for (let at = 0; at < rows.length; at += ROWS)
    write(follower, { kind: 'rows', rows: rows.slice(at, at + ROWS) });
}

/** Rows that are new to the page, some at once. */
function tellNew(follower: Follower, book: Book): void {
  const rows: Row[] = [];
  for (follower.next = Math.max(follower.next, book.first); rows.length < ROWS; follower.next++) {
    const row = book.row(follower.next);
    if (!row) break;
    rows.push(row);
  }
  if (rows.length > 0) tellRows(follower, rows);
}

function tellNews(follower: Follower, book: Book): void {
  if (follower.change !== book.changes) {
    const news = book.since(follower.change);
    follower.change = book.changes;
    if (news) {
      const known = news.filter(({ n }) => n < follower.next);
      tellRows(follower, known);
    } else follower.next = book.first;
  }
  tellNew(follower, book);
}

function tellSums(follower: Follower, sums: Sums, { seconds, now }: LiveOptions): void {
  const text = JSON.stringify(sums);
  if (text !== follower.sums) write(follower, { kind: 'sums', sums });
  follower.sums = text;
  const news = seconds.from(follower.second);
  follower.second = Math.floor(now() / 1000) - 1;
  if (news.length > 0) write(follower, { kind: 'seconds', seconds: news });
}

/** Starts telling; without followers nothing is done. */
export function startLive(options: LiveOptions): Live {
  const { book, hello, now } = options;
  const followers = new Set<Follower>();
  let turn = 0;
  let asking = false;
  let failing = false;
  const tellAll = (sums: Sums | undefined): void => {
    for (const follower of followers) {
      // Who reads slowly is told less often, not more at once.
      if (follower.response.writableNeedDrain) continue;
      tellNews(follower, book);
      if (sums) tellSums(follower, sums, options);
    }
  };
  const sumsNow = async (): Promise<Sums | undefined> => {
    if (turn++ % SUMS_EVERY !== 0) return undefined;
    try {
      const sums = await options.sums();
      failing = false;
      return sums;
    } catch (error) {
      // What is shown is told all the same; a queue that does not answer for a moment ends nothing.
      if (!failing) options.onError(error);
      failing = true;
      return undefined;
    }
  };
  const tick = async (): Promise<void> => {
    if (followers.size === 0 || asking) return;
    asking = true;
    try {
      tellAll(await sumsNow());
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void tick(), EVERY_MS);
  return {
    follow(response) {
      const second = Math.floor(now() / 1000) - KEPT_SECONDS;
      const follower: Follower = { response, change: book.changes, next: book.first, second, sums: '' };
      write(follower, hello);
      followers.add(follower);
      turn = 0;
      response.once('close', () => followers.delete(follower));
    },
    close() {
      clearInterval(timer);
      for (const { response } of followers) response.destroy();
    },
  };
}
