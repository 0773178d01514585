const MINUTE = 60_000;
const DAY = 86_400_000;

/** When a case happens that says nothing of time: any day will do, if it is always the same. */
const NOON = Date.UTC(2026, 6, 1, 12);

/** What one record of a case says of time, epoch milliseconds; nothing when it says nothing. */
export interface OwnTimes {
  /** When it happened. */
  readonly at: number | undefined;
  /** The oldest time in it. */
  readonly oldest: number | undefined;
}

/** Gives every record of a list a time: its own, or a minute after the one before it. */
function spread(list: readonly OwnTimes[], start: number): readonly number[] {
  const first = list.findIndex(({ at }) => at !== undefined);
  let next = first < 0 ? start : (list[first]?.at ?? start) - first * MINUTE;
  return list.map(({ at }) => {
    const time = at ?? next;
    next = time + MINUTE;
    return time;
  });
}

const least = (times: readonly (number | undefined)[]): number | undefined =>
  times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);

/**
 * When the records of a case happen, epoch milliseconds. What is given without a time happens at noon of a certain day,
 * a minute apart; what happened before, a day before the oldest time in it, so that nothing given is older than what was known.
 */
export function timesOf(
  before: readonly OwnTimes[],
  given: readonly OwnTimes[],
): { readonly before: readonly number[]; readonly given: readonly number[] } {
  const known = before.map(({ at }) => at).filter((at) => at !== undefined);
  const isTimeless = given.every(({ at }) => at === undefined);
  const start = isTimeless && known.length > 0 ? Math.max(...known) + DAY : NOON;
  const times = spread(given, start);
  const oldest = least([...given.map((one) => one.oldest), ...times]) ?? start;
  const past = spread(before, oldest - DAY - before.length * MINUTE);
  return { before: past, given: times };
}
