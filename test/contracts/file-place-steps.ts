import { createCipheriv, createHash } from 'node:crypto';
import { Fault } from '../../shared/core/fault.js';
import type { FileEntry, FilePlace } from '../../shared/files/ports.js';

/** Bytes that repeat nowhere near, the same for the same seed. */
export function noise(length: number, seed = 'seed'): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}

/** Everything of an iterable. */
export async function all<T>(iterable: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of iterable) found.push(one);
  return found;
}

/** The bytes of an entry, from and to where it is said. */
export const read = async (place: FilePlace, entry: FileEntry, from?: number, to?: number): Promise<Buffer> =>
  Buffer.concat(await all(place.bytes(entry).open(from, to)));

/** The entry of a file that must be there. */
export async function entryAt(place: FilePlace, name: string): Promise<FileEntry> {
  const entry = await place.stat(name);
  if (entry === undefined) throw new Error(`${name} is not there`);
  return entry;
}

/** What a call fails with, which must be a Fault. */
export async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error: unknown = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof Fault) return error;
  throw new Error('no Fault', { cause: error });
}
