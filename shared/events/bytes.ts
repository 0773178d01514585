import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Fault } from '../core/fault.js';

/** The bytes of a file as they come. */
export type Chunks = AsyncIterable<Uint8Array>;

/** The same bytes, cut so that the first piece is enough, unless all of them are not. */
export async function* headed(
  chunks: Chunks,
  isEnough: (head: Uint8Array) => boolean,
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of chunks) {
    const piece: Uint8Array = head ? Buffer.concat([head, chunk]) : chunk;
    head = head && !isEnough(piece) ? piece : undefined;
    if (!head) yield piece;
  }
  if (head && head.length > 0) yield head;
}

/** Enough to recognise gzip and byte order marks. */
const isHead = (head: Uint8Array): boolean => head.length >= 4;

/** An iteration that has begun, from its first piece on. */
export async function* resumed(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzipped(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // Who reads hears of the error by reading.
  pipeline(Readable.from(chunks, { objectMode: false }), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer; // what zlib gives without an encoding
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (!code.startsWith('Z_')) throw cause;
    throw new Fault('decode.compression', 'the file starts like gzip but cannot be inflated to its end', {
      cause,
    });
  }
}

/** The bytes with gzip, recognised by its first two bytes, undone. */
export async function* plainBytes(chunks: Chunks): AsyncGenerator<Uint8Array> {
  const all = headed(chunks, isHead);
  const { value, done } = await all.next();
  if (done) return;
  const whole = resumed(value, all);
  yield* value[0] === 0x1f && value[1] === 0x8b ? headed(gunzipped(whole), isHead) : whole;
}

/** Whether a text of these bytes is UTF-16, judged by its byte order mark. */
export const isUtf16 = (head: Uint8Array): boolean =>
  (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);

/** How long the byte order mark of UTF-8 is, if there is one. */
export const markLength = (head: Uint8Array): 0 | 3 =>
  head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;

/** Whether it is the file that is at fault, so that what came before it counts and other files can be read. */
export const isOfFile = (error: unknown): error is Fault =>
  error instanceof Fault && error.code.startsWith('decode.');
