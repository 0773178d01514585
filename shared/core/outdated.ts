import type { PersonState } from './state.js';

/**
 * Where what was accepted no longer counts, and until when: `connection` or `connection/object` → epoch milliseconds.
 * Persons cannot be listed cheaply, so instead of going through them all, one such mark is looked at in each run.
 */
export type Marks = ReadonlyMap<string, number>;

/** What the marks are stored under. No person is: a person's id has a colon in it. */
export const MARKS_ID = '$forgotten';

/** The marks in the state stored under {@link MARKS_ID}. */
export const marksIn = ({ values }: PersonState): Marks =>
  new Map([...values].map(([place, { at }]) => [place, at]));

/** That state with one more mark. A mark never goes back in time. */
export function withMark(state: PersonState, place: string, at: number): PersonState {
  const known = state.values.get(place)?.at ?? 0;
  return { ...state, values: new Map(state.values).set(place, { value: null, at: Math.max(known, at) }) };
}

/** Whether a target is at a place. Targets are `connection/object/…` or `connection/object#list/…`. */
const isAt = (target: string, place: string): boolean =>
  target.startsWith(`${place}/`) || target.startsWith(`${place}#`);

/**
 * Targets whose acceptance counts no more, because it is longer ago than the file allows (`refreshMs`) or older than a
 * mark: the next record that concerns them writes them whole. `now` in epoch milliseconds.
 */
export function outdated(
  { accepted }: PersonState,
  now: number,
  refreshMs: number | undefined,
  marks: Marks,
): readonly string[] {
  if (accepted.size === 0 || (refreshMs === undefined && marks.size === 0)) return [];
  const aged = refreshMs === undefined ? Number.NEGATIVE_INFINITY : now - refreshMs;
  const isForgotten = (target: string, at: number): boolean =>
    [...marks].some(([place, until]) => at <= until && isAt(target, place));
  return [...accepted].flatMap(([target, at]) => (at <= aged || isForgotten(target, at) ? [target] : []));
}
