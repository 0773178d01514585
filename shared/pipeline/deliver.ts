import { Fault } from '../core/fault.js';
import type { PlannedAction } from '../core/plan.js';
import type { Action, Connector, Outcome } from '../core/ports.js';
import type { Run } from './run.js';
import { sendChunk } from './send.js';

/** One person's actions, in the order in which they must reach their targets. */
export interface Lane {
  readonly person: string;
  readonly actions: readonly PlannedAction[];
  /** Filled here: what the target said, by target. */
  readonly outcomes: Map<string, Outcome>;
}

/** One row on its way, and every lane that wants it: rows that several persons share are sent once. */
interface Send {
  readonly lanes: Lane[];
  readonly action: PlannedAction;
}

/** Plain action as a connector takes it. */
const toAction = ({ connection, operation, object, key, fields }: PlannedAction): Action => ({
  connection,
  operation,
  object,
  key,
  fields: Object.fromEntries([...fields].map(([name, { value }]) => [name, value])),
});

const isFailing = (outcome: Outcome): boolean => outcome.kind === 'retry' || outcome.kind === 'unknown';

/** Two persons may want the same row: their fields are merged, the later one's last. */
const merged = (a: PlannedAction, b: PlannedAction): PlannedAction => ({
  ...a,
  fields: new Map([...a.fields, ...b.fields]),
  causes: [...a.causes, ...b.causes],
});

/** The next action of each lane whose earlier ones have been answered: serial inside a person, parallel across. */
function nextWave(lanes: readonly Lane[], step: number): Send[] {
  const wave = new Map<string, Send>();
  for (const lane of lanes) {
    const action = lane.actions[step];
    if (!action) continue;
    const blocked = [...lane.outcomes.values()].find(isFailing);
    if (blocked) {
      lane.outcomes.set(action.target, blocked);
      continue;
    }
    const shared = wave.get(action.target);
    wave.set(action.target, {
      lanes: [...(shared?.lanes ?? []), lane],
      action: shared ? merged(shared.action, action) : action,
    });
  }
  return [...wave.values()];
}

/** Requests, by connection and object: vendors take rows of one object at a time, and no key twice. */
function chunksOf(wave: readonly Send[], connectors: ReadonlyMap<string, Connector>): Send[][][] {
  const groups = new Map<string, Send[][]>();
  for (const send of wave) {
    const { connection, operation, object, key } = send.action;
    const maxRows = connectors.get(connection)?.maxRows ?? 1;
    const group = JSON.stringify([connection, operation, object, Object.keys(key)]);
    const chunks = groups.get(group) ?? [];
    const last = chunks.at(-1);
    if (last && last.length < maxRows) last.push(send);
    else chunks.push([send]);
    groups.set(group, chunks);
  }
  return [...groups.values()];
}

const refusal = (fault: Fault): Outcome => ({ kind: 'retry', scope: 'connection', fault });

/** What is known of the connections while a batch is delivered. */
interface Health {
  /** Connections that failed as a whole: not tried again in this run. */
  readonly down: Map<string, Fault>;
  /** Rows that failed alone since the last one that was answered, by connection. */
  readonly failing: Map<string, number>;
}

/** So many rows in a row that "fail alone", with none answered between them, are a connection that is down. */
const ROWS_TO_DOWN = 10;

function observe(connection: string, outcomes: readonly Outcome[], { down, failing }: Health): void {
  const broken = outcomes.find((outcome) => outcome.kind === 'retry' && outcome.scope === 'connection');
  if (broken?.kind === 'retry') down.set(connection, broken.fault);
  const [first] = outcomes;
  if (!outcomes.every(isFailing) || first?.kind !== 'retry') {
    failing.set(connection, 0);
    return;
  }
  const count = (failing.get(connection) ?? 0) + outcomes.length;
  failing.set(connection, count);
  if (count >= ROWS_TO_DOWN) down.set(connection, first.fault);
}

async function sendOne(chunk: readonly Send[], health: Health, run: Run): Promise<void> {
  const connection = chunk[0]?.action.connection ?? '';
  const connector = run.deps.connectors.get(connection);
  if (!connector) throw new Error(`no connector is open for connection ${connection}`);
  const fault = health.down.get(connection);
  const actions = chunk.map(({ action }) => toAction(action));
  const outcomes = fault ? chunk.map(() => refusal(fault)) : await sendChunk(connector, actions, run);
  for (const [i, { lanes, action }] of chunk.entries()) {
    const outcome = outcomes[i] ?? refusal(new Fault('remote.unanswered', `no answer for ${action.object}`));
    for (const lane of lanes) lane.outcomes.set(action.target, outcome);
    if (outcome.kind === 'accepted') run.counts.accepted += 1;
  }
  observe(connection, outcomes, health);
}

/** Rows of a connection that turned out to be down did not fail alone. */
function blameConnections(lanes: readonly Lane[], { down }: Health): void {
  for (const { actions, outcomes } of lanes) {
    for (const { connection, target } of actions) {
      const outcome = outcomes.get(target);
      const fault = down.get(connection);
      if (fault && outcome?.kind === 'retry') outcomes.set(target, { ...outcome, scope: 'connection' });
    }
  }
}

async function sendGroup(chunks: readonly Send[][], health: Health, run: Run): Promise<void> {
  const queue = [...chunks];
  const worker = async (): Promise<void> => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) await sendOne(chunk, health, run);
  };
  await Promise.all(Array.from({ length: run.tuning.parallelCalls }, worker));
}

/**
 * Sends every lane's actions: grouped by connection and object, cut to the connector's limit, one outcome per action.
 * A connection that failed as a whole is not tried again in this run; what was meant for it says so.
 */
export async function deliver(lanes: readonly Lane[], run: Run): Promise<void> {
  const health: Health = { down: new Map(), failing: new Map() };
  const steps = lanes.reduce((most, { actions }) => Math.max(most, actions.length), 0);
  for (let step = 0; step < steps; step++) {
    const groups = chunksOf(nextWave(lanes, step), run.deps.connectors);
    await Promise.all(groups.map((chunks) => sendGroup(chunks, health, run)));
  }
  blameConnections(lanes, health);
}
