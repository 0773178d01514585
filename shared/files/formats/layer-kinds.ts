import { ARMOR } from './armor.js';
import { undoBzip2 } from './bzip2.js';
import { hadoopCodec, undoHadoop } from './hadoop.js';
import { type Undo, uint32LE } from './intake.js';
import { LZ4_MAGIC, undoLz4 } from './lz4.js';
import { decrypted, isPgp } from './pgp.js';
import type { DecryptKey } from './settings.js';
import { SNAPPY_MAGIC, undoSnappy } from './snappy.js';
import { gunzip, inflateRaw, inflateZlib } from './zlib.js';

/** A layer around a file: what it is called, and what undoes it. */
export interface Layer {
  readonly name: string;
  readonly undo: Undo;
}

const startsWith = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, at) => head[at] === byte);

/** The header of zlib, with a window of 32 KiB as everybody writes it, and no dictionary (RFC 1950). */
const isZlib = (head: Uint8Array): boolean =>
  head[0] === 0x78 && [0x01, 0x5e, 0x9c, 0xda].includes(head[1] ?? 0);

const isBzip2 = (head: Uint8Array): boolean =>
  startsWith(head, 0x42, 0x5a, 0x68) &&
  (startsWith(head.subarray(4), 0x31, 0x41, 0x59, 0x26) ||
    startsWith(head.subarray(4), 0x17, 0x72, 0x45, 0x38));

function isLz4(head: Uint8Array): boolean {
  const magic = head.length < 4 ? 0 : uint32LE(head, 0);
  return magic === LZ4_MAGIC || magic >>> 4 === 0x184d2a5;
}

/**
 * The outermost layer of a file, by its first bytes; the name says something only of deflate without a header, which has no
 * first bytes of its own.
 */
export function layerOf(head: Uint8Array, name: string, keys: readonly DecryptKey[]): Layer | undefined {
  if (startsWith(head, 0x1f, 0x8b)) return { name: 'gzip', undo: gunzip };
  if (isBzip2(head)) return { name: 'bzip2', undo: undoBzip2 };
  if (isLz4(head)) return { name: 'LZ4', undo: undoLz4 };
  if (startsWith(head, ...SNAPPY_MAGIC)) return { name: 'snappy', undo: undoSnappy };
  if (isZlib(head)) return { name: 'deflate', undo: inflateZlib };
  if (isPgp(head)) return { name: 'PGP', undo: decrypted(keys, head[0] === ARMOR.charCodeAt(0)) };
  const codec = hadoopCodec(head);
  if (codec) return { name: `${codec} of Hadoop`, undo: undoHadoop(codec) };
  return /\.deflate$/i.test(name) ? { name: 'deflate', undo: inflateRaw } : undefined;
}

const WRAPPED = /\.(?:gz|bz2|lz4|snappy|sz|deflate|zz|pgp|gpg|asc)$/i;

/** Whether a file's name says that it is wrapped, but there are too few bytes of it to tell how. */
export const isStump = (head: Uint8Array, name: string): boolean =>
  head.length < ARMOR.length && WRAPPED.test(name);

/** A file's name once the outermost layer is gone. */
export const innerName = (name: string): string => name.replace(WRAPPED, '');
