import { isKept } from './kept-codec.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Platforms and people put messages into base64, and take it off, once more or less than one expects. */
const LAYERS = 2;

/** The text a queue takes for bytes: plain letters, which nothing on the way parses, escapes or recodes. */
export const toText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');

/** The length of {@link toText} for that many bytes. */
export const textLength = (bytes: number): number => Math.ceil(bytes / 3) * 4;

/** Undoes {@link toText}, however many times it was done; what is not ours comes back as it is. */
export function fromText(given: Uint8Array): Uint8Array {
  let bytes = given;
  for (let layer = 0; layer < LAYERS && !isKept(bytes); layer++) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1').trim();
    if (!BASE64.test(text)) return given;
    bytes = Buffer.from(text, 'base64');
  }
  return isKept(bytes) ? bytes : given;
}
