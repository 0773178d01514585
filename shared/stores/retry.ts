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
  /** The same request may succeed in a moment; none will, the store is `down` for us; only this one is `refused`. */
  readonly kind: 'moment' | 'down' | 'refused';
  /** The wait the service asks for, milliseconds. */
  readonly afterMs?: number;
  /** True when the request did a part of its work: then the back-off begins anew. */
  readonly progress?: boolean;
}

/** Runs one request until it succeeds or there is no sense in going on. `tries` counts from 1. */
export type Attempt = <T>(request: (tries: number) => Promise<T>) => Promise<T>;

/** First and largest bound of the back-off, milliseconds. */
const BASE_MS = 50;
const CAP_MS = 1_000;
/** How long one request is tried, milliseconds: less than the handlers keep back before their time-out. */
const PATIENCE_MS = 5_000;
/** Time past the deadline for a call that was begun about then: what targets have accepted should still be recorded. */
const GRACE_MS = 1_000;

/** What a call says that was ended by its caller. */
export const stopped = (cause?: unknown): Fault =>
  new Fault('store.unavailable', 'the invocation was ended while the state store was being asked', { cause });

/**
 * The retrying of one call to a store, which may make many requests: once one of them has given up, none is begun any
 * more. Waits with full jitter, and no longer than a second past the deadline. `diagnose` gives nothing for an error that
 * is no answer of the service; that one is thrown as it is.
 */
export function retrying(
  { clock, random }: RetryDeps,
  diagnose: (error: unknown) => Trouble | undefined,
  signal: AbortSignal | undefined,
  deadline = Number.POSITIVE_INFINITY,
): Attempt {
  const end = Math.max(clock.now(), deadline) + GRACE_MS;
  let down: Fault | undefined;

  /** The fault to end with, or the wait before the next try. */
  const judge = ({ kind, fault, afterMs = 0 }: Trouble, failures: number, until: number): Fault | number => {
    const jitter = random() * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1));
    const wait = Math.max(Math.round(jitter), afterMs);
    if (kind === 'moment' && clock.now() + wait < until) return wait;
    if (kind !== 'refused') down = fault;
    return fault;
  };

  return async (request) => {
    const until = Math.min(clock.now() + PATIENCE_MS, end);
    for (let tries = 1, failures = 1; ; tries++, failures++) {
      if (down) throw down;
      try {
        signal?.throwIfAborted();
        return await request(tries);
      } catch (error) {
        if (signal?.aborted) throw stopped(error);
        const trouble = error instanceof Fault ? undefined : diagnose(error);
        if (!trouble) throw error;
        if (trouble.progress) failures = 1;
        const verdict = judge(trouble, failures, until);
        if (typeof verdict !== 'number') throw verdict;
        await clock.sleep(verdict, signal).catch((cause: unknown) => {
          throw signal?.aborted ? stopped(cause) : cause;
        });
      }
    }
  };
}
