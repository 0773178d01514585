import type { Random } from './seeded-random.js';

/** One way in which exports write a time. */
export interface TimeShape {
  readonly name: string;
  /** The smallest difference it can write, in microseconds. */
  readonly step: number;
  /** Writes an instant given in epoch microseconds. */
  write(micros: number): string;
}

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

const iso = (micros: number): string => new Date(Math.floor(micros / 1000)).toISOString();
const second = (micros: number): string => iso(micros).slice(0, 19);
const microseconds = (micros: number): string => String(micros % SECOND).padStart(6, '0');

const zulu: TimeShape = { name: 'zulu', step: SECOND, write: (t) => `${second(t)}Z` };
const colon: TimeShape = { name: 'colon', step: SECOND, write: (t) => `${second(t)}+00:00` };
// The samples of "Include Segment Names" write the offset without a colon, which strict ISO readers refuse.
const noColon: TimeShape = { name: 'no-colon', step: SECOND, write: (t) => `${second(t)}+0000` };
const millis: TimeShape = { name: 'millis', step: 1000, write: (t) => `${iso(t).slice(0, 23)}+0000` };
const micros: TimeShape = { name: 'micros', step: 1, write: (t) => `${second(t)}.${microseconds(t)}Z` };
// Without a zone the time is UTC; Date.parse would take it for local time.
const space: TimeShape = { name: 'space', step: SECOND, write: (t) => second(t).replace('T', ' ') };
const minute: TimeShape = { name: 'minute', step: MINUTE, write: (t) => second(t).slice(0, 16) };

/** Every shape, once. */
export const TIME_SHAPES: readonly TimeShape[] = [zulu, colon, noColon, millis, micros, space, minute];

const often = (shape: TimeShape, weight: number): TimeShape[] => Array.from({ length: weight }, () => shape);
const MIX = [
  ...often(zulu, 45),
  ...often(colon, 14),
  ...often(noColon, 20),
  ...often(millis, 8),
  ...often(micros, 9),
  ...often(space, 2),
  ...often(minute, 2),
];

/** A shape, the frequent ones more often. */
export const pickShape = (random: Random): TimeShape => random.pick(MIX);

/** A shape that can write exactly this instant, so that the same assertion looks different. */
export const shapeFor = (at: number, random: Random): TimeShape =>
  random.pick(MIX.filter(({ step }) => at % step === 0));

/** The instant at or after `wanted` that the shape can write, and later than `clock`. */
export function instantAfter(clock: number, wanted: number, shape: TimeShape): number {
  const floor = Math.floor(Math.max(wanted, clock) / shape.step) * shape.step;
  return floor > clock ? floor : floor + shape.step;
}
