import { Fault } from '../core/fault.js';
import type { Clock } from '../core/ports.js';

/** What the retrying of a store takes from outside. */
export interface RetryDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
}

/** Why a request to a store failed, as the store's own file reads it. */
export interface Trouble {
  readonly fault: Fault;
  /** The same request may succeed in a `moment`; none will, the store is `down` for us; only this one is `refused`. */
  readonly kind: 'moment' | 'down' | 'refused';
  /** The wait the service asks for, milliseconds. */
  readonly afterMs?: number;
}

/** Runs one request until it succeeds or there is no sense in going on. `tries` counts from 1. */
export type Attempt = <T>(request: (tries: number) => Promise<T>) => Promise<T>;

/** First and largest bound of the back-off, milliseconds. */
const BASE_MS = 50;
const CAP_MS = 1_000;
/** How long one call to a store keeps trying, milliseconds: less than the handlers keep back before their time-out. */
const PATIENCE_MS = 5_000;
/** Time past the deadline for a call that was begun about then: what targets have accepted should still be recorded. */
const GRACE_MS = 1_000;

/** What a call says that was ended by its caller. */
export const stopped = (cause?: unknown): Fault =>
  new Fault('store.unavailable', 'the invocation was ended while the state store was being asked', { cause });

/**
 * The retrying of one call to a store, which may make many requests: all share one limit of time, and once one of them
 * has given up none is begun any more. Waits with full jitter. `diagnose` gives nothing for an error that is no answer of
 * the service; that one is thrown as it is.
 */
export function retrying(
  { clock, random }: RetryDeps,
  diagnose: (error: unknown) => Trouble | undefined,
  signal: AbortSignal | undefined,
  deadline = Number.POSITIVE_INFINITY,
): Attempt {
  const begun = clock.now();
  const until = Math.min(begun + PATIENCE_MS, Math.max(begun, deadline) + GRACE_MS);
  let down: Fault | undefined;

  const waitAfter = (error: unknown, tries: number): number => {
    const trouble = diagnose(error);
    if (trouble === undefined) throw error;
    const jitter = random() * Math.min(CAP_MS, BASE_MS * 2 ** (tries - 1));
    const wait = Math.max(Math.round(jitter), trouble.afterMs ?? 0);
    if (trouble.kind === 'moment' && clock.now() + wait < until) return wait;
    if (trouble.kind !== 'refused') down = trouble.fault;
    throw trouble.fault;
  };

  return async (request) => {
    for (let tries = 1; ; tries++) {
      if (down) throw down;
      try {
        signal?.throwIfAborted();
        return await request(tries);
      } catch (error) {
        if (signal?.aborted) throw stopped(error);
        const wait = waitAfter(error, tries);
        await clock.sleep(wait, signal).catch((cause: unknown) => {
          throw signal?.aborted ? stopped(cause) : cause;
        });
      }
    }
  };
}
