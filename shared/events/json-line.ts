import type { Result } from '../core/fault.js';
import type { ByteWindow } from './byte-window.js';
import { parse } from './json-piece.js';

const OBJECT_END = 0x7d;

/** A line that is one object; its end, without white space. */
export interface ObjectLine {
  readonly item: Result<unknown> & { readonly ok: true };
  readonly end: number;
}

/**
 * Reads the rest of a line as one object, which nearly every file has in each line. `none`: it is more or less than that, or
 * has more than `most` bytes; `more`: its end is not in sight.
 */
export function objectLine(window: ByteWindow, most: number, isLast: boolean): ObjectLine | 'none' | 'more' {
  const inSight = window.endOfLine();
  if (inSight === undefined && !isLast && window.left <= most) return 'more';
  const end = inSight ?? window.trimmed(window.bytes.length);
  if (window.lineLength > most || window.bytes[end - 1] !== OBJECT_END) return 'none';
  const item = parse(window.bytes.subarray(window.at, end), most);
  return item.ok ? { item, end } : 'none';
}

/** The beginning of `{"profiles":[…]}`; with less than this in sight nobody can tell. */
const ENVELOPE = /^\{\s*"profiles"\s*:\s*\[/;
const SIGHT = 64;

/** How long the beginning of an envelope is that stands here: up to and with the bracket of its list. */
export function envelopeAt(window: ByteWindow, isLast: boolean): number | 'none' | 'more' {
  const sight = window.peek(window.at, SIGHT);
  const [beginning] = ENVELOPE.exec(sight) ?? [];
  if (beginning !== undefined) return beginning.length;
  return !isLast && sight.length < SIGHT && !sight.includes('}') ? 'more' : 'none';
}
