import { canonical } from './fingerprint.js';
import type { Json } from './ports.js';

/** Makes one value of another; undefined when the value is none it can be made of. Never throws. */
export type Cast = (value: Json) => Json | undefined;

/** Casts that only texts have a meaning for leave everything else as it is. */
const ofText =
  (change: (text: string) => string): Cast =>
  (value) =>
    typeof value === 'string' ? change(value) : value;

/**
 * A decimal number as people write it: `Number` would also take `0x10` and nothing at all. Each digit can belong to one
 * part only, so that a long text that is no number is seen through in one pass.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

function toNumber(value: Json): Json | undefined {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && DECIMAL.test(value.trim()) ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}

function toBoolean(value: Json): Json | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object') return undefined;
  const text = String(value).toLowerCase();
  if (text === 'true' || text === '1' || text === 'y') return true;
  return text === 'false' || text === '0' || text === 'n' ? false : undefined;
}

/** The first character, which may be a pair of UTF-16 units, in capitals. */
function capitalized(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length);
}

/** What `as` may name. */
export const CASTS = {
  lowercase: ofText((text) => text.toLowerCase()),
  uppercase: ofText((text) => text.toUpperCase()),
  capitalize: ofText(capitalized),
  trim: ofText((text) => text.trim()),
  // Members in order: the text of an object must not depend on which of two equal records came first.
  string: (value) => (typeof value === 'object' ? canonical(value) : String(value)),
  number: toNumber,
  boolean: toBoolean,
} as const satisfies Record<string, Cast>;

/** The names of {@link CASTS}. */
export const CAST_NAMES = [
  'lowercase',
  'uppercase',
  'capitalize',
  'trim',
  'string',
  'number',
  'boolean',
] as const satisfies (keyof typeof CASTS)[];

/** Text, number, true and false as a text; undefined for all else, which has no text that people would expect. */
export function textOf(value: Json | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * A number to so many decimals, halves away from zero, as people round the digits they see: 1.005 to two is 1.01, though
 * the nearest binary number is less. Undefined for what is no number.
 */
export function rounded(value: Json, decimals: number): Json | undefined {
  if (typeof value !== 'number') return undefined;
  const [digits = '', exponent = '0'] = String(Math.abs(value)).split('e');
  const scaled = Number(`${digits}e${Number(exponent) + decimals}`);
  // So large a number has no digits left that could be rounded.
  if (scaled > Number.MAX_SAFE_INTEGER) return value;
  const round = Number(`${Math.round(scaled)}e-${decimals}`);
  return value < 0 ? 0 - round : round;
}
