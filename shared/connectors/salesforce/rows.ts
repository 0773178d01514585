import type { Outcome } from '../../core/remote.js';
import { STEP_MS } from '../wire/patience.js';
import { named } from '../wire/request-id.js';
import { deleteRecords, gone, writeRecords } from './collections.js';
import { type Found, findIds } from './lookup.js';
import type { Org } from './org.js';
import { fieldsOf, isId, type RecordBody, type Refused, type Row, refuse } from './row.js';

/** Rows of one request: all of one object, and addressed by one field. */
export interface Batch {
  readonly object: string;
  readonly field: string;
  readonly rows: readonly Row[];
}

/** Does something with the rows of a batch; one outcome each, in order. */
export type Operate = (org: Org, batch: Batch, signal: AbortSignal) => Promise<readonly Outcome[]>;

/** Upserts by external id: one request. */
export const upsertRows: Operate = async (org, { object, field, rows }, signal) => {
  if (isId(field))
    return rows.map(() =>
      refuse(
        'key.record-id',
        'An upsert needs an external id field; use "update" for rows that are addressed by their record id.',
        field,
      ),
    );
  const records = rows.map((row) => ({ attributes: { type: object }, [field]: row.value, ...fieldsOf(row) }));
  return writeRecords(org, 'PATCH', [object, field], records, { signal });
};

/** The one record a row is about, or what is to be said when there is none, or more than one. */
export function only(found: Found, value: string, field: string): string | Outcome {
  const ids = found(value);
  const [id, ...others] = ids;
  if (id === undefined) return named({ kind: 'absent' }, found.requestId);
  if (others.length === 0) return id;
  return named(ambiguous(ids.length, field), found.requestId);
}

/** What is said of a row when several records have its key: nothing may be written then. */
export const ambiguous = (count: number, field: string): Refused =>
  refuse('key.ambiguous', `${count} records have this key; make the field unique, or merge them.`, field);

/** Does something to those that have one record each; the others have their outcome already. */
export async function withIds(
  targets: readonly (string | Outcome)[],
  act: (ids: readonly string[], places: readonly number[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  const places = targets.flatMap((target, place) => (typeof target === 'string' ? [place] : []));
  const ids = targets.filter((target) => typeof target === 'string');
  const acted = ids.length > 0 ? await act(ids, places) : [];
  const outcomes = new Map(places.map((place, i) => [place, acted[i]]));
  return targets.map((target, place) => {
    const outcome = typeof target === 'string' ? outcomes.get(place) : target;
    if (outcome === undefined) throw new Error(`the outcome of row ${place} got lost`);
    return outcome;
  });
}

/** The record ids of rows; those that are addressed by them need no request. */
async function targetsOf(
  org: Org,
  { object, field, rows }: Batch,
  signal: AbortSignal,
): Promise<readonly (string | Outcome)[]> {
  if (isId(field)) return rows.map(({ value }) => value);
  const found: Found | Outcome = await findIds(
    org,
    { object, field, values: rows.map(({ value }) => value) },
    signal,
  );
  return rows.map(({ value }) => (typeof found === 'function' ? only(found, value, field) : found));
}

/** How the second of two requests is made. */
const second = (field: string, signal: AbortSignal) => ({
  signal,
  meaning: gone,
  ...(isId(field) ? {} : { timeoutMs: STEP_MS }),
});

/** Writes to rows that are there: ids by query, then one update. A row that is not there is absent. */
export const updateRows: Operate = async (org, batch, signal) =>
  withIds(await targetsOf(org, batch, signal), (ids, places) => {
    const records = ids.map((id, i): RecordBody => {
      const row = batch.rows[places[i] ?? -1];
      return { attributes: { type: batch.object }, id, ...(row ? fieldsOf(row) : {}) };
    });
    return writeRecords(org, 'PATCH', [], records, second(batch.field, signal));
  });

/** Deletes rows: ids by query, then one delete. A row that is not there is absent. */
export const deleteRows: Operate = async (org, batch, signal) =>
  withIds(await targetsOf(org, batch, signal), (ids) => deleteRecords(org, ids, second(batch.field, signal)));
