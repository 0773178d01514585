import { refused } from './refused.js';

const damaged = (): Error => refused('the compressed data (LZ4) is damaged');

/** A length that goes on as long as its bytes are full. */
function longLength(input: Uint8Array, from: number): { length: number; at: number } {
  let [length, at] = [0, from];
  for (;;) {
    const byte = input[at++];
    if (byte === undefined) throw damaged();
    length += byte;
    if (byte !== 255) return { length, at };
  }
}

/**
 * Undoes one block of LZ4 into `output` from `start` on, where what stands before `start` may be referred to; gives where
 * it ends. Throws `file.refused` for what is no such block, or does not fit.
 */
export function undoLz4Block(input: Uint8Array, output: Uint8Array, start: number): number {
  let [at, to] = [0, start];
  while (at < input.length) {
    const token = input[at++] ?? 0;
    let literals = token >>> 4;
    if (literals === 15) {
      const long = longLength(input, at);
      literals += long.length;
      at = long.at;
    }
    if (at + literals > input.length || to + literals > output.length) throw damaged();
    output.set(input.subarray(at, at + literals), to);
    at += literals;
    to += literals;
    // The last sequence has no match.
    if (at === input.length) return to;
    const offset = (input[at] ?? 0) | ((input[at + 1] ?? 0) << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      const long = longLength(input, at);
      length += long.length;
      at = long.at;
    }
    if (offset === 0 || offset > to || to + length > output.length || at > input.length) throw damaged();
    // What is copied may be what is being written.
    if (offset >= length) output.copyWithin(to, to - offset, to - offset + length);
    else for (let i = 0; i < length; i++) output[to + i] = output[to + i - offset] ?? 0;
    to += length;
  }
  throw damaged();
}
