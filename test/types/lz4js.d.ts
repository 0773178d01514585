declare module 'lz4js' {
  /** A frame of LZ4. */
  export function compress(bytes: Uint8Array): Uint8Array;
  export function compressBound(length: number): number;
  export function makeBuffer(size: number): Uint8Array;
  /** One block; gives its length, 0 when it cannot be made smaller. */
  export function compressBlock(
    from: Uint8Array,
    to: Uint8Array,
    start: number,
    length: number,
    table: Uint32Array,
  ): number;
}
