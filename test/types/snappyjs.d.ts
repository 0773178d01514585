declare module 'snappyjs' {
  /** One block of snappy. */
  export function compress(bytes: Uint8Array): Uint8Array;
}
