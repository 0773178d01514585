import * as z from 'zod';
import type { Json } from '../core/ports.js';
import type { PersonState } from '../core/state.js';
import { EDGE_LIMIT, fromEdges, toEdges } from './edge-columns.js';

/** Member, ever, and whether the opposite is known, as one digit. */
const flagsOf = ({ member, ever, other }: { member: boolean; ever: boolean; other?: number }): number =>
  (member ? 1 : 0) + (ever ? 2 : 0) + (other === undefined ? 0 : 4);

/** Columns that hold the same in every format. */
export const SHARED = {
  keys: z.array(z.string()),
  times: z.array(z.number()),
  written: z.array(
    z.tuple([z.string(), z.array(z.string()), z.array(z.string()), z.array(z.number()), z.number()]),
  ),
  claim: z.union([z.tuple([]), z.tuple([z.string(), z.number()])]),
  claimants: z.array(z.tuple([z.string(), z.string()])),
};

const digitsOf = (flags: string, bit: number): number =>
  [...flags].filter((digit) => (Number(digit) & bit) !== 0).length;

/** The columns of format 2, in this order. */
export const Columns = z
  .tuple([
    // Standing: audience keys, times, one digit of flags for each; the newest of the opposite for those that say so.
    SHARED.keys,
    SHARED.times,
    z.string().regex(/^[0-7]*$/),
    SHARED.times,
    // Values: paths, times, values.
    SHARED.keys,
    SHARED.times,
    z.array(z.unknown()),
    // Written: target, field names, hashes, times, and when the target accepted last; 0 when that is not known.
    SHARED.written,
    // Unsure: targets.
    SHARED.keys,
    // Claim: by, until; nothing when nobody holds the lease.
    SHARED.claim,
    // Owed, as edge-columns.ts says: audiences, flags, times, what was decided and of which of them.
    z.array(z.union([z.int(), z.string()])),
    z.array(z.int().min(0).max(EDGE_LIMIT)),
    SHARED.times,
    z.array(z.record(z.string(), z.boolean())),
    z.array(z.int().min(0)),
    // Aliases: fingerprints, days.
    SHARED.keys,
    SHARED.times,
    // Claimants: id, key.
    SHARED.claimants,
  ])
  .refine(
    ([keys, times, flags, others, paths, since, values, written, , , about, edges, , , , aliases, days]) =>
      keys.length === times.length &&
      keys.length === flags.length &&
      others.length === digitsOf(flags, 4) &&
      aliases.length === days.length &&
      about.length === edges.length &&
      paths.length === since.length &&
      paths.length === values.length &&
      written.every(([, names, hashes, at]) => names.length === hashes.length && names.length === at.length),
    'columns of unequal length',
  );
export type Columns = z.infer<typeof Columns>;

/** A state in columns: keys beside keys and times beside times repeat each other, which deflate likes. */
export function toColumns(state: PersonState): Columns {
  const { standing, values, written, unsure, accepted, claim, owed, aliases } = state;
  const claimants = state.claimants.map(({ to, key }): [string, string] => [to, key]);
  const standings = [...standing.values()];
  const known = [...values.values()];
  return [
    [...standing.keys()],
    standings.map(({ at }) => at),
    standings.map(flagsOf).join(''),
    standings.flatMap(({ other }) => (other === undefined ? [] : [other])),
    [...values.keys()],
    known.map(({ at }) => at),
    known.map(({ value }) => value),
    [...written].map(([target, fields]) => {
      const held = [...fields.values()];
      const hashes = held.map(({ hash }) => hash);
      return [target, [...fields.keys()], hashes, held.map(({ at }) => at), accepted.get(target) ?? 0];
    }),
    [...unsure],
    claim ? [claim.by, claim.until] : [],
    ...toEdges(owed, standing),
    [...aliases.keys()],
    [...aliases.values()],
    claimants,
  ];
}

/** A map of the keys, each with what `make` gives for its index. */
const mapOf = <T>(keys: readonly string[], make: (index: number) => T): Map<string, T> =>
  new Map(keys.map((key, index) => [key, make(index)]));

function standingOf(keys: readonly string[], times: readonly number[], flags: string, others: number[]) {
  const rest = [...others];
  return mapOf(keys, (i) => {
    const digit = Number(flags[i]);
    const other = (digit & 4) === 0 ? undefined : rest.shift();
    return {
      at: times[i] ?? 0,
      member: (digit & 1) !== 0,
      ever: (digit & 2) !== 0,
      ...(other !== undefined && { other }),
    };
  });
}

/** The state that {@link toColumns} wrote; undefined when what it says of owed edges leads nowhere. */
export function fromColumns(columns: Columns): PersonState | undefined {
  const [keys, times, flags, others, paths, since, values, written, unsure, [by, until], ...rest] = columns;
  const [about, edges, moments, decided, which, aliases, days, claimants] = rest;
  const standing = standingOf(keys, times, flags, others);
  const owed = fromEdges([about, edges, moments, decided, which], standing);
  if (owed === undefined) return undefined;
  return {
    standing,
    // Everything in the columns came out of JSON.parse, so it is JSON.
    values: mapOf(paths, (i) => ({ value: values[i] as Json, at: since[i] ?? 0 })),
    written: new Map(
      written.map(([target, names, hashes, at]) => [
        target,
        mapOf(names, (i) => ({ hash: hashes[i] ?? '', at: at[i] ?? 0 })),
      ]),
    ),
    unsure: new Set(unsure),
    accepted: new Map(written.flatMap(([target, , , , at]) => (at === 0 ? [] : [[target, at]]))),
    claim: by !== undefined && until !== undefined ? { by, until } : undefined,
    owed,
    aliases: mapOf(aliases, (i) => days[i] ?? 0),
    claimants: claimants.map(([to, key]) => ({ to, key })),
  };
}
