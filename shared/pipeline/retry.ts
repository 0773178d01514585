/** Full jitter: anything between nothing and an exponentially growing bound. `attempt` counts from 1; milliseconds. */
export function backoff(
  attempt: number,
  tuning: { baseMs: number; capMs: number },
  random: () => number,
): number {
  return Math.round(random() * Math.min(tuning.capMs, tuning.baseMs * 2 ** (attempt - 1)));
}
