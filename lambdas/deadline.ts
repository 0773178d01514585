/** The one thing the adapters ask of the Lambda context. */
export interface RemainingTime {
  getRemainingTimeInMillis(): number;
}

/** Time kept back for what is under way when the deadline strikes: its answers must still be recorded. */
const MARGIN_MS = 10_000;
/** A function with a short time-out keeps back less, or it would never start anything. */
const MARGIN_SHARE = 0.25;

/** When an invocation must stop starting new work, by the pipeline's clock; epoch milliseconds. */
export function deadlineOf(context: RemainingTime, now: () => number): number {
  const left = context.getRemainingTimeInMillis();
  return now() + left - Math.min(MARGIN_MS, left * MARGIN_SHARE);
}
