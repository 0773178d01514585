import { toAction } from '../core/action.js';
import { Fault } from '../core/fault.js';
import { HASTES } from '../core/quota.js';
import type { Outcome } from '../core/remote.js';
import type { Shut, Sign } from './breaker.js';
import { lastWord } from './doubt.js';
import { blame, type Health, observe, signOf, unknownHealth } from './health.js';
import { shutFault, tellChange, waitOf } from './hold.js';
import { actionEnding } from './ledger.js';
import { MOST_AT_ONCE } from './meter.js';
import type { Run } from './run.js';
import { sendChunk } from './send.js';
import { hasteOfChunk, type Lane, nextWave, type Send, turnsOf, unsent } from './waves.js';

/** One delivery on its way, and what it has learnt of each connection. */
interface Delivery {
  readonly healths: Map<string, Health>;
  readonly run: Run;
}

const unanswered = (object: string): Outcome => ({
  kind: 'unknown',
  fault: new Fault('remote.unanswered', `no answer for ${object}`),
});

/** What a chunk meets behind a breaker that is open: nothing was sent, and when it may be tried. */
const shutOut = (connection: string, shut: Shut, now: number): Outcome =>
  unsent(shutFault(connection, shut), waitOf(shut, now));

/** Sends a chunk if the connection's breaker lets it through, and tells the breaker what came of it. */
async function sendOne(
  chunk: readonly Send[],
  { healths, run }: Delivery,
  following: readonly Send[][],
): Promise<void> {
  const connection = chunk[0]?.action.connection ?? '';
  const connector = run.deps.connectors.get(connection);
  if (!connector) throw new Error(`no connector is open for connection ${connection}`);
  const health = healths.get(connection) ?? unknownHealth();
  healths.set(connection, health);
  const pass = run.breaker(connection).enter();
  if (pass.kind === 'shut') {
    health.down = true;
    answer(chunk, [], () => shutOut(connection, pass, run.deps.clock.now()));
    return;
  }
  let sign: Sign = { kind: 'untried' };
  try {
    const actions = chunk.map(({ action }) => toAction(action));
    const haste = hasteOfChunk(chunk);
    const next = (): number =>
      following.slice(0, MOST_AT_ONCE).filter((one) => hasteOfChunk(one) === haste).length;
    const outcomes = await sendChunk({ connector, connection, pass, run, haste, next }, actions);
    sign = signOf(outcomes);
    observe(health, outcomes);
    const last = chunk.map(({ action }, i) =>
      lastWord(outcomes[i] ?? unanswered(action.object), action, connector),
    );
    answer(chunk, last, unanswered);
    run.counts.accepted += outcomes.filter(({ kind }) => kind === 'accepted').length;
  } finally {
    const change = run.breaker(connection).report(pass, sign);
    if (change) tellChange(connection, change, sign, run);
    // A row that fails alone as a probe may be a bad row of a target that is well again: it must not hold up the stream.
    const alone = change === 'reopened' && sign.kind === 'failing';
    if (change && change !== 'closed' && !alone) health.down = true;
  }
}

function answer(
  chunk: readonly Send[],
  outcomes: readonly Outcome[],
  otherwise: (object: string) => Outcome,
): void {
  for (const [i, { lanes, action }] of chunk.entries()) {
    const outcome = outcomes[i] ?? otherwise(action.object);
    for (const lane of lanes) lane.outcomes.set(action.target, outcome);
  }
}

/** Decides, now that everything is known, whose fault each failure was, and counts what became of the actions. */
function conclude(lanes: readonly Lane[], { healths, run }: Delivery): void {
  for (const { actions, outcomes } of lanes) {
    for (const { connection, target } of actions) {
      const outcome = outcomes.get(target);
      if (!outcome) continue;
      const health = healths.get(connection);
      const final = health ? blame(outcome, health) : outcome;
      outcomes.set(target, final);
      run.counts.actions[actionEnding(final)] += 1;
    }
  }
}

/** Requests of one connection together, those with more haste first: it takes only so many at once, whatever they are about. */
function byConnection(chunks: readonly Send[][]): Send[][][] {
  const found = new Map<string, Send[][]>();
  for (const chunk of chunks) {
    const connection = chunk[0]?.action.connection ?? '';
    const own = found.get(connection);
    if (own) own.push(chunk);
    else found.set(connection, [chunk]);
  }
  const haste = (chunk: readonly Send[]): number => HASTES.indexOf(hasteOfChunk(chunk));
  return [...found.values()].map((own) => own.sort((a, b) => haste(a) - haste(b)));
}

async function sendAll(chunks: readonly Send[][], delivery: Delivery): Promise<void> {
  const queue = [...chunks];
  const worker = async (): Promise<void> => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) await sendOne(chunk, delivery, queue);
  };
  await Promise.all(Array.from({ length: delivery.run.tuning.parallelCalls }, worker));
}

/**
 * Sends every lane's actions: grouped by connection and object, cut to the connector's limit, one outcome per action.
 * Nothing is sent to a connection whose breaker is open; what was meant for it says so.
 */
export async function deliver(lanes: readonly Lane[], run: Run): Promise<void> {
  const delivery: Delivery = { healths: new Map(), run };
  const steps = lanes.reduce((most, { actions }) => Math.max(most, actions.length), 0);
  for (let step = 0; step < steps; step++) {
    for (const requests of turnsOf(nextWave(lanes, step), run.deps.connectors)) {
      await Promise.all(byConnection(requests).map((chunks) => sendAll(chunks, delivery)));
    }
  }
  conclude(lanes, delivery);
}
