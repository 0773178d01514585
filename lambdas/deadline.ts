/** The one thing the adapters ask of the Lambda context. */
export interface RemainingTime {
  getRemainingTimeInMillis(): number;
}

/** What the stream's adapter asks of it besides. */
export interface Invocation extends RemainingTime {
  readonly awsRequestId?: string;
}

/** The name by which Lambda's own lines call the invocation, for ours. */
export const invocationIn = ({ awsRequestId }: Invocation): { readonly invocation?: string } =>
  awsRequestId === undefined ? {} : { invocation: awsRequestId };

/** Time kept back for what is under way when the deadline strikes: its answers must still be recorded. */
const MARGIN_MS = 10_000;
/** A function with a short time-out keeps back less, or it would never start anything. */
const MARGIN_SHARE = 0.25;

/** When an invocation must stop starting new work, by the pipeline's clock; epoch milliseconds. */
export function deadlineOf(context: RemainingTime, now: () => number): number {
  const left = context.getRemainingTimeInMillis();
  return now() + left - Math.min(MARGIN_MS, left * MARGIN_SHARE);
}
