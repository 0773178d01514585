import * as z from 'zod';
import type { AuditEntry } from '../core/audit.js';

/** What a row holds as far as it was accepted, whoever it was written for: fingerprints of values, by field. */
export const Held = z.object({
  /** Of which spelling of its key. */
  spelling: z.string(),
  fields: z.record(z.string(), z.string()),
});
export type Held = z.infer<typeof Held>;

/** An entry, and the fingerprints of what was to be written. */
export interface Judging {
  readonly entry: AuditEntry;
  readonly prints: ReadonlyMap<string, string>;
}

const WRITTEN: ReadonlySet<AuditEntry['answer']['kind']> = new Set(['created', 'updated', 'accepted']);

/** What the row holds after the answer; of what nobody knows nothing is said. */
function after({ entry: { answer, operation }, prints }: Judging, known: Held['fields']): Held['fields'] {
  if (answer.kind === 'absent' || operation === 'delete') return {};
  if (WRITTEN.has(answer.kind)) return { ...known, ...Object.fromEntries(prints) };
  if (answer.kind !== 'unanswered') return known;
  return Object.fromEntries(Object.entries(known).filter(([name]) => !prints.has(name)));
}

/**
 * The entry by what the row holds, which persons may share: a field has changed when the row held something else, and not when the
 * person's own last wish was another. Where nothing is known of the row the entry stays as it is.
 */
export function judged(one: Judging, held: Held | undefined): { entry: AuditEntry; held: Held | undefined } {
  const { entry, prints } = one;
  const { spelling } = entry;
  if (spelling === undefined || (prints.size === 0 && entry.operation !== 'delete')) return { entry, held };
  const known = held?.spelling === spelling ? held.fields : {};
  const fields = entry.fields.map((field) => {
    const [was, is] = [
      Object.hasOwn(known, field.name) ? known[field.name] : undefined,
      prints.get(field.name),
    ];
    return was === undefined || is === undefined ? field : { ...field, changed: was !== is };
  });
  return { entry: { ...entry, fields }, held: { spelling, fields: after(one, known) } };
}
