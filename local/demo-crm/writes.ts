import type { Answer } from '../vendor-answer.js';
import { json, refusal } from './answer.js';
import { MAX_RECORDS, type Result, readBody } from './collection.js';
import type { RowError } from './objects.js';
import { failed, isErrors, type Org, related, writeErrors } from './org.js';

type Fields = Readonly<Record<string, unknown>>;

const ENQUEUED: RowError = {
  statusCode: 'OPERATION_ENQUEUED',
  message: '232fd30e-0a71-42bd-a97b-be0e329b2ded',
  fields: [],
};

const refused = (errors: readonly RowError[]): Result => ({ success: false, errors });

function note(org: Org, results: readonly Result[]): Answer {
  const accepted = results.filter(({ success }) => success).length;
  org.log.rows({ accepted, rejected: results.length - accepted, duplicateKeys: 0, repeatedWrites: 0 });
  return json(200, results);
}

function create(org: Org, object: string, given: Fields): Result {
  const schema = Object.hasOwn(org.schemas, object) ? org.schemas[object] : undefined;
  if (schema === undefined)
    return refused(failed('INVALID_TYPE', `sObject type '${object}' is not supported.`));
  const fields = related(org, schema, given);
  if (isErrors(fields)) return refused(fields);
  const key = fields[schema.externalId];
  const existing = typeof key === 'string' ? org.records.find(object, key) : undefined;
  if (existing) return refused(failed('DUPLICATE_VALUE', `duplicate value found: ${schema.externalId}`));
  const errors = writeErrors(org, { object, key: String(key ?? ''), fields, existing });
  if (errors.length > 0) return refused(errors);
  const { id } =
    typeof key === 'string'
      ? org.records.upsert(object, key, fields, org.now())
      : org.records.insert(object, fields, org.now());
  return { success: true, id, errors: object.endsWith('__e') ? [ENQUEUED] : [] };
}

/** `POST …/composite/sobjects`: makes records, or publishes events. */
export function createCollection(org: Org, text: string): Answer {
  const body = readBody(undefined, text);
  if ('status' in body) return body;
  return note(
    org,
    body.records.map(({ attributes, ...fields }) => create(org, attributes.type, fields)),
  );
}

/** What is said of an id that leads nowhere. */
function lost(org: Org, id: unknown): Result {
  if (typeof id !== 'string' || !/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(id))
    return refused(failed('MALFORMED_ID', 'malformed id'));
  if (org.records.isDeleted(id)) return refused(failed('ENTITY_IS_DELETED', 'entity is deleted'));
  return refused(failed('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'));
}

function update(org: Org, object: string, { id, ...given }: Fields): Result {
  const placed = typeof id === 'string' ? org.records.findById(id) : undefined;
  const schema = org.schemas[object];
  if (placed?.object !== object || schema === undefined) return lost(org, id);
  const { key, record } = placed;
  const fields = related(org, schema, given);
  const errors = isErrors(fields) ? fields : writeErrors(org, { object, key, fields, existing: record });
  if (errors.length > 0 || isErrors(fields)) return refused(errors);
  org.records.upsert(object, key, fields, org.now());
  return { success: true, id: record.id, errors: [] };
}

/** `PATCH …/composite/sobjects`: changes records by their ids. */
export function updateCollection(org: Org, text: string): Answer {
  const body = readBody(undefined, text);
  if ('status' in body) return body;
  return note(
    org,
    body.records.map(({ attributes, ...fields }) => update(org, attributes.type, fields)),
  );
}

function remove(org: Org, id: string): Result {
  const placed = org.records.findById(id);
  if (placed === undefined) return lost(org, id);
  const locked = org.misbehaviours.take('lock-row', ({ key }) => key === undefined || key === placed.key);
  if (locked)
    return refused(failed('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record'));
  org.records.remove(id);
  return { success: true, id: placed.record.id, errors: [] };
}

/** `DELETE …/composite/sobjects?ids=…`: deletes records by their ids. */
export function deleteCollection(org: Org, query: string): Answer {
  const ids = (new URLSearchParams(query).get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0) return refusal(400, 'MISSING_ARGUMENT', 'ids is required');
  if (ids.length > MAX_RECORDS)
    return refusal(
      400,
      'EXCEEDED_ID_LIMIT',
      'record limit reached. cannot submit more than 200 records into this operation',
    );
  return note(
    org,
    ids.map((id) => remove(org, id)),
  );
}
