import type { Action, Connector, Operation, Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { STEP_MS } from '../wire/patience.js';
import type { Hub } from './api.js';
import { HUBSPOT_OPERATIONS, type HubspotConfig } from './config.js';
import { hubspotTokens } from './login.js';
import { archive, changeList } from './membership.js';
import { type Row, toRow } from './row.js';
import { type Answered, type Common, update, upsert } from './write.js';

/** Most records of one batch request ("Create or update a batch of objects"). */
const MAX_ROWS = 100;

const WORK: Readonly<
  Record<
    Operation,
    (hub: Hub, common: Common, rows: readonly Row[], signal: AbortSignal) => Promise<Answered>
  >
> = {
  upsert,
  update,
  // A `send` makes a record by its idempotency key, so doing it again finds the one it made.
  send: upsert,
  add: changeList,
  remove: changeList,
  delete: archive,
};

/** Some operations are one request, others look record ids up first. */
const ONE_REQUEST: ReadonlySet<Operation> = new Set(['upsert', 'send']);

const paced = (hub: Hub, { operation }: Common): Hub =>
  ONE_REQUEST.has(operation)
    ? hub
    : { ...hub, config: { ...hub.config, timeoutMs: Math.min(hub.config.timeoutMs, STEP_MS) } };

function commonOf(name: string, actions: readonly Action[]): Common | undefined {
  if (actions.length > MAX_ROWS)
    throw new RangeError(`"${name}" takes ${MAX_ROWS} actions at most, not ${actions.length}.`);
  const kinds = new Set(
    actions.map(({ operation, object, list, key }) =>
      JSON.stringify([operation, object, list, Object.keys(key)]),
    ),
  );
  if (kinds.size > 1) throw new TypeError(`"${name}" takes actions of one kind at a time.`);
  const [first] = actions;
  return first && { operation: first.operation, object: first.object, list: first.list };
}

/** A membership has no fields of its own, and a list that nobody names is no list. */
function unfit({ operation, fields, list }: Action): Outcome | undefined {
  if (operation !== 'add' && operation !== 'remove') return undefined;
  if (list === undefined)
    return { kind: 'rejected', code: 'list.missing', text: 'The action names no list.' };
  const [field] = Object.keys(fields);
  if (field === undefined) return undefined;
  const text =
    'Being on a HubSpot list has no properties; write those of the record by an "update" of its own.';
  return { kind: 'rejected', code: 'list.fields', text, field };
}

async function send(hub: Hub, actions: readonly Action[], signal: AbortSignal): Promise<readonly Outcome[]> {
  const common = commonOf(hub.name, actions);
  if (common === undefined) return [];
  const prepared = actions.map((action, i) => unfit(action) ?? toRow(action, i, hub.config.sendKey));
  const rows = prepared.filter((row) => 'properties' in row);
  const answers: Answered =
    rows.length === 0 ? new Map() : await WORK[common.operation](paced(hub, common), common, rows, signal);
  return prepared.map((row, index) => {
    if ('kind' in row) return row;
    const outcome = answers.get(index);
    if (outcome === undefined) throw new Error(`"${hub.name}" lost the outcome of action ${index}.`);
    return outcome;
  });
}

/** Opens a HubSpot connection. Nothing is sent, and no secret read, before the first action. */
export function hubspot(name: string, config: HubspotConfig, deps: ConnectorDeps): Connector {
  const hub: Hub = { name, config, deps, tokens: hubspotTokens(name, config, deps) };
  return {
    name,
    operations: HUBSPOT_OPERATIONS,
    maxRows: MAX_ROWS,
    // Every one of them is addressed by a key, so it finds its own work when it comes again.
    isIdempotent: () => true,
    send: (actions, signal) => send(hub, actions, signal),
  };
}
