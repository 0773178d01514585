import { LIMITS } from '../core/envelope.js';

/** Where a JSON value ends, as far as its brackets, strings and commas tell. */
export type Extent =
  | { readonly kind: 'whole'; readonly end: number }
  /** The bytes end before the value does. */
  | { readonly kind: 'unfinished' }
  /** Whatever follows, this will be no JSON. */
  | { readonly kind: 'broken' }
  /** Nested deeper than anything that is taken. */
  | { readonly kind: 'deep' };

const UNFINISHED: Extent = { kind: 'unfinished' };
const BROKEN: Extent = { kind: 'broken' };
const DEEP: Extent = { kind: 'deep' };

/**
 * Deeper than this nobody looks for the end: brackets that are opened and never closed would have the rest of the file
 * looked through, line after line.
 */
const MOST_DEPTH = 2 * LIMITS.depth;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OBJECT, OBJECT_END, LIST, LIST_END, NEWLINE] = [0x7b, 0x7d, 0x5b, 0x5d, 0x0a];

/** What the last token was: decides which may follow. */
type Last = 'open' | 'comma' | 'colon' | 'key' | 'value';

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/** Digits, letters, sign and point: what numbers, true, false and null are made of. */
const isPlain = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) ||
  (byte >= 0x61 && byte <= 0x7a) ||
  byte === 0x2b ||
  byte === 0x2d ||
  byte === 0x2e ||
  byte === 0x45;

/** End of the string that opens at `at`. No string of JSON runs over the end of its line: one that does is cut off. */
function endOfString(bytes: Uint8Array, at: number): number | Extent {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
    else if (byte === NEWLINE) return BROKEN;
  }
  return UNFINISHED;
}

function endOfPlain(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && isPlain(bytes[end] ?? 0)) end++;
  return end;
}

/** Whether a value may begin. */
const mayBegin = (inside: number | undefined, last: Last): boolean =>
  last === 'colon' || (inside === LIST && (last === 'open' || last === 'comma'));

/** Reads token by token; keeps the brackets that are open. */
class Scan {
  private readonly open: number[];
  private last: Last;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array, open: number[], last: Last) {
    this.bytes = bytes;
    this.open = open;
    this.last = last;
  }

  run(from: number): Extent {
    let at = from;
    while (at < this.bytes.length) {
      const byte = this.bytes[at] ?? 0;
      if (isBlank(byte)) {
        at += 1;
        continue;
      }
      const next = this.token(byte, at);
      if (typeof next !== 'number') return next;
      at = next;
      if (this.open.length === 0) return { kind: 'whole', end: at };
    }
    return UNFINISHED;
  }

  private token(byte: number, at: number): number | Extent {
    if (byte === QUOTE) return this.text(at);
    if (byte === OBJECT || byte === LIST) return this.begin(byte, at);
    if (byte === OBJECT_END || byte === LIST_END) return this.end(byte, at);
    if (byte === COMMA) return this.follow('value', 'comma', at);
    if (byte === COLON) return this.follow('key', 'colon', at);
    return this.plain(at);
  }

  private text(at: number): number | Extent {
    const inside = this.open.at(-1);
    const isKey = inside === OBJECT && (this.last === 'open' || this.last === 'comma');
    if (!isKey && !mayBegin(inside, this.last)) return BROKEN;
    this.last = isKey ? 'key' : 'value';
    return endOfString(this.bytes, at);
  }

  private begin(byte: number, at: number): number | Extent {
    if (!mayBegin(this.open.at(-1), this.last)) return BROKEN;
    this.open.push(byte);
    this.last = 'open';
    return this.open.length > MOST_DEPTH ? DEEP : at + 1;
  }

  private end(byte: number, at: number): number | Extent {
    const fits = this.open.pop() === (byte === OBJECT_END ? OBJECT : LIST);
    if (!fits || (this.last !== 'open' && this.last !== 'value')) return BROKEN;
    this.last = 'value';
    return at + 1;
  }

  private follow(needed: Last, last: Last, at: number): number | Extent {
    if (this.last !== needed) return BROKEN;
    this.last = last;
    return at + 1;
  }

  private plain(at: number): number | Extent {
    const end = endOfPlain(this.bytes, at);
    if (end === at || !mayBegin(this.open.at(-1), this.last)) return BROKEN;
    this.last = 'value';
    // More of it may come with the next bytes.
    return end === this.bytes.length ? UNFINISHED : end;
  }
}

/** The extent of the value that begins at `from`, which must be no blank. */
export const extentOf = (bytes: Uint8Array, from: number): Extent => new Scan(bytes, [], 'colon').run(from);

/** The extent of what is left of an object after one of its values: up to and with its closing bracket. */
export const restOfObject = (bytes: Uint8Array, from: number): Extent =>
  new Scan(bytes, [OBJECT], 'value').run(from);
