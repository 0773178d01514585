import type { Result } from '../core/fault.js';
import { readProfile } from '../core/profile.js';

/** Gives each record in turn the time at which it counts as taken in, epoch milliseconds. */
export type Arrivals = (item: Result<unknown>) => number;

/** The oldest and the newest `lastQualificationTime` of a record, epoch milliseconds; undefined when it has none. */
export function timesIn(
  item: Result<unknown>,
): { readonly oldest: number; readonly newest: number } | undefined {
  const profile = item.ok ? readProfile(item.value) : undefined;
  if (!profile?.ok) return undefined;
  let [oldest, newest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { at } of profile.value.memberships) {
    if (at === undefined) continue;
    if (at < oldest) oldest = at;
    if (at > newest) newest = at;
  }
  if (newest < oldest) return undefined;
  return { oldest: Math.floor(oldest / 1000), newest: Math.ceil(newest / 1000) };
}

/**
 * Records of files carry no time of arrival, and the time of day would make two runs differ. So each counts as taken in
 * when the newest of its memberships was asserted, and at least a millisecond after the one before it. `after` is the time
 * of the one before the first; `start` is the time of a first record that carries none.
 */
export function arrivalsFrom(after: number | undefined, start: number): Arrivals {
  let last = after;
  return (item) => {
    const own = timesIn(item)?.newest;
    if (last === undefined) last = own ?? start;
    else last = Math.max(last + 1, own ?? 0);
    return last;
  };
}

/** Records taken in from a given time on, a millisecond apart. */
export function arrivalsAt(start: number): Arrivals {
  let next = start;
  return () => next++;
}
