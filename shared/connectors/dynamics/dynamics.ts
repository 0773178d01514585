import type { Action, Connector, Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { STEP_MS } from '../wire/patience.js';
import { DYNAMICS_OPERATIONS, type DynamicsConfig } from './config.js';
import { addMembers, removeMembers } from './members.js';
import { upsertMultiple } from './multiple.js';
import { createRows } from './once.js';
import { type Org, orgOf } from './org.js';
import { writeRows } from './rows.js';

const own = (record: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

/** All actions of one send have operation, table and list in common: part of the path, or of the body. */
function commonOf(org: Org, actions: readonly Action[]): Action | undefined {
  const { batchSize } = org.config;
  if (actions.length > batchSize)
    throw new RangeError(`"${org.name}" takes ${batchSize} actions at most, not ${actions.length}.`);
  const kinds = new Set(
    actions.map(({ operation, object, list }) => JSON.stringify([operation, object, list])),
  );
  if (kinds.size > 1)
    throw new TypeError(`"${org.name}" takes one operation on one table and list at a time.`);
  return actions[0];
}

/** Members are looked up, changed and looked up again. */
const paced = (org: Org): Org => ({
  ...org,
  config: { ...org.config, timeoutMs: Math.min(org.config.timeoutMs, STEP_MS) },
});

async function send(org: Org, actions: readonly Action[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const common = commonOf(org, actions);
  if (common === undefined) return [];
  const { operation, object } = common;
  if (operation === 'add') return addMembers(paced(org), actions, signal);
  if (operation === 'remove') return removeMembers(paced(org), actions, signal);
  if (operation === 'send' && own(org.config.onceKeys, object) === undefined)
    return createRows(org, actions, signal);
  const table = operation === 'upsert' ? own(org.config.upsertMultiple, object) : undefined;
  return table === undefined
    ? writeRows(org, actions, signal)
    : upsertMultiple(org, actions, { object, table }, signal);
}

/** Opens a connection to Dynamics 365 (Dataverse). Nothing is sent, and no secret read, before the first action. */
export function dynamics(name: string, config: DynamicsConfig, deps: ConnectorDeps): Connector {
  const org = orgOf(name, config, deps);
  return {
    name,
    operations: DYNAMICS_OPERATIONS,
    maxRows: config.batchSize,
    // What must not be made twice goes one request a row: several of them would take too long.
    rowsAtOnce: ({ operation, object }) =>
      operation === 'send' && own(config.onceKeys, object) === undefined ? 1 : config.batchSize,
    isIdempotent: ({ operation, object }) =>
      operation !== 'send' || own(config.onceKeys, object) !== undefined,
    send: (actions, signal) => send(org, actions, signal),
  };
}
