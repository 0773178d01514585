import { expect, test } from 'vitest';
import {
  type RetryGround,
  RetryPolicy,
  type RunOutcome,
  retryDelay,
  runWithRetry,
} from '../../../local/functions-host/retry.js';
import type { RpcRetryContext } from '../../../local/functions-host/rpc.js';

const exponential = (maxRetryCount: number, min = 2, max = 60): RetryPolicy =>
  RetryPolicy.parse({
    strategy: 'exponentialBackoff',
    retryStrategy: 'exponentialBackoff',
    maxRetryCount,
    minimumInterval: { seconds: min },
    maximumInterval: { seconds: max },
  });

const fixed = (maxRetryCount: number): RetryPolicy =>
  RetryPolicy.parse({ retryStrategy: 'fixedDelay', maxRetryCount, delayInterval: { seconds: 5 } });

test('exponential: the minimum first, then growing by powers of two, then the maximum for good', () => {
  const delays = (r: number) => [1, 2, 3, 4, 5, 6, 7, 60].map((k) => retryDelay(exponential(-1), k, () => r));
  expect(delays(0.5)).toEqual([2_000, 4_000, 6_000, 10_000, 18_000, 34_000, 60_000, 60_000]);
  expect(delays(0)).toEqual([2_000, 3_600, 5_200, 8_400, 14_800, 27_600, 53_200, 60_000]);
  expect(delays(1)[1]).toBe(4_400);
});

test('exponential: a minimum above the maximum waits the maximum', () => {
  expect(retryDelay(exponential(-1, 9, 3), 1, () => 0.5)).toBe(3_000);
});

test('fixed: the same delay every time', () => {
  expect([1, 2, 9].map((k) => retryDelay(fixed(3), k, () => 0.5))).toEqual([5_000, 5_000, 5_000]);
});

test.each([
  ['an unknown strategy', { retryStrategy: 'sometimes', maxRetryCount: 1 }],
  ['a count below -1', { retryStrategy: 'fixedDelay', maxRetryCount: -2, delayInterval: { seconds: 1 } }],
  ['no interval', { retryStrategy: 'fixedDelay', maxRetryCount: 1 }],
])('%s is refused', (_, options) => {
  expect(RetryPolicy.safeParse(options).success).toBe(false);
});

interface Played {
  readonly outcome: RunOutcome;
  readonly contexts: readonly (RpcRetryContext | undefined)[];
  readonly waits: readonly number[];
  readonly reported: readonly unknown[];
}

interface Play {
  /** Attempts that fail before one succeeds. */
  readonly failures: number;
  readonly thrown?: unknown;
  readonly ground?: Partial<RetryGround>;
  readonly onAttempt?: (n: number) => void;
  readonly onSleep?: (n: number) => void;
}

const play = async (policy: RetryPolicy | undefined, how: Play): Promise<Played> => {
  const contexts: (RpcRetryContext | undefined)[] = [];
  const waits: number[] = [];
  const reported: unknown[] = [];
  const ground: RetryGround = {
    clock: {
      now: () => 0,
      sleep: async (ms, signal) => {
        waits.push(ms);
        how.onSleep?.(waits.length);
        signal?.throwIfAborted();
      },
    },
    random: () => 0.5,
    signal: new AbortController().signal,
    mayContinue: async () => true,
    report: (error) => reported.push(error),
    ...how.ground,
  };
  const attempt = async (context: RpcRetryContext | undefined) => {
    contexts.push(context);
    how.onAttempt?.(contexts.length);
    if (contexts.length <= how.failures) throw how.thrown ?? new Error(`attempt ${contexts.length}`);
  };
  const outcome = await runWithRetry(policy, attempt, ground);
  return { outcome, contexts, waits, reported };
};

const counts = ({ contexts }: Played) => contexts.map((context) => context?.retryCount);

test('success at once: no retry context, no wait', async () => {
  expect(await play(exponential(2), { failures: 0 })).toEqual({
    outcome: 'done',
    contexts: [undefined],
    waits: [],
    reported: [],
  });
});

test('failure to the end: retryCount undefined, 1, 2, then exhausted', async () => {
  const played = await play(exponential(2), { failures: 9 });
  expect(played.outcome).toBe('exhausted');
  expect(counts(played)).toEqual([undefined, 1, 2]);
  expect(played.waits).toEqual([2_000, 4_000]);
  expect(played.reported).toHaveLength(3);
});

test('the retry context carries the policy and what failed', async () => {
  const { contexts } = await play(fixed(3), { failures: 1 });
  expect(contexts[1]).toMatchObject({ retryCount: 1, maxRetryCount: 3, exception: { message: 'attempt 1' } });
  expect(contexts[1]?.exception?.stackTrace).toContain('attempt 1');
});

test('something thrown that is no Error is described all the same', async () => {
  const { contexts } = await play(fixed(3), { failures: 1, thrown: 'x' });
  expect(contexts[1]?.exception).toEqual({ message: 'x', stackTrace: '' });
});

test('no policy and a policy of no retries: one attempt', async () => {
  expect((await play(undefined, { failures: 9 })).contexts).toEqual([undefined]);
  expect((await play(fixed(0), { failures: 9 })).contexts).toEqual([undefined]);
});

test('-1 goes on until success', async () => {
  const played = await play(exponential(-1), { failures: 50 });
  expect(played.outcome).toBe('done');
  expect(played.contexts).toHaveLength(51);
  expect(played.contexts.at(-1)).toMatchObject({ retryCount: 50, maxRetryCount: -1 });
});

test('a stop during the wait ends the run without another attempt', async () => {
  const stop = new AbortController();
  const ground = { signal: stop.signal };
  const played = await play(exponential(-1), { failures: 9, ground, onSleep: () => stop.abort() });
  expect(played.outcome).toBe('stopped');
  expect(played.contexts).toHaveLength(1);
});

test.each([0, 9])(
  'a stop during an attempt that fails %i times: stopped, whatever the attempt did',
  async (failures) => {
    const stop = new AbortController();
    const ground = { signal: stop.signal };
    const played = await play(exponential(-1), { failures, ground, onAttempt: () => stop.abort() });
    expect(played.outcome).toBe('stopped');
    expect(played.waits).toEqual([]);
  },
);

test('a partition lost while waiting ends an endless run', async () => {
  const ground = { mayContinue: async () => false };
  const played = await play(exponential(-1), { failures: 9, ground });
  expect(played.outcome).toBe('lost');
  expect(played.contexts).toHaveLength(1);
});

test('a broken clock is not mistaken for a stop', async () => {
  const clock = {
    now: () => 0,
    sleep: async () => {
      throw new Error('clock broke');
    },
  };
  await expect(play(fixed(3), { failures: 9, ground: { clock } })).rejects.toThrow('clock broke');
});
