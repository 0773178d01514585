/**
 * Just enough of the AMQP 1.0 type system (part 1) to cut an encoded message into its sections without decoding
 * them: what is never decoded cannot lose its type on the way through.
 */

/** Descriptor codes of the sections a message is made of (AMQP 1.0, part 3.2). */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  data: 0x75,
  value: 0x77,
} as const;

/** One section: its own bytes, and its value without the descriptor. */
export interface Section {
  readonly code: number;
  readonly bytes: Buffer;
  readonly value: Buffer;
}

/** Length of the encoded value at `at`, its constructor included; undefined when it does not fit. */
function lengthAt(bytes: Buffer, at: number): number | undefined {
  const code = bytes[at];
  if (code === undefined) return undefined;
  if (code === 0x00) return describedLength(bytes, at);
  const width = widthOf(bytes, at, code >>> 4);
  return width !== undefined && at + width <= bytes.length ? width : undefined;
}

function describedLength(bytes: Buffer, at: number): number | undefined {
  const descriptor = lengthAt(bytes, at + 1);
  if (descriptor === undefined) return undefined;
  const value = lengthAt(bytes, at + 1 + descriptor);
  return value === undefined ? undefined : 1 + descriptor + value;
}

/** The high half of a constructor tells how wide the value is (part 1.2). */
function widthOf(bytes: Buffer, at: number, category: number): number | undefined {
  if (category >= 0x4 && category <= 0x9) return [1, 2, 3, 5, 9, 17][category - 0x4];
  if (category < 0xa) return undefined;
  if (category % 2 === 0) {
    const size = bytes[at + 1];
    return size === undefined ? undefined : 2 + size;
  }
  return at + 5 <= bytes.length ? 5 + bytes.readUInt32BE(at + 1) : undefined;
}

/** Cuts a message into its sections; undefined when the bytes are not a message, sections in order. */
export function splitSections(bytes: Buffer): Section[] | undefined {
  const sections: Section[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = lengthAt(bytes, at);
    const code = sectionCode(bytes, at);
    if (length === undefined || code === undefined || code < (sections.at(-1)?.code ?? 0)) return undefined;
    const whole = bytes.subarray(at, at + length);
    sections.push({ code, bytes: whole, value: whole.subarray(bytes[at + 1] === 0x53 ? 3 : 10) });
    at += length;
  }
  return sections;
}

/** Sections are described by a ulong, written short (0x53) or long (0x80). */
function sectionCode(bytes: Buffer, at: number): number | undefined {
  if (bytes[at] !== 0x00) return undefined;
  if (bytes[at + 1] === 0x53) return bytes[at + 2];
  if (bytes[at + 1] === 0x80 && at + 10 <= bytes.length) return Number(bytes.readBigUInt64BE(at + 2));
  return undefined;
}

/** One pair of a map, its name read and its bytes untouched. */
export interface MapEntry {
  readonly name: string;
  readonly bytes: Buffer;
  readonly value: Buffer;
}

/** The pairs of an encoded map with text or symbol keys; undefined for anything else. */
export function mapEntries(map: Buffer): MapEntry[] | undefined {
  const start = map[0] === 0xc1 ? 3 : map[0] === 0xd1 ? 9 : undefined;
  if (start === undefined) return undefined;
  const entries: MapEntry[] = [];
  for (let at = start; at < map.length; ) {
    const key = lengthAt(map, at);
    const value = key === undefined ? undefined : lengthAt(map, at + key);
    if (key === undefined || value === undefined) return undefined;
    const name = text(map.subarray(at, at + key));
    if (name === undefined) return undefined;
    const end = at + key + value;
    entries.push({ name, bytes: map.subarray(at, end), value: map.subarray(at + key, end) });
    at = end;
  }
  return entries;
}

/** The content of an encoded string or symbol; undefined for other types. */
export function text(value: Buffer): string | undefined {
  return [0xa1, 0xb1, 0xa3, 0xb3].includes(value[0] ?? 0) ? content(value).toString('utf8') : undefined;
}

/** The content of an encoded binary (null counts as empty); undefined for other types. */
export function binary(value: Buffer): Buffer | undefined {
  if (value[0] === 0x40) return value.subarray(1);
  return value[0] === 0xa0 || value[0] === 0xb0 ? content(value) : undefined;
}

const content = (value: Buffer): Buffer => value.subarray((value[0] ?? 0) < 0xb0 ? 2 : 5);
