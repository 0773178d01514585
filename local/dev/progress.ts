import { ENDINGS } from '../../shared/core/ports.js';
import type { Tracker } from './tracker.js';

/** How far a run has come. */
export interface Reading {
  readonly sent: number;
  readonly settled: number;
  readonly count: number;
}

const REDRAW_MS = 200;
const LINE_MS = 2_000;

/** Shows progress on standard error: one line that is redrawn on a terminal, a line now and then elsewhere. */
export function createProgress(quiet: boolean, read: () => Reading): { stop(): void } {
  if (quiet) return { stop: () => undefined };
  const terminal = process.stderr.isTTY === true;
  const draw = (): void => {
    const { sent, settled, count } = read();
    const text = `published ${sent}/${count}   settled ${settled}/${count}`;
    process.stderr.write(terminal ? `\r\x1b[2K${text}` : `${text}\n`);
  };
  const timer = setInterval(draw, terminal ? REDRAW_MS : LINE_MS);
  return {
    stop() {
      clearInterval(timer);
      draw();
      if (terminal) process.stderr.write('\n');
    },
  };
}

const WATCH_MS = 1_000;

/** Says, at most once a second, what became of the records that have ended since. */
export function watchEndings(tracker: Tracker, say: (text: string) => void): { stop(): void } {
  let before = tracker.endings();
  const look = (): void => {
    const now = tracker.endings();
    const news = ENDINGS.filter((name) => now[name] !== before[name]).map((name) =>
      name === 'held' ? `held now ${now.held}` : `${name} +${now[name] - before[name]}`,
    );
    before = now;
    if (news.length === 0) return;
    const reasons = [...tracker.faults()].map(([code]) => code);
    const why = now.held > 0 && reasons.length > 0 ? `   (${reasons.join(', ')})` : '';
    say(`${new Date().toISOString().slice(11, 19)}  ${news.join('  ')}${why}\n`);
  };
  const timer = setInterval(look, WATCH_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
    },
  };
}
