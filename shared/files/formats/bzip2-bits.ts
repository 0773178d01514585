import { refused } from './refused.js';

/** Reads bits, the most significant first, from bytes that are all there. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;
  private held = 0;
  private count = 0;

  /** `from`: the bit of the first byte to begin with, 0 to 7. */
  constructor(bytes: Uint8Array, from: number) {
    this.bytes = bytes;
    this.at = 0;
    if (from > 0) this.read(from);
  }

  /** How many bits have been read from the beginning of the bytes. Throws `file.refused` if there are not as many. */
  get position(): number {
    const position = this.at * 8 - this.count;
    if (position > this.bytes.length * 8) throw refused('the file ends too soon: it was cut off');
    return position;
  }

  /** The next bits, up to 24, without passing them; zeros behind the end. */
  peek(bits: number): number {
    while (this.count < bits) {
      this.held = (this.held << 8) | (this.bytes[this.at++] ?? 0);
      this.count += 8;
    }
    return (this.held >>> (this.count - bits)) & ((1 << bits) - 1);
  }

  skip(bits: number): void {
    this.count -= bits;
  }

  /** The next bits, up to 24. */
  read(bits: number): number {
    const value = this.peek(bits);
    this.count -= bits;
    return value;
  }

  /** The next 32 bits. */
  read32(): number {
    return ((this.read(16) << 16) | this.read(16)) >>> 0;
  }
}
