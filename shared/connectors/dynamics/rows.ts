import type { Action, Operation, Outcome } from '../../core/remote.js';
import type { Reply } from '../wire/transport.js';
import { addressOf, type Refused, type Row, refuse, rowOf } from './address.js';
import { batch } from './batch.js';
import type { PartRequest } from './multipart.js';
import type { Org } from './org.js';
import { type Answering, fromProblem, saysAbsent } from './problem.js';
import { stage } from './stage.js';

const ID = /\(([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)$/i;
const WRITTEN = new Set([200, 201, 204]);

/** The outcome of a row that was written, with its id where the answer names it by id. 204 does not tell new from old. */
export function accepted(reply: Reply, created = reply.status === 201): Outcome {
  const [, id] = ID.exec(reply.headers.get('odata-entityid') ?? '') ?? [];
  return { kind: 'accepted', ...(id !== undefined && { id }), ...(created && { created }) };
}

/** Whether an answer says that a row was written, or deleted. */
export const isWritten = ({ status }: Reply): boolean => WRITTEN.has(status);

/** The row that a `send` becomes, addressed by its idempotency key, so that it is made once. */
function onceRow(org: Org, action: Action): Row | Refused {
  const { onceKeys, bareKeys } = org.config;
  const column = onceKeys[action.object];
  if (column === undefined || action.idempotencyKey === undefined)
    return refuse('key.empty', 'There is no idempotency key to address the row by.');
  return rowOf(action, { [column]: action.idempotencyKey }, bareKeys);
}

function partOf(org: Org, action: Action): PartRequest | Refused {
  const { bareKeys } = org.config;
  if (action.operation === 'delete') {
    const address = addressOf(action.object, action.key, bareKeys);
    return 'kind' in address ? address : { method: 'DELETE', path: `${org.root}/${address.path}` };
  }
  const row = action.operation === 'send' ? onceRow(org, action) : rowOf(action, action.key, bareKeys);
  if ('kind' in row) return row;
  const part = { method: 'PATCH', path: `${org.root}/${row.address.path}`, body: row.fields } as const;
  // Without it PATCH makes the row that is not there.
  return action.operation === 'update' ? { ...part, headers: { 'If-Match': '*' } } : part;
}

const NEEDS_ROW: ReadonlySet<Operation> = new Set(['update', 'delete']);

/** Writes or deletes rows, each by itself within one batch. */
export function writeRows(
  org: Org,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const needsRow = actions.every(({ operation }) => NEEDS_ROW.has(operation));
  const read = (context: Answering, reply: Reply): Outcome => {
    if (isWritten(reply)) return accepted(reply);
    return needsRow && saysAbsent(reply) ? { kind: 'absent' } : fromProblem(context, reply, 'row');
  };
  const parts = actions.map((action) => partOf(org, action));
  return stage(parts, (ready) => batch<Outcome>(org, ready, signal, read));
}
