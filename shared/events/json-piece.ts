import { isUtf8 } from 'node:buffer';
import { LIMITS } from '../core/envelope.js';
import { bad, ok, type Result } from '../core/fault.js';
import type { Found } from './found.js';

/** Nothing that JSON could be. */
export const broken = (): Result<never> =>
  bad('decode.json', 'what begins here is no JSON; nothing could be read of it');

/** The file ends before what was begun. */
export const cutOff = (what: string): Result<never> =>
  bad('decode.json', `the file ends within ${what}; it was cut off`);

/** Longer than any message may be. */
export const tooLong = (most: number): Result<never> =>
  bad('decode.too-large', `the record that begins here has more than ${most} bytes`);

/** Nested deeper than any message may be. */
export const tooDeep = (): Result<never> =>
  bad('decode.too-deep', `what begins here is nested deeper than ${LIMITS.depth} levels`);

/** The value that some bytes are, `most` of them, or why they are none. */
export function parse(bytes: Buffer, most: number): Result<unknown> {
  if (bytes.length > most) return tooLong(most);
  if (!isUtf8(bytes))
    return bad('decode.encoding', 'the record is not valid UTF-8; send JSON encoded as UTF-8');
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return ok(value);
  } catch {
    return broken();
  }
}

/** Whether a value may be `{"profiles":[…]}`. */
export const isEnvelope = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'profiles' in value && Array.isArray(value.profiles);

/** A record that cannot be read. */
export interface Wreck {
  readonly found: Found;
  /** White space before its line. */
  readonly indent: number;
  readonly inList: boolean;
}

/** Says what was passed with a record that cannot be read, besides its own line: `line` is where reading goes on. */
export function withPassed({ found, inList }: Wreck, line: number, isFound: boolean): Found {
  const { item } = found;
  const isShort = line <= found.line + 1;
  if (item.ok || (isFound && isShort) || (!isFound && !inList && isShort)) return found;
  const after = inList ? 'after it in the list' : 'after it';
  const passed = isFound ? `reading goes on in line ${line}` : `nothing ${after} could be read`;
  return { ...found, item: bad(item.fault.code, `${item.fault.message}; ${passed}`) };
}
