import type { Clock, StateStore } from '../../shared/core/ports.js';
import { marked } from '../stores/states.js';
import { fakeClock } from '../support/fakes.js';
import { somebody } from './store-steps.js';

/** A clock that tells how long it was slept on. */
export function watchedClock(): Clock & { readonly sleeps: number[] } {
  const clock = fakeClock();
  const sleeps: number[] = [];
  return {
    ...clock,
    sleeps,
    sleep(ms, signal) {
      sleeps.push(ms);
      return clock.sleep(ms, signal);
    },
  };
}

/** The sum of numbers. */
export const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
/** The fault of a store that gave up. */
export const UNAVAILABLE = { name: 'Fault', code: 'store.unavailable', retryable: true };

/** Both calls of a store, about persons nobody knows. */
export const both = (store: StateStore, deadline?: number) =>
  [
    ['read', () => store.read([somebody()], undefined, deadline)],
    [
      'write',
      () => store.write([{ id: somebody(), state: marked('x'), expected: undefined }], undefined, deadline),
    ],
  ] as const;
