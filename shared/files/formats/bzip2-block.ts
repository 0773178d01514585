import type { BitReader } from './bzip2-bits.js';
import { type Codes, damaged, readCodes, toFront } from './bzip2-codes.js';

const PIECE = 65_536;

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc;
});

/** Which bytes occur in the block, in order. */
function readBytesUsed(bits: BitReader): Uint8Array {
  const groups = bits.read(16);
  const used: number[] = [];
  for (let group = 0; group < 16; group++) {
    if (((groups >>> (15 - group)) & 1) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++)
      if ((members >>> (15 - member)) & 1) used.push(group * 16 + member);
  }
  if (used.length === 0) throw damaged();
  return Uint8Array.from(used);
}

/** The symbols of a block, one after another. */
class Symbols {
  private readonly bits: BitReader;
  private readonly codes: Codes;
  private passed = 0;

  constructor(bits: BitReader, codes: Codes) {
    this.bits = bits;
    this.codes = codes;
  }

  next(): number {
    const selector = this.codes.selectors[Math.floor(this.passed++ / 50)];
    const code = selector === undefined ? undefined : this.codes.codes[selector];
    if (!code) throw damaged();
    return code.next(this.bits);
  }
}

/** Undoes run lengths and move-to-front: the last column of the sorted block, in the low byte of each entry. */
function readColumn(bits: BitReader, most: number): { column: Uint32Array; counts: Int32Array } {
  const list = readBytesUsed(bits);
  const end = list.length + 1;
  const symbols = new Symbols(bits, readCodes(bits, end + 1));
  const column = new Uint32Array(most);
  const counts = new Int32Array(256);
  let [length, run, worth] = [0, 0, 1];
  for (;;) {
    const symbol = symbols.next();
    // Runs are told in a number system with the digits one and two.
    if (symbol < 2) {
      run += worth << symbol;
      worth <<= 1;
      if (run > most) throw damaged();
      continue;
    }
    if (length + run > most) throw damaged();
    const front = list[0] ?? 0;
    column.fill(front, length, length + run);
    counts[front] = (counts[front] ?? 0) + run;
    length += run;
    [run, worth] = [0, 1];
    if (symbol === end) return { column: column.subarray(0, length), counts };
    if (length >= most) throw damaged();
    const byte = toFront(list, symbol - 1);
    column[length++] = byte;
    counts[byte] = (counts[byte] ?? 0) + 1;
  }
}

/** Links each entry, in its upper bits, to the one that follows it in the text. */
function link(column: Uint32Array, counts: Int32Array): void {
  const starts = new Int32Array(256);
  for (let byte = 1; byte < 256; byte++) starts[byte] = (starts[byte - 1] ?? 0) + (counts[byte - 1] ?? 0);
  for (let at = 0; at < column.length; at++) {
    const byte = (column[at] ?? 0) & 0xff;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    column[place] = (column[place] ?? 0) | (at << 8);
  }
}

/** A block whose bits have all been read. */
export interface Block {
  readonly crc: number;
  /** The bytes of it, some at a time: a few bits may become forty-five million. Throws `file.refused` if its checksum is wrong. */
  bytes(): Generator<Uint8Array>;
}

/** Reads a block from behind its magic on; `most`: as many bytes as it may have before its runs are undone. */
export function readBlock(bits: BitReader, most: number): Block {
  const crc = bits.read32();
  // Randomised blocks have not been written since 1996.
  if (bits.read(1) === 1) throw damaged();
  const origin = bits.read(24);
  const { column, counts } = readColumn(bits, most);
  if (origin >= column.length) throw damaged();
  link(column, counts);
  return { crc, bytes: () => undoRuns(column, origin, crc) };
}

/** After four equal bytes comes how many more of them there are. */
function* undoRuns(column: Uint32Array, origin: number, wanted: number): Generator<Uint8Array> {
  let entry = column[origin] ?? 0;
  let [crc, same, last] = [-1, 0, -1];
  let [piece, length] = [new Uint8Array(PIECE), 0];
  for (let left = column.length; left > 0; left--) {
    entry = column[entry >>> 8] ?? 0;
    const byte = entry & 0xff;
    const isCount = same === 4;
    same = isCount ? 0 : byte === last ? same + 1 : 1;
    const value = isCount ? last : byte;
    if (!isCount) last = byte;
    for (let more = isCount ? byte : 1; more > 0; more--) {
      piece[length++] = value;
      crc = (crc << 8) ^ (CRC[(crc >>> 24) ^ value] ?? 0);
      if (length < PIECE) continue;
      yield piece;
      [piece, length] = [new Uint8Array(PIECE), 0];
    }
    // What follows a count begins anew, even if it is the same byte.
    if (isCount) last = -1;
  }
  if (~crc >>> 0 !== wanted) throw damaged();
  yield piece.subarray(0, length);
}
