import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import type { PersonState } from '../core/state.js';
import { Columns, fromColumns, toColumns } from './state-columns.js';
import { readFormat1 } from './state-format-1.js';

/*
 * A stored state is two bytes and a payload. First byte: the format, 2. Second byte: how the payload is packed. The payload
 * is JSON text of arrays, in columns; no member name is ever written. Format 1 is still read.
 */
const FORMAT = 2;
const PLAIN = 0;
const DEFLATED = 1;

/** Shorter payloads stay plain: DynamoDB bills writes by the kilobyte, so packing them would buy nothing. */
const PACK_FROM = 900;
/** No store takes a state that is this long even when packed: whatever inflates to more was not written by us. */
const MAX_INFLATED = 64 * 1024 * 1024;

/** zlib makes a buffer of 16 kB for every answer unless told; with this one it takes a third less, inflating two thirds. */
const CHUNK = { chunkSize: 4096 };

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

function readFormat2(payload: unknown): ReturnType<typeof readFormat1> {
  const parsed = Columns.safeParse(payload);
  return parsed.success ? fromColumns(parsed.data) : parsed.error;
}

/** How the payload of each format is read. */
const READERS = [undefined, readFormat1, readFormat2];

function decodePayload(bytes: Uint8Array, read: typeof readFormat1): Result<PersonState> {
  let payload: unknown;
  try {
    const text = unpack(bytes[1], bytes.subarray(2));
    if (text === undefined) return unreadable(`packing ${bytes[1] ?? 'missing'} is not known`);
    payload = JSON.parse(text);
  } catch (cause) {
    return unreadable('the payload is damaged', cause);
  }
  const state = read(payload);
  return state === undefined || state instanceof z.ZodError
    ? unreadable('the payload is not laid out as its format says', state)
    : ok(state);
}

/**
 * The state that {@link encodeState} of this or an older version made. A `store.format` fault for bytes of a newer
 * version, which must not be guessed at, and for bytes nobody of us wrote.
 */
export function decodeState(bytes: Uint8Array): Result<PersonState> {
  const [format = 0] = bytes;
  const read = READERS[format];
  if (read) return decodePayload(bytes, read);
  if (format === 0) return unreadable('there is no format byte');
  const text = `a person's stored state is in format ${format} and this version of tributary reads up to ${FORMAT}: a newer version wrote it; deploy that version again`;
  return bad('store.format', text);
}
