import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import { Name } from '../core/name.js';
import { RemoteField } from '../core/remote-field.js';
import { readAs } from './explain.js';

/** Objects and their fields of one remote system: what `fields:` of a connection names. */
export const FieldLists = z.record(Name, z.record(Name, RemoteField));
export type FieldLists = z.infer<typeof FieldLists>;

/** Longest file that is read. */
const MOST_CHARACTERS = 20_000_000;

const pathText = (path: readonly PropertyKey[]): string => path.map(String).join('.');

/** Reads a list of fields. Bad: what is wrong with it first. */
export function readFieldLists(text: string): Result<FieldLists> {
  if (text.length > MOST_CHARACTERS)
    return bad('config.invalid', `has more than ${MOST_CHARACTERS} characters`);
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return bad('config.invalid', 'is no JSON');
  }
  const parsed = readAs(FieldLists, value, []);
  if (parsed.ok) return ok(parsed.value);
  const [first, ...others] = parsed.findings;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return bad(
    'config.invalid',
    `is no list of fields: ${pathText(first?.path ?? [])}: ${first?.message}${more}`,
  );
}
