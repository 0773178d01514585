import { markLength } from './bytes.js';

export const NEWLINE = 0x0a;

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === NEWLINE;

const isIndent = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;

/** The part of a file that is in sight: bytes come in at the end and go when they have been passed. */
export class ByteWindow {
  bytes: Buffer = Buffer.alloc(0);
  /** Where in the bytes we are. */
  at = 0;
  /** Line of the file, from 1. */
  line = 1;
  /** White space at the beginning of that line, in bytes, as far as it has been passed. */
  indent = 0;
  /** True as long as nothing else of the line has been passed. */
  private isIndented = true;
  private base = 0;

  /** Where in the file we are, in bytes. */
  get offset(): number {
    return this.base + this.at;
  }

  /** How many bytes are in sight from here. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** The byte here; undefined at the end of what is in sight. */
  get byte(): number | undefined {
    return this.bytes[this.at];
  }

  add(bytes: Uint8Array): void {
    const rest = this.bytes.subarray(this.at);
    this.base += this.at;
    this.at = 0;
    const more = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.bytes = rest.length > 0 ? Buffer.concat([rest, more]) : more;
    if (this.base === 0 && rest.length === 0) this.at = markLength(more);
  }

  /** Goes on to a place, counting lines on the way, and the white space that the last of them begins with. */
  moveTo(to: number): void {
    const passed = this.bytes.subarray(this.at, to);
    let end = 0;
    for (let at = passed.indexOf(NEWLINE); at >= 0; at = passed.indexOf(NEWLINE, at + 1)) {
      this.line += 1;
      this.indent = 0;
      this.isIndented = true;
      end = at + 1;
    }
    while (this.isIndented && isIndent(passed[end])) {
      this.indent += 1;
      end += 1;
    }
    this.isIndented &&= end === passed.length;
    this.at = to;
  }

  /** Goes on to the next byte that is no white space. */
  skipBlanks(): void {
    let at = this.at;
    while (isBlank(this.bytes[at])) at++;
    if (at > this.at) this.moveTo(at);
  }

  /** How many bytes there are up to the end of the line, or in sight. */
  get lineLength(): number {
    const newline = this.bytes.indexOf(NEWLINE, this.at);
    return newline < 0 ? this.left : newline - this.at;
  }

  /** Where the line ends, its white space left out; undefined when its end is not in sight. */
  endOfLine(): number | undefined {
    const newline = this.bytes.indexOf(NEWLINE, this.at);
    return newline < 0 ? undefined : this.trimmed(newline);
  }

  /** A place, or the one before it where white space begins. */
  trimmed(end: number): number {
    let at = end;
    while (at > this.at && isBlank(this.bytes[at - 1])) at--;
    return at;
  }

  /** So many bytes from a place on, as text that is one character a byte. */
  peek(from: number, count: number): string {
    return this.bytes.toString('latin1', from, from + count);
  }
}
