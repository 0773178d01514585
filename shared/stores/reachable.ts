/** A service that can be asked whether it answers, at no cost and without changing anything. */
export interface Reachable {
  /** Throws a Fault that says what the service said, or that it gave no answer. */
  reach(signal: AbortSignal): Promise<void>;
}
