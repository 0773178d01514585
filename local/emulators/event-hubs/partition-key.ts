const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** The four bytes at `at`, little end first, zeros after the end: what lookup3's tail cases amount to. */
function word(bytes: Uint8Array, at: number): number {
  const byte = (index: number): number => bytes[at + index] ?? 0;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

/** Bob Jenkins' lookup3 `hashlittle2` with both seeds 0 (burtleburtle.net/bob/c/lookup3.c). */
function hashlittle2(bytes: Uint8Array): { b: number; c: number } {
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  for (; bytes.length - at > 12; at += 12) {
    a = (a + word(bytes, at)) | 0;
    b = (b + word(bytes, at + 4)) | 0;
    c = (c + word(bytes, at + 8)) | 0;
    a = ((a - c) | 0) ^ rotate(c, 4);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 6);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 8);
    b = (b + a) | 0;
    a = ((a - c) | 0) ^ rotate(c, 16);
    c = (c + b) | 0;
    b = ((b - a) | 0) ^ rotate(a, 19);
    a = (a + c) | 0;
    c = ((c - b) | 0) ^ rotate(b, 4);
    b = (b + a) | 0;
  }
  if (bytes.length === at) return { b, c };
  a = (a + word(bytes, at)) | 0;
  b = (b + word(bytes, at + 4)) | 0;
  c = (c + word(bytes, at + 8)) | 0;
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  c = ((c ^ b) - rotate(b, 24)) | 0;
  return { b, c };
}

/** The signed 16-bit hash Event Hubs makes of a partition key, over its UTF-8 bytes. */
export function hashPartitionKey(key: string): number {
  const { b, c } = hashlittle2(Buffer.from(key, 'utf8'));
  return ((b ^ c) << 16) >> 16;
}

/** The partition a key goes to, the same one the service and the buffered producer of every SDK choose. */
export const partitionOfKey = (key: string, partitions: number): number =>
  Math.abs(hashPartitionKey(key) % partitions);
