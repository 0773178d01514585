import type { Outcome } from '../../core/remote.js';
import { fromReply } from './answer.js';
import { type ApiRequest, type Org, request } from './org.js';
import type { Answering, Problem } from './problem.js';
import type { RecordBody } from './row.js';

/** Most records of one sObject Collections request (REST API guide, "sObject Collections"). */
export const MAX_ROWS = 200;

/** How errors of rows are to be understood, where the operation has an understanding of its own. */
export type Meaning = NonNullable<Answering['meaning']>;

/** What all requests of an operation have in common. */
export interface Doing {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
  readonly meaning?: Meaning;
  /** False when the request must not be made again by itself. */
  readonly repeatable?: boolean;
}

/** A row that was there a moment ago. */
export const gone: Meaning = (problems: readonly Problem[]) =>
  problems.some(({ code }) => code === 'ENTITY_IS_DELETED') ? { kind: 'absent' } : undefined;

async function ask(org: Org, asked: ApiRequest, count: number, doing: Doing): Promise<readonly Outcome[]> {
  const { signal, timeoutMs, meaning, repeatable = true } = doing;
  const said = await request(org, timeoutMs === undefined ? asked : { ...asked, timeoutMs }, signal);
  if (said.kind === 'silent') return Array.from({ length: count }, () => said.outcome);
  const context = { ...said.context, repeatable, ...(meaning && { meaning }) };
  return fromReply(context, said.reply, count);
}

/**
 * Writes at most 200 records in one request, `POST` to make them, `PATCH` to change them by record id or, when the path
 * names object and field, to upsert them. One outcome each, in order.
 */
export async function writeRecords(
  org: Org,
  method: 'POST' | 'PATCH',
  path: readonly string[],
  records: readonly RecordBody[],
  doing: Doing,
): Promise<readonly Outcome[]> {
  if (records.length === 0) return [];
  // With allOrNone:true one bad row would roll back the innocent ones.
  const body = { allOrNone: false, records };
  return ask(org, { method, path: ['composite', 'sobjects', ...path], body }, records.length, doing);
}

/** Deletes at most 200 records by their ids, which must have been checked. One outcome each, in order. */
export async function deleteRecords(
  org: Org,
  ids: readonly string[],
  doing: Doing,
): Promise<readonly Outcome[]> {
  if (ids.length === 0) return [];
  const query = `ids=${ids.join(',')}&allOrNone=false`;
  return ask(org, { method: 'DELETE', path: ['composite', 'sobjects'], query }, ids.length, {
    meaning: gone,
    ...doing,
  });
}
