import type { Operation, Outcome } from '../../core/remote.js';
import { call, type Hub, objectsPath } from './api.js';
import { fromBatch, type Traced } from './batch.js';
import { locate } from './locate.js';
import { EMAIL, isContacts, RECORD_ID, type Row } from './row.js';

/** What the rows of one send have in common. */
export interface Common {
  readonly operation: Operation;
  readonly object: string;
  readonly list: string | undefined;
}

/** The outcome of a row, by the row's place among the actions of the send. */
export type Answered = ReadonlyMap<number, Outcome>;

/** A row as it is sent: by which id, and by which property that id is meant. */
interface Input {
  readonly row: Row;
  readonly id: string;
  readonly idProperty: string | undefined;
}

const inputOf = (row: Row): Input => ({
  row,
  id: row.key,
  idProperty: row.keyProperty === RECORD_ID ? undefined : row.keyProperty,
});

const traceOf = ({ row, id }: Input): Traced => ({ trace: String(row.index), id });

const bodyOf = (inputs: readonly Input[]) => ({
  inputs: inputs.map((input) => ({
    id: input.id,
    ...(input.idProperty !== undefined && { idProperty: input.idProperty }),
    objectWriteTraceId: traceOf(input).trace,
    properties: input.row.properties,
  })),
});

/** Sends a batch of writes; `silent` are the rows that the answer does not mention, `status` its status if there is one. */
async function write(
  hub: Hub,
  { operation, object }: Common,
  verb: 'upsert' | 'update',
  inputs: readonly Input[],
  signal: AbortSignal,
): Promise<{ outcomes: Map<number, Outcome>; silent: readonly Row[]; status: number | undefined }> {
  const path = objectsPath(hub, object, verb);
  const heard = await call(hub, { operation, method: 'POST', path, body: bodyOf(inputs) }, signal);
  const all = (outcome: Outcome): Map<number, Outcome> =>
    new Map(inputs.map(({ row }) => [row.index, outcome]));
  if (heard.kind === 'none') return { outcomes: all(heard.outcome), silent: [], status: undefined };
  const answer = fromBatch(heard.context, heard.reply, inputs.map(traceOf));
  const outcomes = new Map<number, Outcome>();
  for (const [i, { row }] of inputs.entries()) {
    const outcome = answer.outcomes[i];
    if (outcome !== undefined) outcomes.set(row.index, outcome);
  }
  const silent = inputs.filter((_, i) => answer.silent.has(i)).map(({ row }) => row);
  return { outcomes, silent, status: heard.reply.status };
}

/** Makes records, or writes to those that have the key ("Create or update a batch of objects"). */
export async function upsert(
  hub: Hub,
  common: Common,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Answered> {
  const { outcomes } = await write(hub, common, 'upsert', rows.map(inputOf), signal);
  return outcomes;
}

/**
 * Contacts found by an address are updated by their record id: "update" takes no property that is not marked as unique,
 * and `email` is not. Others are addressed by the key itself.
 */
async function inputsOf(
  hub: Hub,
  common: Common,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<{ readonly inputs: readonly Input[]; readonly outcomes: Map<number, Outcome> }> {
  if (rows[0]?.keyProperty !== EMAIL || !isContacts(common.object))
    return { inputs: rows.map(inputOf), outcomes: new Map() };
  const inputs: Input[] = [];
  const outcomes = new Map<number, Outcome>();
  for (const located of await locate(hub, common, rows, signal)) {
    if ('id' in located) inputs.push({ row: located.row, id: located.id, idProperty: undefined });
    else outcomes.set(located.row.index, located.outcome);
  }
  return { inputs, outcomes };
}

/** Writes to records that exist. What the answer is silent about is looked up: a record that is not there is `absent`. */
export async function update(
  hub: Hub,
  common: Common,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Answered> {
  const { inputs, outcomes } = await inputsOf(hub, common, rows, signal);
  if (inputs.length === 0) return outcomes;
  const written = await write(hub, common, 'update', inputs, signal);
  for (const [index, outcome] of written.outcomes) outcomes.set(index, outcome);
  const alone = inputs.length === 1 && written.status === 404;
  const doubtful = alone ? inputs.map(({ row }) => row) : written.silent;
  for (const located of await locate(hub, common, doubtful, signal))
    if ('outcome' in located && located.outcome.kind === 'absent')
      outcomes.set(located.row.index, located.outcome);
  return outcomes;
}
