import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { bad, ok, type Result } from '../core/fault.js';

type Unpack = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Uint8Array>;

const unGzip: Unpack = promisify(gunzip);
const unZlib: Unpack = promisify(inflate);
const unRaw: Unpack = promisify(inflateRaw);
const unBrotli: Unpack = promisify(brotliDecompress);

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** RFC 9110 means zlib by "deflate"; some senders leave its head out. The head is a multiple of 31 with 8 in its low bits. */
const isZlib = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;

/** True for what may be JSON as it is: it begins with a bracket. What deflate makes of JSON never does. */
const looksPlain = (bytes: Uint8Array): boolean => {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b || first === 0x5b;
};

const UNPACK: Readonly<Record<string, Unpack>> = {
  // What says that it is gzip and is none was unpacked by something between the sender and us.
  gzip: async (bytes, options) => (isGzip(bytes) ? unGzip(bytes, options) : bytes),
  deflate: async (bytes, options) =>
    looksPlain(bytes) ? bytes : (isZlib(bytes) ? unZlib : unRaw)(bytes, options),
  br: unBrotli,
  identity: async (bytes) => bytes,
};

const MOST_LAYERS = 3;

const layersOf = (encoding: string): readonly string[] =>
  encoding
    .toLowerCase()
    .split(',')
    .map((name) => name.trim().replace(/^x-/, ''))
    .filter((name) => name !== '')
    .reverse();

async function unpack(bytes: Uint8Array, layers: readonly string[], limit: number): Promise<Uint8Array> {
  let open = bytes;
  for (const layer of layers) open = (await UNPACK[layer]?.(open, { maxOutputLength: limit })) ?? open;
  return open;
}

/** True for a body that takes more room unpacked than as it came. */
export const isPacked = (body: Uint8Array, encoding: string): boolean =>
  isGzip(body) || layersOf(encoding).some((layer) => layer !== 'identity');

/** Gives a way of doing things one after another, for what little things become when they are unpacked is not known before. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    // Not the turn itself: that would keep what it gave.
    last = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  };
}

/**
 * Undoes the `Content-Encoding` of a body: gzip, deflate (with and without its head), br, or several of them; also gzip
 * that nothing announces, and JSON that is not packed whatever is announced. Bad: `decode.too-large` beyond `limit` bytes, `decode.compression` for what cannot be undone.
 */
export async function unpackBody(
  body: Uint8Array,
  encoding: string,
  limit: number,
): Promise<Result<Uint8Array>> {
  const layers = layersOf(encoding);
  const known = layers.length <= MOST_LAYERS && layers.every((layer) => Object.hasOwn(UNPACK, layer));
  try {
    const open = await unpack(body, known ? layers : [], limit);
    const plain = isGzip(open) ? await unGzip(open, { maxOutputLength: limit }) : open;
    if (known || looksPlain(plain)) return ok(plain);
    const text = 'the Content-Encoding is not one of gzip, deflate, br and identity';
    return bad('decode.compression', text);
  } catch (cause) {
    if (cause instanceof RangeError)
      return bad('decode.too-large', `the body unpacks to more than ${limit} bytes`, { cause });
    if (looksPlain(body)) return ok(body);
    return bad('decode.compression', 'the body cannot be unpacked as its Content-Encoding says', { cause });
  }
}
