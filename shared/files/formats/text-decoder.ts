import { StringDecoder } from 'node:string_decoder';
import { isUtf16, markLength } from '../../events/bytes.js';
import { refused } from './refused.js';
import type { CsvSettings } from './settings.js';

/** How the bytes of a text become characters. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Half of a pair that stands for one character. */
const LONE_HALF = /\p{Surrogate}/gu;

/** The encoding of a text by its byte order mark, the settings, or the zeros that Latin letters have in UTF-16. */
export function encodingOf(head: Uint8Array, wanted: CsvSettings['encoding']): Encoding {
  if (isUtf16(head)) return head[0] === 0xff ? 'utf-16le' : 'utf-16be';
  if (markLength(head) > 0) return 'utf-8';
  if (wanted !== undefined && wanted !== 'utf-16') return wanted;
  const [first = 0, second = 0] = head;
  if (first !== 0 && second === 0 && head.length > 1) return 'utf-16le';
  if (first === 0 && second !== 0) return 'utf-16be';
  return wanted === 'utf-16' ? 'utf-16be' : 'utf-8';
}

/** Decodes bytes as they come. What is not of the encoding becomes U+FFFD; the byte order mark goes. */
export class TextDecoding {
  private readonly decoder: StringDecoder;
  private readonly encoding: Encoding;
  /** A byte that waits for the other one of its pair, in big-endian UTF-16. */
  private odd: Uint8Array = new Uint8Array(0);
  private bytes = 0;
  private hasBegun = false;
  /** The first half of a pair, of which the second has not come. */
  private half = '';

  constructor(encoding: Encoding) {
    this.encoding = encoding;
    this.decoder = new StringDecoder(encoding === 'utf-8' ? 'utf8' : 'utf16le');
  }

  push(chunk: Uint8Array): string {
    this.bytes += chunk.length;
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    return this.clean(this.decoder.write(this.encoding === 'utf-16be' ? this.swapped(bytes) : bytes));
  }

  /** What is left. Throws `file.refused` when the text ends within a character of two bytes. */
  end(): string {
    if (this.encoding !== 'utf-8' && this.bytes % 2 === 1)
      throw refused('the file ends within a character: it was cut off, or it is not UTF-16');
    return this.clean(this.decoder.end()) + (this.half === '' ? '' : '\uFFFD');
  }

  private swapped(bytes: Buffer): Buffer {
    const all = Buffer.concat([this.odd, bytes]);
    const even = all.length - (all.length % 2);
    this.odd = all.subarray(even);
    return all.subarray(0, even).swap16();
  }

  private clean(text: string): string {
    if (text === '') return text;
    const isMarked = !this.hasBegun && text.startsWith('\uFEFF');
    this.hasBegun = true;
    const rest = isMarked ? text.slice(1) : text;
    return this.encoding === 'utf-8' ? rest : this.paired(rest);
  }

  private paired(text: string): string {
    const all = this.half + text;
    const last = all.charCodeAt(all.length - 1);
    this.half = last >= 0xd800 && last < 0xdc00 ? all.slice(-1) : '';
    return all.slice(0, all.length - this.half.length).replace(LONE_HALF, '\uFFFD');
  }
}
