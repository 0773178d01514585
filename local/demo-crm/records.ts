import type { ObjectSchema, ObjectSchemas } from './objects.js';

/** One write that the CRM accepted. */
export interface AcceptedWrite {
  readonly at: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A record: what it holds now, and how it came to hold it. */
export interface StoredRecord {
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly history: readonly AcceptedWrite[];
}

/** What an upsert did. `changed` is false for a write that repeats what the record already holds. */
export interface Upserted {
  readonly id: string;
  readonly created: boolean;
  readonly changed: boolean;
}

/** A record and where it is. */
export interface Placed {
  readonly object: string;
  readonly key: string;
  readonly record: StoredRecord;
}

/** All records of the org, by object and external id; one without external id stands under its record id. */
export interface Records {
  find(object: string, key: string): StoredRecord | undefined;
  /** By record id, of 15 or 18 characters. */
  findById(id: string): Placed | undefined;
  isDeleted(id: string): boolean;
  /** Makes a record that has no external id. */
  insert(object: string, fields: Readonly<Record<string, unknown>>, at: number): Upserted;
  remove(id: string): void;
  all(object: string): readonly StoredRecord[];
  upsert(object: string, key: string, fields: Readonly<Record<string, unknown>>, at: number): Upserted;
  rows(object: string): ReadonlyMap<string, Readonly<Record<string, unknown>>>;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SUFFIX = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

function base62(count: number): string {
  const rest = Math.floor(count / 62);
  return (rest === 0 ? '' : base62(rest)) + ALPHABET.charAt(count % 62);
}

/** 15 characters that differ by case, then 3 that say which of them are capitals, as real record ids have. */
export function recordId(prefix: string, count: number): string {
  const id = prefix + base62(count).padStart(12, '0');
  const suffix = [0, 5, 10].map((start) => {
    const capitals = [...id.slice(start, start + 5)].map((c, i) => (c >= 'A' && c <= 'Z' ? 2 ** i : 0));
    return SUFFIX.charAt(capitals.reduce((sum, bit) => sum + bit, 0));
  });
  return id + suffix.join('');
}

const isEmpty = (value: unknown): boolean => value === null || value === '';

/** Null and the empty text clear a field; a field that is not named keeps its value. */
function merge(
  before: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries({ ...before, ...fields }).filter(([, value]) => !isEmpty(value)));
}

interface MutableRecord extends StoredRecord {
  fields: Readonly<Record<string, unknown>>;
  readonly history: AcceptedWrite[];
}

/** An empty org. */
export function createRecords(schemas: ObjectSchemas): Records {
  const tables = new Map<string, Map<string, MutableRecord>>();
  const table = (object: string): Map<string, MutableRecord> => {
    const known = tables.get(object) ?? new Map<string, MutableRecord>();
    tables.set(object, known);
    return known;
  };
  const places = new Map<string, { readonly object: string; readonly key: string }>();
  const deleted = new Set<string>();
  const made = new Map<string, number>();
  const create = (object: string, schema: ObjectSchema | undefined, key?: string): MutableRecord => {
    const count = (made.get(object) ?? 0) + 1;
    made.set(object, count);
    const id = recordId(schema?.prefix ?? '000', count);
    const fields = key === undefined ? {} : { [schema?.externalId ?? 'Id']: key };
    const record = { id, fields, history: [] };
    const place = key ?? id;
    table(object).set(place, record);
    places.set(id.slice(0, 15), { object, key: place });
    return record;
  };
  return {
    find: (object, key) => table(object).get(key),
    findById(id) {
      const place = places.get(id.slice(0, 15));
      const record = place && table(place.object).get(place.key);
      return place && record && { ...place, record };
    },
    isDeleted: (id) => deleted.has(id.slice(0, 15)),
    insert(object, fields, at) {
      const record = create(object, schemas[object]);
      record.fields = merge({}, fields);
      record.history.push({ at, fields });
      return { id: record.id, created: true, changed: true };
    },
    remove(id) {
      const place = places.get(id.slice(0, 15));
      if (place === undefined) return;
      table(place.object).delete(place.key);
      places.delete(id.slice(0, 15));
      deleted.add(id.slice(0, 15));
    },
    all: (object) => [...table(object).values()],
    upsert(object, key, fields, at) {
      const known = table(object).get(key);
      const record = known ?? create(object, schemas[object], key);
      const changed = Object.entries(fields).some(
        ([name, value]) => (isEmpty(value) ? undefined : value) !== record.fields[name],
      );
      record.fields = merge(record.fields, fields);
      record.history.push({ at, fields });
      return { id: record.id, created: known === undefined, changed: changed || known === undefined };
    },
    rows: (object) => new Map([...table(object)].map(([key, record]) => [key, record.fields])),
  };
}
