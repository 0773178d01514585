import { snappyUncompress } from 'hyparquet';
import { byIntake, type Intake, type Undo, uint32LE } from './intake.js';
import { refused } from './refused.js';

/** What a snappy stream begins with: a chunk of type 255 with six bytes, "sNaPpY". */
export const SNAPPY_MAGIC = Buffer.from([0xff, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]);

/** Most bytes of a chunk once uncompressed, by the format; most there may be of it compressed, by the library. */
const CHUNK = 65_536;
const COMPRESSED = 32 + CHUNK + CHUNK / 6;

const CRC32C = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C, masked as the format wants it. */
export function maskedCrc(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) crc = (CRC32C[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  const sum = ~crc >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** The length that a block of snappy begins with; undefined when it begins with none. */
export function snappyLength(bytes: Uint8Array): number | undefined {
  let length = 0;
  for (let at = 0; at < 5; at++) {
    const byte = bytes[at];
    if (byte === undefined) return undefined;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return length;
  }
  return undefined;
}

/** Undoes one block of snappy that may become so long at the most. Throws `file.refused`. */
export function undoSnappyBlock(block: Uint8Array, most: number): Uint8Array {
  const length = snappyLength(block);
  if (length === undefined || length > most) throw refused('the compressed data (snappy) is damaged');
  const plain = new Uint8Array(length);
  try {
    snappyUncompress(block, plain);
  } catch (cause) {
    throw refused('the compressed data (snappy) is damaged', cause);
  }
  return plain;
}

async function* chunks(intake: Intake): AsyncGenerator<Uint8Array> {
  while (!(await intake.isEmpty())) {
    const [kind = 0, a = 0, b = 0, c = 0] = await intake.take(4);
    const length = a | (b << 8) | (c << 16);
    if (kind === 0 || kind === 1) yield await data(intake, kind, length);
    else if (kind < 0x80) throw refused(`the snappy stream has a chunk of the unknown kind ${kind}`);
    else await intake.take(length);
  }
}

async function data(intake: Intake, kind: number, length: number): Promise<Uint8Array> {
  if (length < 4 || length > 4 + COMPRESSED) throw refused('the compressed data (snappy) is damaged');
  const bytes = await intake.take(length);
  const body = bytes.subarray(4);
  const plain = kind === 0 ? undoSnappyBlock(body, CHUNK) : body;
  if (plain.length > CHUNK || maskedCrc(plain) !== uint32LE(bytes, 0))
    throw refused('the compressed data (snappy) is damaged');
  return plain;
}

/**
 * Snappy's framing format (framing_format.txt): what `snzip` and streaming libraries write. It has no end mark: a file that
 * was cut between two chunks cannot be told from a whole one.
 */
export const undoSnappy: Undo = byIntake(chunks);
