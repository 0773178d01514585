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

/** Whether a value may begin. */
const mayBegin = (inside: number | undefined, last: Last): boolean =>
  last === 'colon' || (inside === LIST && (last === 'open' || last === 'comma'));

/** Reads token by token; keeps the brackets that are open, and goes on where other bytes have ended. */
export class Scan {
  /** Where reading has stopped: at the end of the bytes, or at what is no JSON. */
  at = 0;
  private bytes: Uint8Array = new Uint8Array(0);
  private readonly open: number[];
  private last: Last;
  /** What the bytes ended within: a string, an escape of it, a number or a word. */
  private within: 'text' | 'escape' | 'plain' | undefined;

  constructor(open: number[], last: Last) {
    this.open = open;
    this.last = last;
  }

  /** The end of the value in these bytes, of which those before `from` have been read. */
  run(bytes: Uint8Array, from: number): Extent {
    this.bytes = bytes;
    this.at = from;
    if (this.isWhole) return { kind: 'whole', end: from };
    while (this.at < bytes.length) {
      const next = this.next(this.at);
      if (typeof next !== 'number') return next;
      this.at = next;
      if (this.isWhole) return { kind: 'whole', end: next };
    }
    return UNFINISHED;
  }

  private get isWhole(): boolean {
    return this.open.length === 0 && this.last === 'value' && this.within === undefined;
  }

  private next(at: number): number | Extent {
    if (this.within === 'plain') return this.inPlain(at);
    if (this.within !== undefined) return this.inText(at);
    const byte = this.bytes[at] ?? 0;
    return isBlank(byte) ? at + 1 : this.token(byte, at);
  }

  private token(byte: number, at: number): number | Extent {
    if (byte === QUOTE) return this.text(at);
    if (byte === OBJECT || byte === LIST) return this.begin(byte, at);
    if (byte === OBJECT_END || byte === LIST_END) return this.end(byte, at);
    if (byte === COMMA) return this.follow('value', 'comma', at);
    if (byte === COLON) return this.follow('key', 'colon', at);
    return this.plain(byte, at);
  }

  private text(at: number): number | Extent {
    const inside = this.open.at(-1);
    const isKey = inside === OBJECT && (this.last === 'open' || this.last === 'comma');
    if (!isKey && !mayBegin(inside, this.last)) return BROKEN;
    this.last = isKey ? 'key' : 'value';
    this.within = 'text';
    return this.inText(at + 1);
  }

  /** The end of a string. No string of JSON runs over the end of its line: one that does is cut off. */
  private inText(from: number): number | Extent {
    for (let at = this.within === 'escape' ? from + 1 : from; at < this.bytes.length; at++) {
      const byte = this.bytes[at];
      if (byte === QUOTE) {
        this.within = undefined;
        return at + 1;
      }
      if (byte === NEWLINE) {
        this.at = at;
        return BROKEN;
      }
      if (byte === BACKSLASH) {
        at += 1;
        this.within = at < this.bytes.length ? 'text' : 'escape';
        if (this.within === 'escape') return at;
      }
    }
    this.within = 'text';
    return this.bytes.length;
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

  private plain(byte: number, at: number): number | Extent {
    if (!isPlain(byte) || !mayBegin(this.open.at(-1), this.last)) return BROKEN;
    this.last = 'value';
    this.within = 'plain';
    return this.inPlain(at);
  }

  /** The end of a number or a word; more of it may come with the next bytes. */
  private inPlain(from: number): number {
    let at = from;
    while (at < this.bytes.length && isPlain(this.bytes[at] ?? 0)) at++;
    if (at < this.bytes.length) this.within = undefined;
    return at;
  }
}

/** Looks for the end of a value, from its first byte on, which is no blank. */
export const scanOfValue = (): Scan => new Scan([], 'colon');

/** Looks for the end of what is left of an object after one of its values: up to and with its closing bracket. */
export const scanOfRest = (): Scan => new Scan([OBJECT], 'value');
