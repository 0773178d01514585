import { batch, signal } from '@preact/signals';
import { KEPT_SECONDS } from '../seconds-kept.js';
import type { Hello, Line, Second, Sending, Sums } from '../told.js';
import { ask, follow, type LinkState, takeToken } from './link.js';
import { createRows } from './rows.js';

/** What the page knows of the run. */
export const link = signal<LinkState>('connecting');
export const hello = signal<Hello | undefined>(undefined);
export const sums = signal<Sums | undefined>(undefined);
export const seconds = signal<readonly Second[]>([]);
export const rows = createRows(50_000);
/** Goes up when rows have changed, at most once a frame. */
export const rowsTick = signal(0);

const token = takeToken();

/** Asks the server. Throws `Unanswered`. */
export const query = <T>(path: string, body?: object): Promise<T> => ask<T>(token, path, body);

/** Seconds told before and anew: the newer word holds. */
function merged(before: readonly Second[], news: readonly Second[]): readonly Second[] {
  const from = news[0]?.t ?? 0;
  return [...before.filter(({ t }) => t < from), ...news].slice(-KEPT_SECONDS);
}

function begin(line: Hello): void {
  rows.reset(line.capacity);
  hello.value = line;
  seconds.value = [];
}

function take(line: Line): void {
  if (line.kind === 'hello') begin(line);
  else if (line.kind === 'rows') rows.apply(line.rows);
  else if (line.kind === 'sums') sums.value = line.sums;
  else seconds.value = merged(seconds.value, line.seconds);
}

let waiting: (readonly Line[])[] = [];

/** Takes in all that has come since the last frame, together. */
function takeAll(): void {
  const all = waiting;
  waiting = [];
  batch(() => {
    for (const lines of all) for (const line of lines) take(line);
    if (all.some((lines) => lines.some(({ kind }) => kind === 'rows' || kind === 'hello'))) rowsTick.value++;
  });
}

/** Lines that may wait for a frame: a page nobody looks at is drawn seldom, and must not fill up. */
const MOST_WAITING = 200;

/** Begins to follow the run. */
export function start(): void {
  void follow(token, {
    state: (state) => {
      link.value = state;
    },
    lines: (lines) => {
      waiting.push(lines);
      if (waiting.length === 1) requestAnimationFrame(takeAll);
      if (waiting.length > MOST_WAITING) takeAll();
    },
  });
}

/** The time, epoch milliseconds, as often as rates and charts need it. */
export const clockTick = signal(Date.now());
setInterval(() => {
  clockTick.value = Date.now();
}, 1_000);

/** Whether events may be sent at the moment, and why not. */
export const maySend = (): boolean => sums.value?.sending === 'ready';
export const SENDING: Readonly<Record<Sending, string>> = {
  counting: "the demo's own events are still being counted",
  ready: 'into the streams, as AEP would',
  busy: 'some are being sent',
};
