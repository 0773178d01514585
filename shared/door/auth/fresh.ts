import type { Clock } from '../../core/ports.js';

const FRESH_MS = 5 * 60_000;

/**
 * Keeps what was loaded for five minutes, so that a secret that was changed is noticed without a restart. When loading it
 * again fails, what was loaded before goes on counting; the first failure is thrown.
 */
export function fresh<T>(load: () => Promise<T>, clock: Pick<Clock, 'now'>): () => Promise<T> {
  let held: { readonly value: T; readonly until: number } | undefined;
  return async () => {
    if (held && held.until > clock.now()) return held.value;
    try {
      held = { value: await load(), until: clock.now() + FRESH_MS };
    } catch (error) {
      if (!held) throw error;
      held = { value: held.value, until: clock.now() + FRESH_MS };
    }
    return held.value;
  };
}
