import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import type { Json } from '../core/ports.js';
import type { OwedMembership, PersonState } from '../core/state.js';

/*
 * A stored state is two bytes and a payload. First byte: the format, 1. Second byte: how the payload is packed. The payload
 * of format 1 is JSON text of arrays, in columns: keys beside keys and times beside times repeat each other, which
 * deflate likes, and no member name is ever written.
 */
const FORMAT = 1;
const PLAIN = 0;
const DEFLATED = 1;

/** Shorter payloads stay plain: DynamoDB bills writes by the kilobyte, so packing them would buy nothing. */
const PACK_FROM = 900;
/** No store takes a state that is this long even when packed: whatever inflates to more was not written by us. */
const MAX_INFLATED = 64 * 1024 * 1024;

/** zlib makes a buffer of 16 kB for every answer unless told; with this one it takes a third less, inflating two thirds. */
const CHUNK = { chunkSize: 4096 };

/** Member and ever, as one digit. */
const flagsOf = ({ member, ever }: { member: boolean; ever: boolean }): number =>
  (member ? 1 : 0) + (ever ? 2 : 0);

const Change = z.enum(['entered', 'left', 'stayed']);

/** The columns of format 1, in this order. */
const Columns = z
  .tuple([
    // Standing: audience keys, times, one digit of flags for each.
    z.array(z.string()),
    z.array(z.number()),
    z.string().regex(/^[0-3]*$/),
    // Values: paths, times, values.
    z.array(z.string()),
    z.array(z.number()),
    z.array(z.unknown()),
    // Written: target, field names, hashes, times, and when the target accepted last; 0 when that is not known.
    z.array(z.tuple([z.string(), z.array(z.string()), z.array(z.string()), z.array(z.number()), z.number()])),
    // Unsure: targets.
    z.array(z.string()),
    // Claim: by, until; nothing when nobody holds the lease.
    z.union([z.tuple([]), z.tuple([z.string(), z.number()])]),
    // Owed: audience key, change, time, one digit of flags; the newest assertion of the same where it has been begun.
    z.array(z.tuple([z.string(), Change, z.number(), z.int().min(0).max(7), z.number().optional()])),
    // Aliases: fingerprints, days.
    z.array(z.string()),
    z.array(z.number()),
    // Claimants: id, key.
    z.array(z.tuple([z.string(), z.string()])),
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
type Columns = z.infer<typeof Columns>;

/** An owed edge as a row of its own. */
function owedColumn({ audience, change, at, first, backfill, overtaken, seen }: OwedMembership) {
  const flags = (first ? 1 : 0) + (backfill ? 2 : 0) + (overtaken ? 4 : 0);
  const edge: [string, OwedMembership['change'], number, number, number?] = [audience, change, at, flags];
  if (seen !== undefined) edge.push(seen);
  return edge;
}

function toColumns(state: PersonState): Columns {
  const { standing, values, written, unsure, accepted, claim, owed, aliases, claimants } = state;
  const standings = [...standing.values()];
  const known = [...values.values()];
  return [
    [...standing.keys()],
    standings.map(({ at }) => at),
    standings.map(flagsOf).join(''),
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
    owed.map(owedColumn),
    [...aliases.keys()],
    [...aliases.values()],
    claimants.map(({ to, key }) => [to, key]),
  ];
}

/** A map of the keys, each with what `make` gives for its index. */
const mapOf = <T>(keys: readonly string[], make: (index: number) => T): Map<string, T> =>
  new Map(keys.map((key, index) => [key, make(index)]));

function fromColumns(columns: Columns): PersonState {
  const [keys, times, flags, paths, since, values, written, unsure, [by, until], ...persons] = columns;
  const [owed, aliases, days, claimants] = persons;
  return {
    standing: mapOf(keys, (i) => {
      const digit = Number(flags[i]);
      return { at: times[i] ?? 0, member: (digit & 1) !== 0, ever: (digit & 2) !== 0 };
    }),
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
    owed: owed.map(([audience, change, at, digit, seen]) => ({
      ...{ audience, change, at },
      ...((digit & 1) !== 0 && { first: true }),
      ...((digit & 2) !== 0 && { backfill: true }),
      ...((digit & 4) !== 0 && { overtaken: true }),
      ...(seen !== undefined && { seen }),
    })),
    aliases: mapOf(aliases, (i) => days[i] ?? 0),
    claimants: claimants.map(([to, key]) => ({ to, key })),
  };
}

/** The state as the bytes a store keeps; the same state gives the same bytes. */
export function encodeState(state: PersonState): Uint8Array {
  const text = Buffer.from(JSON.stringify(toColumns(state)));
  const packed = text.length < PACK_FROM ? undefined : deflateRawSync(text, CHUNK);
  return packed && packed.length < text.length
    ? Buffer.concat([Buffer.of(FORMAT, DEFLATED), packed])
    : Buffer.concat([Buffer.of(FORMAT, PLAIN), text]);
}

/** What is in the bytes is personal: a fault says what is wrong with them, never what they say. */
const unreadable = (why: string, cause?: unknown): Result<never> =>
  bad(
    'store.format',
    `a person's stored state cannot be read (${why}); it was altered or was not written by tributary`,
    { cause },
  );

function unpack(packing: number | undefined, payload: Uint8Array): string | undefined {
  if (packing !== PLAIN && packing !== DEFLATED) return undefined;
  const text =
    packing === DEFLATED
      ? inflateRawSync(payload, { ...CHUNK, maxOutputLength: MAX_INFLATED })
      : Buffer.from(payload);
  return text.toString('utf8');
}

function decodeColumns(packing: number | undefined, payload: Uint8Array): Result<PersonState> {
  let columns: unknown;
  try {
    const text = unpack(packing, payload);
    if (text === undefined) return unreadable(`packing ${packing ?? 'missing'} is not known`);
    columns = JSON.parse(text);
  } catch (cause) {
    return unreadable('the payload is damaged', cause);
  }
  const parsed = Columns.safeParse(columns);
  return parsed.success
    ? ok(fromColumns(parsed.data))
    : unreadable('the payload is not laid out as its format says', parsed.error);
}

/**
 * The state that {@link encodeState} of this or an older version made. A `store.format` fault for bytes of a newer
 * version, which must not be guessed at, and for bytes nobody of us wrote.
 */
export function decodeState(bytes: Uint8Array): Result<PersonState> {
  const [format, packing] = bytes;
  if (format === FORMAT) return decodeColumns(packing, bytes.subarray(2));
  if (format === undefined || format === 0) return unreadable('there is no format byte');
  const text = `a person's stored state is in format ${format} and this version of tributary reads up to ${FORMAT}: a newer version wrote it; deploy that version again`;
  return bad('store.format', text);
}
