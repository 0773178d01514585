import type { Clock, Secrets } from '../core/ports.js';

/** What every connector is given from outside, so that tests decide time, chance, secrets and the network. */
export interface ConnectorDeps {
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly fetch?: typeof fetch;
  /** 0 ≤ n < 1; spreads the waits we choose ourselves, so that many functions do not return at one instant. */
  readonly random?: () => number;
  /** `traceparent` of W3C Trace Context for a request that is made now; undefined where no trace is made of it. */
  readonly traceparent?: () => string | undefined;
}
