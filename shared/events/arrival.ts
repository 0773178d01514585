import type { Result } from '../core/fault.js';
import { readProfile } from '../core/profile.js';

/** Gives each record in turn the time at which it counts as taken in, epoch milliseconds. */
export type Arrivals = (item: Result<unknown>) => number;

/** The newest `lastQualificationTime` of a record, epoch microseconds. */
function newestTime(item: Result<unknown>): number | undefined {
  const profile = item.ok ? readProfile(item.value) : undefined;
  if (!profile?.ok) return undefined;
  let newest: number | undefined;
  for (const { at } of profile.value.memberships)
    if (at !== undefined && (newest === undefined || at > newest)) newest = at;
  return newest;
}

/**
 * Records of files carry no time of arrival, and the time of day would make two runs differ. So each counts as taken in
 * when the newest of its memberships was asserted, and at least a millisecond after the one before it. `after` is the time
 * of the one before the first; `start` is the time of a first record that carries none.
 */
export function arrivalsFrom(after: number | undefined, start: number): Arrivals {
  let last = after;
  return (item) => {
    const asserted = newestTime(item);
    const own = asserted === undefined ? undefined : Math.ceil(asserted / 1000);
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
