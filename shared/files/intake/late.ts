import type { Clock } from '../../core/ports.js';
import type { Limits } from './deps.js';

/** Kept back of an invocation's time for writing down what has been done, milliseconds. */
const MARGIN_MS = 15_000;

/** Tells whether an invocation has no time left to begin anything more, or is to end for another reason. */
export const lateBy =
  ({ now }: Pick<Clock, 'now'>, { deadline, stop }: Limits): (() => boolean) =>
  () =>
    stop?.aborted === true || now() + MARGIN_MS >= deadline;
