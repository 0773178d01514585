import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../shared/core/ports.js';

/** A clock on which only sleeping takes time; a sleep costs one turn of the event loop. */
export interface HurriedClock extends Clock {
  readonly slept: readonly number[];
}

/** Makes one that starts now, or at a given instant. */
export function hurriedClock(start = Date.now()): HurriedClock {
  const slept: number[] = [];
  let time = start;
  return {
    slept,
    now: () => time,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      time += ms;
      await turn();
      signal?.throwIfAborted();
    },
  };
}

/** Waits, turn by turn, for something that other code brings about. */
export async function until(what: string, reached: () => boolean, patienceMs = 40_000): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!reached()) {
    if (performance.now() > end) throw new Error(`Waited ${patienceMs} ms in vain: ${what}`);
    await turn();
  }
}

/** Lets everything else have as many turns, to show that something does not happen. */
export async function spin(turns: number): Promise<void> {
  for (let count = 0; count < turns; count++) await turn();
}
