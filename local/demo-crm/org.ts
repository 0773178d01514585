import type { Misbehaviours } from './misbehaviour.js';
import { fieldErrors, type ObjectSchema, type ObjectSchemas, type RowError } from './objects.js';
import type { Records, StoredRecord } from './records.js';
import type { RequestLog } from './request-log.js';

type Fields = Readonly<Record<string, unknown>>;

/** What writes work on. */
export interface Org {
  readonly schemas: ObjectSchemas;
  readonly records: Records;
  readonly misbehaviours: Misbehaviours;
  readonly log: RequestLog;
  readonly now: () => number;
}

/** One write to one row; without `existing` it makes the row. */
export interface Write {
  readonly object: string;
  /** What misbehaviours know the row by. */
  readonly key: string;
  readonly fields: Fields;
  readonly existing: StoredRecord | undefined;
}

/** One error of one row. */
export const failed = (
  statusCode: string,
  message: string,
  fields: readonly string[] = [],
): readonly RowError[] => [{ statusCode, message, fields }];

/** Tells errors from fields. */
export const isErrors = (given: Fields | readonly RowError[]): given is readonly RowError[] =>
  Array.isArray(given);

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields with the ids of related records in place of their external ids, or why not. */
export function related(org: Org, schema: ObjectSchema, fields: Fields): Fields | readonly RowError[] {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const found = Object.entries(schema.fields).find(
      ([, field]) => field.type === 'reference' && field.relation === name,
    );
    if (found === undefined || !isObject(value)) {
      given[name] = value;
      continue;
    }
    const [field, relation] = found;
    const to = relation.type === 'reference' ? relation.to : '';
    const [[key, text] = ['', '']] = Object.entries(value);
    const record = org.schemas[to]?.externalId === key ? org.records.find(to, String(text)) : undefined;
    if (record === undefined) {
      const message = `Foreign key external ID: ${String(text)} not found for field ${key} in entity ${to}`;
      return failed('INVALID_FIELD', message);
    }
    given[field] = record.id;
  }
  return given;
}

function referenceErrors(org: Org, schema: ObjectSchema, fields: Fields): readonly RowError[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const field = schema.fields[name];
    if (field?.type !== 'reference' || typeof value !== 'string') return [];
    const placed = org.records.findById(value);
    return placed?.object === field.to
      ? []
      : failed('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', [name]);
  });
}

function twinErrors(
  org: Org,
  { object, fields, existing }: Write,
  schema: ObjectSchema,
): readonly RowError[] {
  const { unique } = schema;
  if (unique === undefined || existing) return [];
  const isTwin = ({ fields: other }: StoredRecord): boolean =>
    unique.fields.every((name) => other[name] === fields[name]);
  return org.records.all(object).some(isTwin) ? failed('DUPLICATE_VALUE', unique.message) : [];
}

/** What speaks against a write; an empty list lets it happen. */
export function writeErrors(org: Org, write: Write): readonly RowError[] {
  const { object, key, fields, existing } = write;
  const schema = org.schemas[object];
  if (schema === undefined) return failed('INVALID_TYPE', `sObject type '${object}' is not supported.`);
  const refused = org.misbehaviours.take('refuse-key', (fault) => fault.key === key);
  if (refused !== undefined) return failed(refused.statusCode, refused.message);
  if (
    org.misbehaviours.take('lock-row', (fault) => fault.key === undefined || fault.key === key) !== undefined
  )
    return failed('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record');
  const errors = fieldErrors(object, schema, fields, existing?.fields);
  if (errors.length > 0) return errors;
  const lost = referenceErrors(org, schema, fields);
  return lost.length > 0 ? lost : twinErrors(org, write, schema);
}
