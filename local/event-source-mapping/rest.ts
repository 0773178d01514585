import type { Clock } from '../../shared/core/ports.js';

/** What waiting takes: time, and the signal that ends every wait when the mapping stops. */
export interface Resting {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Waits. False when the mapping stopped meanwhile. */
export async function rest({ clock, signal }: Resting, ms: number): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}

/** Milliseconds before the next round: AWS publishes no delays, so 20 ms that double to a second. */
export const backoff = (round: number): number => Math.min(1_000, 20 * 2 ** Math.min(round, 10));
