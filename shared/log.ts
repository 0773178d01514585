import type { Log } from './core/ports.js';

export const LEVELS = ['info', 'warn', 'error', 'silent'] as const;
export type Level = (typeof LEVELS)[number];

/** Structured lines of JSON for the cloud's log. `write` gets one line; fields are codes, counts and hashed ids only. */
export function jsonLog(level: Level, write: (line: string) => void, now: () => number): Log {
  const least = LEVELS.indexOf(level);
  return {
    write(at, event, fields) {
      if (LEVELS.indexOf(at) < least) return;
      const head = { time: new Date(now()).toISOString(), level: at, event };
      // The head once more: no field may pass itself off as the time, the level or the event.
      write(`${JSON.stringify({ ...head, ...fields, ...head })}\n`);
    },
  };
}
