import type { BitReader } from './bzip2-bits.js';
import { refused } from './refused.js';

const MOST_BITS = 20;

export const damaged = (): Error => refused('the compressed data (bzip2) is damaged');

/** A canonical Huffman code: by length the greatest code, and where its symbols begin. */
export class Code {
  private readonly limits = new Int32Array(MOST_BITS + 2);
  private readonly bases = new Int32Array(MOST_BITS + 2);
  private readonly symbols: Uint16Array;
  private readonly least: number;

  constructor(lengths: Uint8Array) {
    const counts = new Int32Array(MOST_BITS + 2);
    for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
    this.symbols = Uint16Array.from(
      [...lengths.keys()].sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b),
    );
    this.least = lengths.reduce((least, length) => Math.min(least, length), MOST_BITS);
    let [code, passed] = [0, 0];
    for (let length = 1; length <= MOST_BITS; length++) {
      const count = counts[length] ?? 0;
      this.bases[length] = passed - code;
      code += count;
      passed += count;
      // Codes of this length lie below; left-aligned, so that they compare with what is peeked at.
      this.limits[length] = code << (MOST_BITS - length);
      code <<= 1;
    }
  }

  next(bits: BitReader): number {
    const sight = bits.peek(MOST_BITS);
    for (let length = this.least; length <= MOST_BITS; length++) {
      if (sight >= (this.limits[length] ?? 0)) continue;
      bits.skip(length);
      const symbol = this.symbols[(sight >>> (MOST_BITS - length)) + (this.bases[length] ?? 0)];
      if (symbol === undefined) throw damaged();
      return symbol;
    }
    throw damaged();
  }
}

/** The lengths of the codes of all symbols, each told by its difference to the one before. */
function readLengths(bits: BitReader, symbols: number): Uint8Array {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > MOST_BITS) throw damaged();
    lengths[symbol] = length;
  }
  return lengths;
}

/** Moves the entry of an index to the front, and gives it. */
export function toFront(list: Uint8Array, index: number): number {
  const value = list[index] ?? 0;
  list.copyWithin(1, 0, index);
  list[0] = value;
  return value;
}

/** Which code is used for each fifty symbols. */
function readSelectors(bits: BitReader, codes: number): Uint8Array {
  const count = bits.read(15);
  const order = Uint8Array.from({ length: codes }, (_, index) => index);
  const selectors = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    let index = 0;
    while (bits.read(1) === 1) if (++index >= codes) throw damaged();
    selectors[at] = toFront(order, index);
  }
  return selectors;
}

/** The codes of a block and which of them is used when. */
export interface Codes {
  readonly selectors: Uint8Array;
  readonly codes: readonly Code[];
}

export function readCodes(bits: BitReader, symbols: number): Codes {
  const count = bits.read(3);
  if (count < 2 || count > 6) throw damaged();
  const selectors = readSelectors(bits, count);
  return { selectors, codes: Array.from({ length: count }, () => new Code(readLengths(bits, symbols))) };
}
