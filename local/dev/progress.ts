import { ENDINGS, type EndingName } from '../../shared/core/ports.js';
import type { Tracker } from './tracker.js';

/** How far a run has come, and what became of the records so far. */
export interface Reading {
  readonly sent: number;
  readonly settled: number;
  readonly count: number;
  readonly endings: Endings;
}

type Endings = Readonly<Record<EndingName, number>>;

/** The running totals in one line: how far it is, and every ending that has come up. */
export function progressLine({ sent, settled, count, endings }: Reading): string {
  const totals = ENDINGS.filter((name) => endings[name] > 0).map((name) => `${name} ${endings[name]}`);
  return [`published ${sent}/${count}`, `settled ${settled}/${count}`, ...totals].join('   ');
}

/** What became of records since: each ending with its total and how many are new. Nothing when nothing did. */
export function newsLine(before: Endings, now: Endings): string | undefined {
  const news = ENDINGS.filter((name) => now[name] !== before[name]).map((name) => {
    const more = now[name] - before[name];
    return `${name} ${now[name]} (${more > 0 ? '+' : ''}${more})`;
  });
  return news.length > 0 ? news.join('  ') : undefined;
}

const REDRAW_MS = 200;

/** Shows progress on standard error, in one line of a terminal that is drawn anew; nothing where there is none, or it is to be quiet. */
export function createProgress(quiet: boolean, read: () => Reading): { stop(): void } {
  if (quiet || process.stderr.isTTY !== true) return { stop: () => undefined };
  const begun = performance.now();
  const draw = (): void => {
    const reading = read();
    const rate = Math.round(reading.settled / Math.max(1, (performance.now() - begun) / 1000));
    process.stderr.write(`\r\x1b[2K${progressLine(reading)}   ${rate} a second`);
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    stop() {
      clearInterval(timer);
      draw();
      process.stderr.write('\n');
    },
  };
}

const WATCH_MS = 1_000;

/** Says, at most once a second, what became of the records that have ended since, and who is left alone. */
export function watchEndings(tracker: Tracker, say: (text: string) => void): { stop(): void } {
  let before = tracker.endings();
  const look = (): void => {
    const now = tracker.endings();
    const news = newsLine(before, now);
    before = now;
    if (news === undefined) return;
    const reasons = [...tracker.faults()].map(([code]) => code);
    const why = now.held > 0 && reasons.length > 0 ? `   (${reasons.join(', ')})` : '';
    const alone = tracker.leftAlone().map((name) => `   nothing is sent to ${name}`);
    say(`${new Date().toISOString().slice(11, 19)}  ${news}${why}${alone.join('')}\n`);
  };
  const timer = setInterval(look, WATCH_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
    },
  };
}
