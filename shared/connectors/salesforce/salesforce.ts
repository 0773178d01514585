import type { Action, Connector, Operation, Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { BULK_BYTES, BULK_ROWS, upsertInBulk } from './bulk.js';
import { MAX_ROWS } from './collections.js';
import { SALESFORCE_OPERATIONS, type SalesforceConfig } from './config.js';
import { addMembers, removeMembers } from './members.js';
import { type Org, openOrg } from './org.js';
import { type Row, toRow } from './row.js';
import { deleteRows, type Operate, updateRows, upsertRows } from './rows.js';
import { onceField, sendAll } from './sends.js';

const OPERATE: Readonly<Record<Exclude<Operation, 'send'>, Operate>> = {
  upsert: upsertRows,
  update: updateRows,
  add: addMembers,
  remove: removeMembers,
  delete: deleteRows,
};

/** The actions have these in common; anything else is a broken caller. */
function check(name: string, actions: readonly Action[], most: number): void {
  if (actions.length > most)
    throw new RangeError(`"${name}" takes ${most} of these actions at most, not ${actions.length}.`);
  const kinds = new Set(
    actions.map(({ operation, object, list }) => JSON.stringify([operation, object, list])),
  );
  if (kinds.size > 1) throw new TypeError(`"${name}" takes actions of one kind on one object at a time.`);
}

/** Rows by the field that addresses them: it is part of the request. */
function byField(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) found.set(row.field, [...(found.get(row.field) ?? []), row]);
  return found;
}

async function operateOn(org: Org, actions: readonly Action[], operate: Operate, signal: AbortSignal) {
  const prepared = actions.map(toRow);
  const outcomes = new Map<Row, Outcome>();
  for (const [field, rows] of byField(prepared.filter((row) => 'action' in row))) {
    const object = rows[0]?.action.object ?? '';
    const answers = await operate(org, { object, field, rows }, signal);
    for (const [i, row] of rows.entries()) {
      const answer = answers[i];
      if (answer !== undefined) outcomes.set(row, answer);
    }
  }
  return prepared.map((row, index) => {
    if ('kind' in row) return row;
    const outcome = outcomes.get(row);
    if (outcome === undefined) throw new Error(`"${org.name}" lost the outcome of action ${index}.`);
    return outcome;
  });
}

async function send(org: Org, actions: readonly Action[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const operation = actions[0]?.operation;
  if (operation === undefined) return [];
  const isBulk = operation === 'upsert' && org.config.bulk !== undefined;
  check(org.name, actions, isBulk ? BULK_ROWS : MAX_ROWS);
  const reserved = org.usage.reserved();
  if (reserved !== undefined) return actions.map(() => reserved);
  if (operation === 'send') return sendAll(org, actions, signal);
  return operateOn(org, actions, actions.length > MAX_ROWS ? upsertInBulk : OPERATE[operation], signal);
}

/** Opens a Salesforce connection. Nothing is sent, and no secret read, before the first action. */
export function salesforce(name: string, config: SalesforceConfig, deps: ConnectorDeps): Connector {
  const org = openOrg(name, config, deps);
  const { bulk } = config;
  return {
    name,
    operations: SALESFORCE_OPERATIONS,
    maxRows: MAX_ROWS,
    ...(bulk && {
      bulk: { operations: ['upsert'], from: bulk.from, maxRows: BULK_ROWS, maxBytes: BULK_BYTES },
    }),
    isIdempotent: ({ operation, object }) => operation !== 'send' || onceField(config, object) !== undefined,
    send: (actions, signal) => send(org, actions, signal),
  };
}
