import * as z from 'zod';
import { type AuditAudience, AuditEntry } from '../core/audit.js';

/*
 * An entry as a page keeps it: two JSON texts of arrays. The form is what entries of a row have in common, above all the names of its
 * fields, and is kept once for all of them; the text is what each has of its own. A page is written anew with each change of its row, and its
 * older entries go along as the texts that they are.
 */

const CHANGES = ['entered', 'left', 'stayed', 'same'] as const satisfies AuditAudience['change'][];
const Bit = z.union([z.literal(0), z.literal(1)]);

/** What entries of a row have in common: operation, place, list, match, spelling; causes and rules; names of fields and their rules. */
const Form = z.tuple([
  z.array(z.string().nullable()).length(5),
  z.array(z.string()),
  z.array(z.string()),
  z.array(z.string()),
  // By its place among those of the entry, or by its name where it is none of them.
  z.array(z.union([z.int(), z.string()])),
]);

/** The part that is in columns; what is rare follows by name. */
const Columns = z.tuple([
  z.array(z.tuple([z.string(), z.string()])),
  z.array(z.tuple([z.string(), z.int().min(0).max(3), Bit, z.number(), z.int().min(0).max(3)])),
  z.array(z.tuple([z.string(), z.string(), z.number(), z.number()])),
  // A digit for each field, 1 where it has changed; then the values by the field's place, if they are kept.
  z.string().regex(/^[01]*$/),
  z.array(z.tuple([z.int(), z.json()])),
  z.record(z.string(), z.unknown()),
]);

const bit = (is: boolean | undefined): 0 | 1 => (is ? 1 : 0);

/** Form and text of an entry, but for the time, which stands beside them. */
export function textsOf({ at: _, ...entry }: AuditEntry): readonly [text: string, form: string] {
  const { persons, causes, rules, audiences, messages, fields, ...more } = entry;
  const { operation, place, list, match, spelling, ...rest } = more;
  const form: z.input<typeof Form> = [
    [operation ?? null, place ?? null, list ?? null, match ?? null, spelling ?? null],
    causes,
    rules,
    fields.map(({ name }) => name),
    fields.map(({ rule }) => (rules.includes(rule) ? rules.indexOf(rule) : rule)),
  ];
  const columns: z.input<typeof Columns> = [
    persons.map(({ name, key }) => [name, key]),
    audiences.map(({ key, change, member, at, backfill, overtaken }) => {
      const flags = bit(backfill) + 2 * bit(overtaken);
      return [key, CHANGES.indexOf(change), bit(member), at, flags];
    }),
    messages.map(({ id, source, at, record }) => [id, source, at, record]),
    fields.map(({ changed }) => bit(changed)).join(''),
    fields.flatMap(({ value }, i): [number, z.core.util.JSONType][] =>
      value === undefined ? [] : [[i, value]],
    ),
    rest,
  ];
  return [JSON.stringify(columns), JSON.stringify(form)];
}

function expanded(at: number, columns: z.output<typeof Columns>, form: z.output<typeof Form>): unknown {
  const [persons, audiences, messages, changed, values, rest] = columns;
  const [[operation, place, list, match, spelling], causes, rules, names, by] = form;
  const valueAt = new Map(values);
  const named = Object.entries({ operation, place, list, match, spelling }).filter(([, one]) => one !== null);
  return {
    ...rest,
    ...Object.fromEntries(named),
    at,
    ...{ causes, rules },
    persons: persons.map(([name, key]) => ({ name, key })),
    audiences: audiences.map(([key, change, member, since, flags]) => ({
      ...{ key, change: CHANGES[change], member: member === 1, at: since },
      ...((flags & 1) === 1 && { backfill: true }),
      ...((flags & 2) === 2 && { overtaken: true }),
    })),
    messages: messages.map(([id, source, taken, record]) => ({ id, source, at: taken, record })),
    fields: names.map((name, i) => {
      const rule = by[i];
      return {
        ...{ name, rule: typeof rule === 'number' ? rules[rule] : rule, changed: changed[i] === '1' },
        ...(valueAt.has(i) && { value: valueAt.get(i) }),
      };
    }),
  };
}

/** The entry of what {@link textsOf} made; undefined for anything else. */
export function entryIn(at: number, text: string, form: string): AuditEntry | undefined {
  try {
    const columns = Columns.safeParse(JSON.parse(text));
    const common = Form.safeParse(JSON.parse(form));
    if (!columns.success || !common.success || columns.data[3].length !== common.data[3].length)
      return undefined;
    return AuditEntry.safeParse(expanded(at, columns.data, common.data)).data;
  } catch {
    return undefined;
  }
}
