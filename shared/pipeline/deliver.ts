import { Fault } from '../core/fault.js';
import type { PlannedAction } from '../core/plan.js';
import type { Action, Connector, Outcome } from '../core/ports.js';
import { lastCall, type Run } from './run.js';
import { sendChunk } from './send.js';

/** One person's actions, in the order in which they must reach their targets. */
export interface Lane {
  readonly person: string;
  readonly actions: readonly PlannedAction[];
  /** Filled here: what the target said, by target. */
  readonly outcomes: Map<string, Outcome>;
}

interface Send {
  readonly lane: Lane;
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

/** The next action of each lane whose earlier ones have been answered: serial inside a person, parallel across. */
function nextWave(lanes: readonly Lane[], step: number): Send[] {
  const wave: Send[] = [];
  for (const lane of lanes) {
    const action = lane.actions[step];
    if (!action) continue;
    const blocked = [...lane.outcomes.values()].find(isFailing);
    if (blocked) lane.outcomes.set(action.target, blocked);
    else wave.push({ lane, action });
  }
  return wave;
}

/** Requests of one connection and object, each with distinct rows: vendors refuse the same key twice in one request. */
function chunksOf(wave: readonly Send[], connectors: ReadonlyMap<string, Connector>): Map<string, Send[][]> {
  const chunks = new Map<string, Send[][]>();
  const seen = new Map<string, number>();
  for (const send of wave) {
    const { connection, operation, object, target } = send.action;
    const maxRows = connectors.get(connection)?.maxRows ?? 1;
    // The n-th send to one row goes into the n-th group of chunks; groups are sent one after another.
    const turn = seen.get(target) ?? 0;
    seen.set(target, turn + 1);
    const group = `${turn} ${connection} ${operation} ${object}`;
    const list = chunks.get(group) ?? [];
    const last = list.at(-1);
    if (last && last.length < maxRows) last.push(send);
    else list.push([send]);
    chunks.set(group, list);
  }
  return chunks;
}

const refusal = (fault: Fault): Outcome => ({ kind: 'retry', scope: 'connection', fault });

async function sendOne(chunk: readonly Send[], down: Map<string, Fault>, run: Run): Promise<void> {
  const connection = chunk[0]?.action.connection ?? '';
  const connector = run.deps.connectors.get(connection);
  if (!connector) throw new Error(`no connector is open for connection ${connection}`);
  const fault =
    run.signal.aborted || run.deps.clock.now() >= lastCall(run)
      ? new Fault('run.deadline', 'the invocation ran out of time before this was sent')
      : down.get(connection);
  const outcomes = fault
    ? chunk.map(() => refusal(fault))
    : await sendChunk(
        connector,
        chunk.map(({ action }) => toAction(action)),
        run,
      );
  for (const [i, { lane, action }] of chunk.entries()) {
    const outcome = outcomes[i] ?? refusal(new Fault('remote.unanswered', `no answer for ${action.object}`));
    lane.outcomes.set(action.target, outcome);
    if (outcome.kind === 'retry' && outcome.scope === 'connection') down.set(connection, outcome.fault);
  }
}

async function sendGroup(chunks: readonly Send[][], down: Map<string, Fault>, run: Run): Promise<void> {
  const queue = [...chunks];
  const worker = async (): Promise<void> => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) await sendOne(chunk, down, run);
  };
  await Promise.all(Array.from({ length: run.tuning.parallelCalls }, worker));
}

/**
 * Sends every lane's actions: grouped by connection and object, cut to the connector's limit, one outcome per action.
 * A connection that failed as a whole is not tried again in this run; what was meant for it says so.
 */
export async function deliver(lanes: readonly Lane[], run: Run): Promise<void> {
  const down = new Map<string, Fault>();
  const steps = Math.max(0, ...lanes.map(({ actions }) => actions.length));
  for (let step = 0; step < steps; step++) {
    const byTurn = new Map<string, [string, Send[][]][]>();
    for (const [group, chunks] of chunksOf(nextWave(lanes, step), run.deps.connectors)) {
      const turn = group.slice(0, group.indexOf(' '));
      byTurn.set(turn, [...(byTurn.get(turn) ?? []), [group, chunks]]);
    }
    for (const groups of byTurn.values()) {
      await Promise.all(groups.map(([, chunks]) => sendGroup(chunks, down, run)));
    }
  }
}
