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

/** Leave for so many calls, at least one, to be used before `until`; or how long there is none, milliseconds. */
export type Grant =
  | {
      readonly kind: 'granted';
      readonly calls: number;
      readonly until: number;
      readonly state: PersonState;
    }
  | { readonly kind: 'spent'; readonly waitMs: number };

interface Window {
  readonly name: string;
  readonly sliceMs: number;
  readonly slice: number;
  /** Oldest first; only slices that still count. */
  readonly counts: readonly (readonly [slice: number, calls: number])[];
  readonly used: number;
  /** What this asker may come up to. */
  readonly most: number;
}

function windowOf({ calls, seconds }: CallLimit, state: PersonState, { now, haste }: Asking): Window {
  const sliceMs = (seconds * 1000) / SLICES;
  const slice = Math.floor(now / sliceMs);
  const name = String(seconds);
  // A page that is not as this version writes them counts as empty: too many calls once are better than none for ever.
  const stored = Counts.safeParse(state.values.get(name)?.value).data ?? [];
  const counts = stored.filter(([one]) => one >= slice - SLICES && one <= slice + SLICES).sort(byslice);
  const used = counts.reduce((sum, [, count]) => sum + count, 0);
  return { name, sliceMs, slice, counts, used, most: Math.max(1, Math.floor(calls * SHARES[haste])) };
}

const byslice = ([a]: readonly [number, number], [b]: readonly [number, number]): number => a - b;

/** When enough old slices no longer count for one call to be free, milliseconds from now; 0 when one is free already. */
function waitOf({ counts, used, most, sliceMs }: Window, now: number): number {
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

/** Takes calls out of limits that several processes share. `state` is what they keep together; it is not changed. */
export function grant(state: PersonState, asking: Asking): Grant {
  const { now, calls } = asking;
  const windows = asking.limits.map((limit) => windowOf(limit, state, asking));
  const waitMs = Math.max(0, ...windows.map((window) => waitOf(window, now)));
  if (waitMs > 0) return { kind: 'spent', waitMs };
  const free = Math.min(calls, ...windows.map(({ most, used }) => most - used));
  const until = Math.min(...windows.map(({ slice, sliceMs }) => (slice + 1) * sliceMs));
  const after = windows.reduce((page, window) => counted(window, free, page, now), state);
  return { kind: 'granted', calls: free, until, state: after };
}
