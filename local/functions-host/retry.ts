import * as z from 'zod';
import type { Clock } from '../../shared/core/ports.js';
import type { RpcRetryContext } from './rpc.js';

const Duration = z.object({ seconds: z.number().nonnegative() }).transform(({ seconds }) => seconds * 1000);
const Retries = z.int().min(-1);

/** `retry` of a function as the library registers it; durations become milliseconds. */
export const RetryPolicy = z.discriminatedUnion('retryStrategy', [
  z.object({ retryStrategy: z.literal('fixedDelay'), maxRetryCount: Retries, delayInterval: Duration }),
  z.object({
    retryStrategy: z.literal('exponentialBackoff'),
    maxRetryCount: Retries,
    minimumInterval: Duration,
    maximumInterval: Duration,
  }),
]);
/** How often and how patiently a failed invocation is run again; -1 is for ever. */
export type RetryPolicy = z.infer<typeof RetryPolicy>;

/**
 * Delay before the `count`-th retry, 1 being the first. Follows RandomizedExponentialBackoffStrategy of
 * azure-webjobs-sdk: the minimum first, then min + min·2^(count−2)·r with r in [0.8, 1.2), capped at the maximum.
 */
export const retryDelay = (policy: RetryPolicy, count: number, random: () => number): number => {
  if (policy.retryStrategy === 'fixedDelay') return policy.delayInterval;
  const { minimumInterval: min, maximumInterval: max } = policy;
  if (count < 2) return Math.min(min, max);
  return Math.min(min + min * 2 ** (count - 2) * (0.8 + 0.4 * random()), max);
};

/** What surrounds the attempts. */
export interface RetryGround {
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when the partition is given up or the host stops. */
  readonly signal: AbortSignal;
  /** Asked before each retry: an endless policy would otherwise outlive the ownership of its partition. */
  readonly mayContinue: () => Promise<boolean>;
  /** Told of every failed attempt. */
  readonly report: (error: unknown) => void;
}

/** `done` and `exhausted` let the checkpoint move, success or not; `stopped` and `lost` must not. */
export type RunOutcome = 'done' | 'exhausted' | 'stopped' | 'lost';

const exceptionOf = (error: unknown): { message: string; stackTrace: string } =>
  error instanceof Error
    ? { message: error.message, stackTrace: error.stack ?? '' }
    : { message: String(error), stackTrace: '' };

const waited = async (ms: number, { clock, signal }: RetryGround): Promise<boolean> => {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
};

/** Runs an invocation under its function's retry policy. Never throws for a failed attempt. */
export const runWithRetry = async (
  policy: RetryPolicy | undefined,
  attempt: (retry: RpcRetryContext | undefined) => Promise<void>,
  ground: RetryGround,
): Promise<RunOutcome> => {
  let context: RpcRetryContext | undefined;
  for (let count = 1; ; count++) {
    try {
      await attempt(context);
      return ground.signal.aborted ? 'stopped' : 'done';
    } catch (error) {
      ground.report(error);
      if (ground.signal.aborted) return 'stopped';
      if (policy === undefined) return 'exhausted';
      if (policy.maxRetryCount >= 0 && count > policy.maxRetryCount) return 'exhausted';
      context = { retryCount: count, maxRetryCount: policy.maxRetryCount, exception: exceptionOf(error) };
    }
    if (!(await waited(retryDelay(policy, count, ground.random), ground))) return 'stopped';
    if (!(await ground.mayContinue())) return 'lost';
  }
};
