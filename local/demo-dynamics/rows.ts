import { randomUUID } from 'node:crypto';
import { own, type Table, type Tables } from './tables.js';

/** A row as it is kept; columns that are empty are absent. */
export type Row = Readonly<Record<string, unknown>>;

/** The rows of the environment and who is on which list. */
export interface Rows {
  get(table: string, id: string): Row | undefined;
  /** The id of the row with this value of an alternate key; text is compared without regard to case. */
  find(table: string, column: string, value: string): string | undefined;
  /** Writes columns (null empties) and gives whether that changed anything. Makes the row if it is not there. */
  put(table: string, id: string, fields: Row): boolean;
  remove(table: string, id: string): void;
  all(table: string): ReadonlyMap<string, Row>;
  /** Membership ids, by list and member. */
  memberships(list: string, member: string): readonly string[];
  join(list: string, member: string): void;
  leave(membership: string): boolean;
}

const keyOf = (value: unknown): string => String(value).toLowerCase();

/** An empty environment. */
export function createRows(tables: Tables): Rows {
  const kept = new Map(Object.keys(tables).map((name) => [name, new Map<string, Row>()]));
  const index = new Map<string, string>();
  const members = new Map<string, { list: string; member: string }>();
  const table = (name: string): Map<string, Row> => kept.get(name) ?? new Map<string, Row>();
  const entries = (name: string, { keys }: Table, row: Row): readonly string[] =>
    keys.filter((key) => key in row).map((key) => JSON.stringify([name, key, keyOf(row[key])]));
  return {
    get: (name, id) => table(name).get(id),
    find: (name, column, value) => index.get(JSON.stringify([name, column, keyOf(value)])),
    put(name, id, fields) {
      const schema = own(tables, name);
      const before = table(name).get(id) ?? {};
      const after = Object.fromEntries(
        Object.entries({ ...before, ...fields }).filter(([, value]) => value !== null && value !== ''),
      );
      table(name).set(id, after);
      if (schema) for (const entry of entries(name, schema, before)) index.delete(entry);
      if (schema) for (const entry of entries(name, schema, after)) index.set(entry, id);
      return JSON.stringify(before) !== JSON.stringify(after);
    },
    remove(name, id) {
      const schema = own(tables, name);
      const row = table(name).get(id) ?? {};
      if (schema) for (const entry of entries(name, schema, row)) index.delete(entry);
      table(name).delete(id);
      for (const [key, { member }] of members) if (member === id) members.delete(key);
    },
    all: (name) => table(name),
    memberships: (list, member) =>
      [...members].filter(([, m]) => m.list === list && m.member === member).map(([id]) => id),
    join: (list, member) => void members.set(randomUUID(), { list, member }),
    leave: (membership) => members.delete(membership),
  };
}
