import * as z from 'zod';
import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import type { ObjectSchema, RowError } from './objects.js';
import { failed, isErrors, type Org, related, writeErrors } from './org.js';

/** A collection of records as a request holds it. */
export const Body = z.strictObject({
  allOrNone: z.boolean().default(false),
  records: z.array(z.looseObject({ attributes: z.looseObject({ type: z.string() }) })),
});
type RecordBody = z.infer<typeof Body>['records'][number];

/** One row, split into what addresses it and what is written. */
export interface Row {
  readonly key: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What became of a row. */
export type Result =
  | {
      readonly success: true;
      readonly id: string;
      readonly created?: boolean;
      readonly errors: readonly RowError[];
    }
  | { readonly success: false; readonly errors: readonly RowError[] };

/** Most records of one request. */
export const MAX_RECORDS = 200;

/** The object and external id field of the path, or the answer for a path that names none. */
function address(org: Org, object: string, field: string): ObjectSchema | Answer {
  const schema = Object.hasOwn(org.schemas, object) ? org.schemas[object] : undefined;
  if (schema === undefined) return refusal(404, 'NOT_FOUND', 'The requested resource does not exist');
  if (schema.externalId === field) return schema;
  const message = `Provided external ID field does not exist or is not accessible: ${field}`;
  return refusal(404, 'NOT_FOUND', message);
}

/** JSON as a value; undefined for a text that is none. */
export function parse(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** The records of a well-formed request, or the 400 for any other. `object` is the one in the path, if there is one. */
export function readBody(object: string | undefined, text: string): z.infer<typeof Body> | Answer {
  const body = Body.safeParse(parse(text));
  if (!body.success) {
    const where = body.error.issues[0]?.path.join('.') ?? '';
    return refusal(
      400,
      'JSON_PARSER_ERROR',
      `The HTTP entity body could not be read${where && ` at ${where}`}`,
    );
  }
  const { records } = body.data;
  if (records.length > MAX_RECORDS) {
    const message = 'record limit reached. cannot submit more than 200 records into this operation';
    return refusal(400, 'EXCEEDED_ID_LIMIT', message);
  }
  if (records.length === 0) return refusal(400, 'INVALID_INPUT', 'records must not be empty');
  if (object !== undefined && records.some(({ attributes }) => attributes.type !== object)) {
    const message = `attributes.type of every record must be ${object}, the type in the URI`;
    return refusal(400, 'INVALID_INPUT', message);
  }
  return body.data;
}

function toRow({ attributes: _, ...rest }: RecordBody, field: string): Row {
  const { [field]: key, ...fields } = rest;
  return { key: typeof key === 'string' && key !== '' ? key : undefined, fields };
}

/** What speaks against a row; an empty list lets it be written. */
function rowErrors(
  org: Org,
  object: string,
  schema: ObjectSchema,
  row: Row,
  shared: boolean,
): readonly RowError[] {
  const { key, fields } = row;
  const field = schema.externalId;
  if (key === undefined) return failed('MISSING_ARGUMENT', `${field} not specified`, [field]);
  if (shared) return failed('DUPLICATE_VALUE', `Duplicate external id specified: ${key}`, [field]);
  const given = related(org, schema, fields);
  if (isErrors(given)) return given;
  return writeErrors(org, { object, key, fields: given, existing: org.records.find(object, key) });
}

/** Keys that more than one row of the request has. */
function sharedKeys(rows: readonly Row[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { key } of rows) {
    if (key === undefined) continue;
    if (seen.has(key)) shared.add(key);
    seen.add(key);
  }
  return shared;
}

const ROLLED_BACK = failed(
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'Record rolled back because not all records were valid and the request was using AllOrNone header',
);

/** Upserts rows of one object; one result for each, in order. */
export function upsertRows(
  org: Org,
  object: string,
  rows: readonly Row[],
  allOrNone = false,
): readonly Result[] {
  const schema = org.schemas[object];
  if (schema === undefined) throw new Error(`there is no object ${object}`);
  const shared = sharedKeys(rows);
  const isShared = ({ key }: Row): boolean => key !== undefined && shared.has(key);
  const verdicts = rows.map((row) => rowErrors(org, object, schema, row, isShared(row)));
  const rollBack = allOrNone && verdicts.some((errors) => errors.length > 0);
  let repeatedWrites = 0;
  const results = rows.map(({ key, fields }, i): Result => {
    const errors = verdicts[i] ?? [];
    if (errors.length > 0 || key === undefined) return { success: false, errors };
    if (rollBack) return { success: false, errors: ROLLED_BACK };
    const given = related(org, schema, fields);
    const { id, created, changed } = org.records.upsert(object, key, isErrors(given) ? {} : given, org.now());
    if (!changed) repeatedWrites += 1;
    return { id, success: true, errors: [], created };
  });
  const accepted = results.filter(({ success }) => success).length;
  const duplicateKeys = rows.filter(isShared).length;
  org.log.rows({ accepted, rejected: rows.length - accepted, duplicateKeys, repeatedWrites });
  return results;
}

/** `PATCH …/composite/sobjects/{object}/{field}`: one answer for each row, in the order of the rows. */
export function upsertCollection(org: Org, object: string, field: string, text: string): Answer {
  const schema = address(org, object, field);
  if ('status' in schema) return schema;
  const body = readBody(object, text);
  if ('status' in body) return body;
  const rows = body.records.map((record) => toRow(record, field));
  const keys = new Set(rows.map(({ key }) => key));
  const unreadable = org.misbehaviours.take('refuse-batch', ({ key }) => key === undefined || keys.has(key));
  if (unreadable !== undefined)
    return refusal(400, unreadable.errorCode, 'The request was refused as a whole');
  return json(200, upsertRows(org, object, rows, body.allOrNone));
}
