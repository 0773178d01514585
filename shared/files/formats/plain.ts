/** A file without its layers of compression and encryption. */
export interface Plain {
  /** Its first bytes, 64 KiB of them unless it has less. */
  readonly head: Uint8Array;
  /**
   * All of its bytes, in pieces of 64 KiB, the last one of less; can be opened any number of times. Throws `file.refused` when
   * they end too soon, are damaged or too many.
   */
  open(): AsyncGenerator<Uint8Array>;
}

const PIECE = 65_536;

/**
 * The same bytes in pieces of 64 KiB, the last one of less. Longer ones would be too much to work on at a time; and whoever
 * looks at an unfinished row again with each piece must not be given it byte by byte, which blocks of a file may be.
 */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let piece = Buffer.alloc(0);
  let filled = 0;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + PIECE - filled);
      at += part.length;
      if (part.length === PIECE) {
        yield part;
        continue;
      }
      if (filled === 0) piece = Buffer.allocUnsafeSlow(PIECE);
      piece.set(part, filled);
      filled += part.length;
      if (filled < PIECE) continue;
      yield piece;
      filled = 0;
    }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** The first bytes: a piece of them unless there are less; the same however they come. */
export async function headOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const piece of inPieces(chunks)) return piece;
  return new Uint8Array(0);
}
