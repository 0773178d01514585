const P1 = 0x9e3779b1;
const P2 = 0x85ebca77;
const P3 = 0xc2b2ae3d;
const P4 = 0x27d4eb2f;
const P5 = 0x165667b1;

const turn = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));
const round = (lane: number, word: number): number =>
  Math.imul(turn((lane + Math.imul(word, P2)) | 0, 13), P1);

/** xxHash of 32 bits with seed 0, bit by bit: the checksum of LZ4 frames (xxHash specification 0.1.1). */
export class XxHash32 {
  private readonly lanes: [number, number, number, number] = [(P1 + P2) | 0, P2 | 0, 0, -P1 | 0];
  private rest: Uint8Array = new Uint8Array(0);
  private length = 0;

  add(bytes: Uint8Array): this {
    this.length += bytes.length;
    const all = this.rest.length > 0 ? Buffer.concat([this.rest, bytes]) : bytes;
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let [a, b, c, d] = this.lanes;
    let at = 0;
    for (; at + 16 <= all.length; at += 16) {
      a = round(a, view.getUint32(at, true));
      b = round(b, view.getUint32(at + 4, true));
      c = round(c, view.getUint32(at + 8, true));
      d = round(d, view.getUint32(at + 12, true));
    }
    this.lanes.splice(0, 4, a, b, c, d);
    this.rest = all.slice(at);
    return this;
  }

  /** The checksum of all that was added, from 0 to 2^32 - 1. */
  digest(): number {
    const [a, b, c, d] = this.lanes;
    const begun = this.length >= 16 ? turn(a, 1) + turn(b, 7) + turn(c, 12) + turn(d, 18) : P5;
    return avalanche(this.tail((begun + this.length) | 0));
  }

  private tail(begun: number): number {
    const view = new DataView(this.rest.buffer, this.rest.byteOffset, this.rest.length);
    let hash = begun;
    let at = 0;
    for (; at + 4 <= view.byteLength; at += 4)
      hash = Math.imul(turn((hash + Math.imul(view.getUint32(at, true), P3)) | 0, 17), P4);
    for (; at < view.byteLength; at++)
      hash = Math.imul(turn((hash + Math.imul(view.getUint8(at), P5)) | 0, 11), P1);
    return hash;
  }
}

function avalanche(begun: number): number {
  let hash = Math.imul(begun ^ (begun >>> 15), P2);
  hash = Math.imul(hash ^ (hash >>> 13), P3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
