/** A file without its layers of compression and encryption. */
export interface Plain {
  /** Its first bytes, 64 KiB of them unless it has less. */
  readonly head: Uint8Array;
  /**
   * All of its bytes, in pieces of at most 64 KiB; can be opened any number of times. Throws `file.refused` when they end too
   * soon, are damaged or too many.
   */
  open(): AsyncGenerator<Uint8Array>;
}

const PIECE = 65_536;

/** The same bytes in pieces that are not too long for whoever works them one at a time. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += PIECE) yield chunk.subarray(at, at + PIECE);
}

/** The first bytes: a piece of them unless there are less; the same however they come. */
export async function headOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= PIECE) break;
  }
  return Buffer.concat(parts).subarray(0, PIECE);
}
