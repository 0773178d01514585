import * as z from 'zod';
import { climateOf } from './climate.js';
import { FAULT_KINDS } from './fault-kinds.js';

const numbers = (least: number, most?: number) => {
  const error = `must be a whole number${most === undefined ? `, ${least} or more` : ` from ${least} to ${most}`}`;
  return z
    .int({ error })
    .min(least, error)
    .max(most ?? Number.MAX_SAFE_INTEGER, error);
};

const indices = () => {
  const error = 'must be a list of whole numbers, 0 or more';
  return z.array(z.int({ error }).min(0, error), { error }).readonly().optional();
};

const NO_FAULTS = 'must be a list of faults, as local/chaos/fault-kinds.ts names them';

/** All that decides a run: the same scenario gives the same run, step by step, on every machine. */
export const Scenario = z.strictObject({
  /** Seed of the events, and how many there are. */
  seed: numbers(0),
  events: numbers(1),
  /** Indices of those that are published; all unless given. */
  only: indices(),
  /** How often each is published. */
  copies: numbers(1, 9),
  /** Seed of everything else: order, places, interleaving, waits, faults. */
  schedule: numbers(0),
  /** Kinds of faults that do not happen. */
  without: z.array(z.enum(FAULT_KINDS, NO_FAULTS), NO_FAULTS).readonly().optional(),
  /** Of the faults that would happen, counted from 0, only these do; all unless given. */
  fire: indices(),
});
export type Scenario = z.infer<typeof Scenario>;

/** Events of one slice: a world of its own, so that slices can run side by side and a failure is small from the start. */
const SLICE = { memory: 8_000, dynamodb: 600, 'azure-table': 600 } as const;
/** So many at most where batches are tiny: each event takes twice as long there. */
const TINY = { batch: 10, slice: 1_500 } as const;
/** Short runs are cut finer, so that they too see many kinds of weather. */
const SMALL_SLICE = 1_000;
const SHORT_RUN = 50_000;

/** How often each event is published. */
export const COPIES = 3;

/** The scenario of one seed. */
export const scenarioOf = (seed: number, events: number): Scenario => ({
  seed,
  events,
  copies: COPIES,
  schedule: seed,
});

/** How many events a slice of a long run has. */
function sliceFor(seed: number): number {
  const { store, largestBatch } = climateOf(seed);
  return largestBatch < TINY.batch ? Math.min(SLICE[store], TINY.slice) : SLICE[store];
}

/** Cuts a run into slices. Slice n has seed + n, so that each can be run alone by the same command. */
export function slicesOf(seed: number, events: number): Scenario[] {
  const slices: Scenario[] = [];
  for (let left = events; left > 0; ) {
    const next = seed + slices.length;
    const most = events > SHORT_RUN ? sliceFor(next) : SMALL_SLICE;
    slices.push(scenarioOf(next, Math.min(left, most)));
    left -= most;
  }
  return slices;
}
