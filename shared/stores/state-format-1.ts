import * as z from 'zod';
import type { OwedMembership, PersonState } from '../core/state.js';
import { fromColumns, SHARED } from './state-columns.js';

/** An owed edge: audience key, change, time, one digit of flags; the newest assertion of the same where it has been begun. */
const Edge = z.tuple([
  z.string(),
  z.enum(['entered', 'left', 'stayed']),
  z.number(),
  z.int().min(0).max(7),
  z.number().optional(),
]);

/** The columns of format 1, which nothing writes any more: of the standing no opposite, each owed edge in full. */
const Columns = z
  .tuple([
    SHARED.keys,
    SHARED.times,
    z.string().regex(/^[0-3]*$/),
    SHARED.keys,
    SHARED.times,
    z.array(z.unknown()),
    SHARED.written,
    SHARED.keys,
    SHARED.claim,
    z.array(Edge),
    SHARED.keys,
    SHARED.times,
    SHARED.claimants,
  ])
  .refine(
    ([keys, times, flags, paths, since, values, written, , , , aliases, days]) =>
      keys.length === times.length &&
      aliases.length === days.length &&
      keys.length === flags.length &&
      paths.length === since.length &&
      paths.length === values.length &&
      written.every(([, names, hashes, at]) => names.length === hashes.length && names.length === at.length),
    'columns of unequal length',
  );

const edgeOf = ([audience, change, at, digit, seen]: z.infer<typeof Edge>): OwedMembership => ({
  ...{ audience, change, at },
  ...((digit & 1) !== 0 && { first: true }),
  ...((digit & 2) !== 0 && { backfill: true }),
  ...((digit & 4) !== 0 && { overtaken: true }),
  ...(seen !== undefined && { seen }),
});

/** The state in a payload of format 1; the fault of the schema when it is laid out in another way. */
export function readFormat1(payload: unknown): PersonState | z.ZodError | undefined {
  const parsed = Columns.safeParse(payload);
  if (!parsed.success) return parsed.error;
  const [keys, times, flags, paths, since, values, written, unsure, claim, owed, ...persons] = parsed.data;
  const none: [[], [], [], [], []] = [[], [], [], [], []];
  const rest = [paths, since, values, written, unsure, claim] as const;
  const state = fromColumns([keys, times, flags, [], ...rest, ...none, ...persons]);
  return state && { ...state, owed: owed.map(edgeOf) };
}
