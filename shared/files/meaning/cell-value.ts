import { CASTS } from '../../core/casts.js';
import { bad, ok, type Result } from '../../core/fault.js';
import type { Json } from '../../core/ports.js';
import type { ColumnCast } from './column-target.js';
import { shownName } from './long-names.js';

/** Whether a cell says nothing: no value, or an empty text where only a text could be one. */
export const isSilent = (cell: unknown): boolean => cell === undefined || cell === null || cell === '';

const refusal = (header: string, what: string): Result<never> =>
  bad('decode.shape', `the value of column ${shownName(header)} is ${what}`);

/** A value that Parquet has and JSON has not, as JSON. Integers that JSON cannot hold exactly stay texts. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const made: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) if (name !== '__proto__') made[name] = plain(item);
  return made;
}

function parsed(header: string, text: string): Result<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch {
    return refusal(header, 'no JSON');
  }
}

/** What a cell of an attribute is, given how it is to be read. */
export function attributeValue(
  header: string,
  cell: unknown,
  { as, hasInside }: { readonly as?: ColumnCast | undefined; readonly hasInside: boolean },
): Result<unknown> {
  // Nearly every cell of CSV.
  if (as === undefined && !hasInside && typeof cell === 'string') return ok(cell);
  if (as === 'json') return typeof cell === 'string' ? parsed(header, cell) : ok(plain(cell));
  if (as === undefined) {
    const isText = typeof cell === 'string';
    return isText && hasInside && /^\s*[[{]/.test(cell) ? parsed(header, cell) : ok(plain(cell));
  }
  // What `plain` gives is JSON.
  const value = CASTS[as](plain(cell) as Json);
  return value === undefined ? refusal(header, `no ${as}`) : ok(value);
}

/** The id that a cell holds; a number is one, too. */
export function identityValue(header: string, cell: unknown, as: ColumnCast | undefined): Result<string> {
  const value = plain(cell);
  if (typeof value !== 'string' && typeof value !== 'number') return refusal(header, 'no identity');
  const cast = as === undefined || as === 'json' ? value : CASTS[as](value);
  return cast === undefined || typeof cast === 'object' ? refusal(header, 'no identity') : ok(String(cast));
}

/** A status or time as the decoder takes it; it judges both. */
export function wordOf(cell: unknown): unknown {
  return typeof cell === 'string' ? cell.trim() : plain(cell);
}
