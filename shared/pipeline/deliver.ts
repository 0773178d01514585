import { toAction } from '../core/action.js';
import { Fault } from '../core/fault.js';
import { canonical } from '../core/fingerprint.js';
import type { PlannedAction } from '../core/plan.js';
import type { Connector, Outcome } from '../core/ports.js';
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

type Failing = Extract<Outcome, { kind: 'retry' | 'unknown' }>;

const isFailing = (outcome: Outcome): outcome is Failing =>
  outcome.kind === 'retry' || outcome.kind === 'unknown';

/** Not sent, because of what failed before it. */
const unsent = (fault: Fault): Outcome => ({ kind: 'retry', scope: 'connection', fault, unsent: true });

const blockedBy = (failing: Failing): Outcome =>
  failing.kind === 'retry' ? { ...failing, unsent: true } : unsent(failing.fault);

/** The newest edge an action speaks of: of two that want the same row, the one with the older edge goes first. */
const newestEdge = ({ fields }: PlannedAction): number => {
  let newest = 0;
  for (const { at } of fields.values()) if (at > newest) newest = at;
  return newest;
};

/** The next action of each lane whose earlier ones have been answered: serial inside a person, parallel across. */
function nextWave(lanes: readonly Lane[], step: number): Send[] {
  const wave = new Map<string, Send>();
  for (const lane of lanes) {
    const action = lane.actions[step];
    if (!action) continue;
    const blocked = [...lane.outcomes.values()].find(isFailing);
    if (blocked) {
      lane.outcomes.set(action.target, blockedBy(blocked));
      continue;
    }
    // Persons who want the same of the same row are served by one send.
    const wish = `${action.target} ${canonical(toAction(action).fields)}`;
    const shared = wave.get(wish);
    if (shared) shared.lanes.push(lane);
    else wave.set(wish, { lanes: [lane], action });
  }
  return [...wave.values()].sort((a, b) => newestEdge(a.action) - newestEdge(b.action));
}

/**
 * Turns of requests, by connection and object. Vendors take rows of one object at a time and refuse a key that comes
 * twice (many compare keys without regard to case): different wishes for one row go into turns of their own.
 */
function turnsOf(wave: readonly Send[], connectors: ReadonlyMap<string, Connector>): Send[][][][] {
  const turns: Map<string, Send[][]>[] = [];
  const seen = new Map<string, number>();
  for (const send of wave) {
    const { connection, operation, object, list, key, target } = send.action;
    const row = target.toLowerCase();
    const turn = seen.get(row) ?? 0;
    seen.set(row, turn + 1);
    turns[turn] ??= new Map();
    const group = JSON.stringify([connection, operation, object, list, Object.keys(key)]);
    const chunks = turns[turn].get(group) ?? [];
    const last = chunks.at(-1);
    if (last && last.length < (connectors.get(connection)?.maxRows ?? 1)) last.push(send);
    else chunks.push([send]);
    turns[turn].set(group, chunks);
  }
  return turns.map((groups) => [...groups.values()]);
}

const unanswered = (object: string): Outcome => ({
  kind: 'unknown',
  fault: new Fault('remote.unanswered', `no answer for ${object}`),
});

/** What is known of a connection while a batch is delivered. */
interface Health {
  /** Why it counts as down: not tried again in this run. */
  down: Fault | undefined;
  /** Rows that were answered, one way or the other. */
  answered: number;
  /** Rows that failed alone since the last one that was answered, locked ones apart. */
  failing: number;
  fault: Fault | undefined;
}

/** So many rows that "fail alone", with none answered between them, are a connection that is down. */
const ROWS_TO_DOWN = 10;
/** At the end of a batch so many are enough, if not a single row was answered. */
const ROWS_IN_VAIN = 2;

function healthOf(connections: Map<string, Health>, name: string): Health {
  const known = connections.get(name) ?? { down: undefined, answered: 0, failing: 0, fault: undefined };
  connections.set(name, known);
  return known;
}

function observe(health: Health, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.kind === 'accepted' || outcome.kind === 'rejected') {
      health.answered += 1;
      health.failing = 0;
    } else if (outcome.kind === 'retry' && outcome.scope === 'connection') {
      health.down ??= outcome.fault;
    } else if (outcome.kind === 'retry' && outcome.fault.code !== 'remote.row-busy') {
      health.failing += 1;
      health.fault = outcome.fault;
    }
  }
  if (health.failing >= ROWS_TO_DOWN) health.down ??= health.fault;
}

async function sendOne(chunk: readonly Send[], connections: Map<string, Health>, run: Run): Promise<void> {
  const connection = chunk[0]?.action.connection ?? '';
  const connector = run.deps.connectors.get(connection);
  if (!connector) throw new Error(`no connector is open for connection ${connection}`);
  const health = healthOf(connections, connection);
  const { down } = health;
  const actions = chunk.map(({ action }) => toAction(action));
  const outcomes = down ? chunk.map(() => unsent(down)) : await sendChunk(connector, actions, run);
  for (const [i, { lanes, action }] of chunk.entries()) {
    const outcome = outcomes[i] ?? unanswered(action.object);
    for (const lane of lanes) lane.outcomes.set(action.target, outcome);
    if (outcome.kind === 'accepted') run.counts.accepted += 1;
  }
  observe(health, outcomes);
}

/** Rows of a connection that turned out to be down did not fail alone; locked ones did. */
function blameConnections(lanes: readonly Lane[], connections: ReadonlyMap<string, Health>): void {
  for (const { actions, outcomes } of lanes) {
    for (const { connection, target } of actions) {
      const outcome = outcomes.get(target);
      const health = connections.get(connection);
      if (!health || outcome?.kind !== 'retry' || outcome.fault.code === 'remote.row-busy') continue;
      const inVain = health.answered === 0 && health.failing >= ROWS_IN_VAIN;
      if (health.down || inVain) outcomes.set(target, { ...outcome, scope: 'connection' });
    }
  }
}

async function sendGroup(
  chunks: readonly Send[][],
  connections: Map<string, Health>,
  run: Run,
): Promise<void> {
  const queue = [...chunks];
  const worker = async (): Promise<void> => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) await sendOne(chunk, connections, run);
  };
  await Promise.all(Array.from({ length: run.tuning.parallelCalls }, worker));
}

/**
 * Sends every lane's actions: grouped by connection and object, cut to the connector's limit, one outcome per action.
 * A connection that failed as a whole is not tried again in this run; what was meant for it says so.
 */
export async function deliver(lanes: readonly Lane[], run: Run): Promise<void> {
  const connections = new Map<string, Health>();
  const steps = lanes.reduce((most, { actions }) => Math.max(most, actions.length), 0);
  for (let step = 0; step < steps; step++) {
    for (const groups of turnsOf(nextWave(lanes, step), run.deps.connectors)) {
      await Promise.all(groups.map((chunks) => sendGroup(chunks, connections, run)));
    }
  }
  blameConnections(lanes, connections);
}
