import { type Building, outweighs } from './bids.js';
import { type Bid, DELETED, LISTED } from './compiled.js';
import type { PlannedAction, PlannedField } from './plan.js';
import type { Json } from './ports.js';
import type { Sight } from './scope.js';

const plannedOf = ({ at, since, order }: Bid, value: Json): PlannedField => ({
  value,
  at,
  since,
  rule: order,
});

/** The values of a row as the rules bid for them; fields nobody has a value for are left out. */
export function fieldsOf({ row, bids, taken }: Building, sight: Sight): Map<string, PlannedField> {
  const fields = new Map<string, PlannedField>();
  for (const slot of taken) {
    const winner = bids[slot];
    const value = winner?.read(sight);
    if (winner && value !== undefined) fields.set(row.slots[slot] ?? '', plannedOf(winner, value));
  }
  return fields;
}

/** Rows of the file that are matched in different ways may meet in one row of the target: their bids compete. */
export function mergedFields(parts: readonly Building[], sight: Sight): Map<string, PlannedField> {
  const winners = new Map<string, Bid>();
  const fields = new Map<string, PlannedField>();
  for (const { row, bids, taken } of parts) {
    for (const slot of taken) {
      const made = bids[slot];
      const value = made?.read(sight);
      const name = row.slots[slot] ?? '';
      const rival = winners.get(name);
      if (made === undefined || value === undefined || (rival && !outweighs(made, rival))) continue;
      winners.set(name, made);
      fields.set(name, plannedOf(made, value));
    }
  }
  return fields;
}

export type Fields = ReadonlyMap<string, PlannedField>;

const only = (fields: Fields, name: string): Fields =>
  new Map([...fields].filter(([field]) => field === name));

/** What the fields of a row come to: a row that is to be gone has no other fields. */
export function doingOf(
  fields: Fields,
  list: string | undefined,
  parts: readonly Building[],
): Pick<PlannedAction, 'operation' | 'fields'> {
  if (fields.get(DELETED)?.value === true) return { operation: 'delete', fields: only(fields, DELETED) };
  if (list !== undefined) {
    return fields.get(LISTED)?.value === true
      ? { operation: 'add', fields }
      : { operation: 'remove', fields: only(fields, LISTED) };
  }
  return { operation: parts.some(({ mayCreate }) => mayCreate) ? 'upsert' : 'update', fields };
}
