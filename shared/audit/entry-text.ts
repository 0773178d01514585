import * as z from 'zod';
import { type AuditAudience, AuditEntry } from '../core/audit.js';

/*
 * An entry as a page keeps it: JSON text of arrays, a third as long as with the names of members. A page is written anew with
 * each change of its row, and its older entries go along as the texts that they are.
 */

const CHANGES = ['entered', 'left', 'stayed', 'same'] as const satisfies AuditAudience['change'][];
const Bit = z.union([z.literal(0), z.literal(1)]);

/** The part that is in columns; what is rare follows by name. */
const Columns = z.tuple([
  z.array(z.tuple([z.string(), z.string()])),
  z.array(z.string()),
  z.array(z.string()),
  z.array(z.tuple([z.string(), z.int().min(0).max(3), Bit, z.number(), z.int().min(0).max(3)])),
  z.array(z.tuple([z.string(), z.string(), z.number(), z.number()])),
  // The rule by its place among those of the entry, or by its name where it is none of them; then the value, if it is kept.
  z.array(z.tuple([z.string(), z.union([z.int(), z.string()]), Bit]).rest(z.json())),
  z.record(z.string(), z.unknown()),
]);

const bit = (is: boolean | undefined): 0 | 1 => (is ? 1 : 0);

/** The text of an entry, but for the time, which stands beside it. */
export function textOf({
  at: _,
  persons,
  causes,
  rules,
  audiences,
  messages,
  fields,
  ...rest
}: AuditEntry): string {
  const columns: z.input<typeof Columns> = [
    persons.map(({ name, key }) => [name, key]),
    causes,
    rules,
    audiences.map(({ key, change, member, at, backfill, overtaken }) => {
      const flags = bit(backfill) + 2 * bit(overtaken);
      return [key, CHANGES.indexOf(change), bit(member), at, flags];
    }),
    messages.map(({ id, source, at, record }) => [id, source, at, record]),
    fields.map(({ name, rule, changed, value }) => {
      const place = rules.indexOf(rule);
      const field: [string, number | string, 0 | 1] = [name, place < 0 ? rule : place, bit(changed)];
      return value === undefined ? field : [...field, value];
    }),
    rest,
  ];
  return JSON.stringify(columns);
}

function expanded(at: number, columns: z.output<typeof Columns>): unknown {
  const [persons, causes, rules, audiences, messages, fields, rest] = columns;
  return {
    ...rest,
    at,
    ...{ causes, rules },
    persons: persons.map(([name, key]) => ({ name, key })),
    audiences: audiences.map(([key, change, member, since, flags]) => ({
      ...{ key, change: CHANGES[change], member: member === 1, at: since },
      ...((flags & 1) === 1 && { backfill: true }),
      ...((flags & 2) === 2 && { overtaken: true }),
    })),
    messages: messages.map(([id, source, taken, record]) => ({ id, source, at: taken, record })),
    fields: fields.map(([name, rule, changed, ...value]) => ({
      ...{ name, rule: typeof rule === 'string' ? rule : rules[rule], changed: changed === 1 },
      ...(value.length > 0 && { value: value[0] }),
    })),
  };
}

/** The entry of a text that {@link textOf} made; undefined for any other. */
export function entryIn(at: number, text: string): AuditEntry | undefined {
  try {
    const columns = Columns.safeParse(JSON.parse(text));
    return columns.success ? AuditEntry.safeParse(expanded(at, columns.data)).data : undefined;
  } catch {
    return undefined;
  }
}
