import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import { Name } from '../core/name.js';
import { readAs } from './explain.js';

/** What a field of a remote system takes. */
export const FIELD_TYPES = ['text', 'number', 'boolean', 'date', 'datetime', 'choice', 'any'] as const;

/** One field of a remote object, as far as rules can be held against it. */
export const Field = z.strictObject({
  type: z.enum(FIELD_TYPES).describe('What the field takes; choice: one of "values".'),
  length: z.int().positive().optional().describe('Most characters of a text.'),
  values: z.array(z.string()).optional().describe('What a choice can be.'),
  key: z.boolean().optional().describe('Whether rows can be matched on it: an external id.'),
  required: z.boolean().optional().describe('Whether a new row must have it.'),
  readonly: z.boolean().optional().describe('Whether nobody but the system itself writes it.'),
});
export type Field = z.infer<typeof Field>;

/** Objects and their fields of one remote system: what `fields:` of a connection names. */
export const FieldLists = z.record(Name, z.record(Name, Field));
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
