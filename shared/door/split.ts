import { inspect, LIMITS, type Piece, readPieces } from '../core/envelope.js';
import { bad, Fault, ok, type Result } from '../core/fault.js';
import { isObject, type Members } from './members.js';
import { fromOldest, inAudience, toExport } from './template-shapes.js';

/** One item of a call: a profile export, or what stands in its place and why it is none. */
export type Item =
  | { readonly ok: true; readonly profile: Members }
  | { readonly ok: false; readonly body: Uint8Array; readonly fault: Fault };

type Make = (item: Members) => Members;

/** Most values of a body: each costs far more memory, and time, than the two bytes it takes at least. */
const MOST_VALUES = 1_000_000;

/** Counts, before anything is made of them, the signs before which a value stands; those within texts count as well. */
function hasTooMany(bytes: Uint8Array): boolean {
  let values = 0;
  for (const byte of bytes) if (byte === 0x2c || byte === 0x5b || byte === 0x7b) values += 1;
  return values > MOST_VALUES;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function toText(bytes: Uint8Array): Result<string> {
  try {
    return ok(utf8.decode(bytes));
  } catch (cause) {
    return bad('decode.encoding', 'the body is not valid UTF-8; send JSON encoded as UTF-8', { cause });
  }
}

/** An object with parts of an export is one, whatever else it has. */
const isProfile = (value: Members): boolean =>
  value['segmentMembership'] !== undefined || value['identityMap'] !== undefined;

/** The items of one value at the top, and what makes an export of each. */
function unwrap(value: unknown, at: string): [readonly unknown[], Make] {
  const make: Make = (item) => toExport(item, at);
  if (Array.isArray(value)) return [value, make];
  if (!isObject(value) || isProfile(value)) return [[value], make];
  const { profiles, attributes } = value;
  if (Array.isArray(profiles)) return [profiles, (item) => inAudience(item, value, at)];
  if (Array.isArray(attributes)) return [attributes, (item) => fromOldest(item, at)];
  return [[value], make];
}

/** The bytes of a piece, made once however many of its items need them. */
function bytesOf({ text }: Piece): () => Uint8Array {
  let bytes: Uint8Array | undefined;
  return () => {
    bytes ??= Buffer.from(text);
    return bytes;
  };
}

/** The bytes of an item for a dead letter; of one that is nested too deep to be printed, those of all it came with. */
function printed(value: unknown, piece: () => Uint8Array): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(value));
  } catch {
    return piece();
  }
}

function toItem(value: unknown, piece: () => Uint8Array, make: Make): Item {
  const hurtful = inspect(value);
  if (!hurtful && isObject(value)) return { ok: true, profile: make(value) };
  const fault = hurtful ?? new Fault('decode.shape', 'the item is not an object');
  return { ok: false, body: printed(value, piece), fault };
}

/**
 * Cuts a body into its items: one object, an array, `{"profiles":[…]}`, objects after one another or one a line, and the
 * shapes that the templates of Adobe's pages print. Bad when nothing in it can be read, or it holds more than 10,000, or
 * more than a million values. Items that are bad may share one body.
 */
export function split(bytes: Uint8Array, arrivedAt: number): Result<readonly Item[]> {
  if (hasTooMany(bytes))
    return bad('decode.too-large', `the body holds more than ${MOST_VALUES} values; send fewer profiles`);
  const text = toText(bytes);
  if (!text.ok) return text;
  const at = new Date(arrivedAt).toISOString();
  const items: Item[] = [];
  for (const piece of readPieces(text.value)) {
    const whole = bytesOf(piece);
    if (!piece.read.ok) items.push({ ok: false, body: whole(), fault: piece.read.fault });
    else {
      const [values, make] = unwrap(piece.read.value, at);
      if (items.length + values.length > LIMITS.records)
        return bad('decode.too-large', `the body holds more than ${LIMITS.records} profiles; send fewer`);
      for (const value of values) items.push(toItem(value, whole, make));
    }
  }
  const [first] = items;
  const hopeless = items.length > 0 && items.every((item) => !item.ok);
  return hopeless && first && !first.ok ? { ok: false, fault: first.fault } : ok(items);
}
