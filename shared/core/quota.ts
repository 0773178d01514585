import * as z from 'zod';
import type { PersonState } from './state.js';

/** At most so many calls in any stretch of so many seconds. */
export const CallLimit = z.strictObject({
  calls: z.int().min(1).max(100_000_000).describe('Most requests to the target.'),
  seconds: z.number().min(1).max(2_678_400).describe('In any stretch of so many seconds.'),
});
export type CallLimit = z.infer<typeof CallLimit>;

/** How much haste an action has: consent withdrawn and exits before all else, history that AEP exports at first last. */
export const HASTES = ['urgent', 'usual', 'backfill'] as const;
export type Haste = (typeof HASTES)[number];

/** The share of a limit that each may use: the rest is kept for those with more haste. */
const SHARES: Readonly<Record<Haste, number>> = { urgent: 1, usual: 0.9, backfill: 0.7 };

/**
 * A stretch is counted in so many slices. Calls of the slice that has begun and of as many before it are added up, so no
 * stretch of the full length can hold more than the limit.
 */
const SLICES = 10;

/** Calls by slice, by the length of the limit's stretch. What is stored: `values` of a state, by `seconds`. */
const Counts = z.array(z.tuple([z.int(), z.int().min(0)]));

/** What a meter was asked for. */
export interface Asking {
  readonly limits: readonly CallLimit[];
  /** Epoch milliseconds. */
  readonly now: number;
  readonly haste: Haste;
  readonly calls: number;
}

/**
 * Leave for so many calls, at least one, to be used within `forMs`; or how long there is none, milliseconds, and whether the
 * limit itself is used up or only the asker's share of it.
 */
export type Grant =
  | {
      readonly kind: 'granted';
      readonly calls: number;
      readonly forMs: number;
      /** Per cent of the tightest limit that is left when these calls are made. */
      readonly left: number;
      readonly state: PersonState;
    }
  | { readonly kind: 'spent'; readonly waitMs: number; readonly whole: boolean; readonly left: number };

interface Window {
  readonly name: string;
  readonly sliceMs: number;
  /** The time it is for all who count, epoch milliseconds. */
  readonly now: number;
  readonly slice: number;
  /** Oldest first; only slices that still count. */
  readonly counts: readonly (readonly [slice: number, calls: number])[];
  readonly used: number;
  readonly calls: number;
  /** What this asker may come up to. */
  readonly most: number;
}

/** Clocks are never so far apart; what was counted further ahead is rubbish. */
const MOST_AHEAD_MS = 5 * 60_000;

const bySlice = ([a]: readonly [number, number], [b]: readonly [number, number]): number => a - b;

/**
 * Whoever's clock is behind counts in the slice that others have reached: no call may be counted where they look no more.
 */
function windowOf({ calls, seconds }: CallLimit, state: PersonState, asking: Asking): Window {
  const sliceMs = (seconds * 1000) / SLICES;
  const name = String(seconds);
  // A page that is not as this version writes them counts as empty: too many calls once are better than none for ever.
  const stored = Counts.safeParse(state.values.get(name)?.value).data ?? [];
  const known = stored.filter(([one]) => one * sliceMs <= asking.now + MOST_AHEAD_MS).sort(bySlice);
  const slice = Math.max(Math.floor(asking.now / sliceMs), known.at(-1)?.[0] ?? 0);
  const counts = known.filter(([one]) => one >= slice - SLICES);
  const used = counts.reduce((sum, [, count]) => sum + count, 0);
  const now = Math.max(asking.now, slice * sliceMs);
  const most = Math.max(1, Math.floor(calls * SHARES[asking.haste]));
  return { name, sliceMs, now, slice, counts, used, calls, most };
}

/** When enough old slices no longer count for one call to be free, milliseconds from now; 0 when one is free already. */
function waitOf({ counts, used, most, sliceMs, now }: Window): number {
  let left = used;
  for (const [slice, count] of counts) {
    if (left < most) break;
    left -= count;
    if (left < most) return Math.max(1, Math.ceil((slice + SLICES + 1) * sliceMs - now));
  }
  return 0;
}

function counted({ name, slice, counts }: Window, calls: number, state: PersonState, now: number) {
  const own = counts.find(([one]) => one === slice)?.[1] ?? 0;
  const others = counts.filter(([one]) => one !== slice).map(([one, count]) => [one, count]);
  const value = [...others, [slice, own + calls]];
  return { ...state, values: new Map(state.values).set(name, { value, at: now }) };
}

/** Per cent of the tightest limit that is left after so many calls more. */
const leftOf = (windows: readonly Window[], more: number): number =>
  Math.max(0, Math.min(...windows.map(({ calls, used }) => (100 * (calls - used - more)) / calls)));

/** Takes calls out of limits that several processes share. `state` is what they keep together; it is not changed. */
export function grant(state: PersonState, asking: Asking): Grant {
  const windows = asking.limits.map((limit) => windowOf(limit, state, asking));
  const waitMs = Math.max(0, ...windows.map(waitOf));
  if (waitMs > 0) {
    const whole = windows.some(({ used, calls }) => used >= calls);
    return { kind: 'spent', waitMs, whole, left: leftOf(windows, 0) };
  }
  const free = Math.min(asking.calls, ...windows.map(({ most, used }) => most - used));
  const forMs = Math.min(...windows.map(({ slice, sliceMs, now }) => (slice + 1) * sliceMs - now));
  const after = windows.reduce((page, window) => counted(window, free, page, asking.now), state);
  return { kind: 'granted', calls: free, forMs, left: leftOf(windows, free), state: after };
}
