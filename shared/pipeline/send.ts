import { Fault } from '../core/fault.js';
import type { Action, Connector, Outcome } from '../core/ports.js';
import { backoff } from './retry.js';
import { lastCall, type Run } from './run.js';

/** May this outcome change by sending again within this invocation? */
const isOpen = (outcome: Outcome, connector: Connector): boolean =>
  outcome.kind === 'retry' || (outcome.kind === 'unknown' && connector.idempotent);

async function call(connector: Connector, actions: readonly Action[], run: Run): Promise<readonly Outcome[]> {
  run.counts.calls++;
  run.counts.rows += actions.length;
  const outcomes = await connector.send(actions, run.signal);
  if (outcomes.length === actions.length) return outcomes;
  const text = `${connector.name} gave ${outcomes.length} outcomes for ${actions.length} rows; none of them is believed`;
  return actions.map(() => ({ kind: 'unknown', fault: new Fault('remote.unanswered', text) }));
}

/** How long the target wants us to wait, or our own back-off. */
function waitFor(outcomes: readonly Outcome[], attempt: number, run: Run): number {
  const asked = outcomes.map((outcome) => (outcome.kind === 'retry' ? (outcome.afterMs ?? 0) : 0));
  return Math.max(backoff(attempt, run.tuning, run.deps.random), ...asked);
}

const fits = (ms: number, run: Run): boolean =>
  ms <= run.tuning.capMs * 2 && run.deps.clock.now() + ms < lastCall(run);

const isRefusedWhole = (outcomes: readonly Outcome[]): boolean =>
  outcomes.length > 1 && outcomes.every((outcome) => outcome.kind === 'rejected' && outcome.whole === true);

/** One row may spoil a whole request: halves are sent alone until the bad row stands by itself. */
async function bisect(connector: Connector, actions: readonly Action[], run: Run): Promise<Outcome[]> {
  const middle = Math.ceil(actions.length / 2);
  const first = await sendChunk(connector, actions.slice(0, middle), run);
  const second = await sendChunk(connector, actions.slice(middle), run);
  return [...first, ...second];
}

/**
 * Sends one chunk until each row has a final outcome, attempts run out, or waiting would pass the deadline. Only rows
 * that may still change are sent again; a chunk that was refused as a whole is bisected. Outcomes in the actions' order.
 */
export async function sendChunk(
  connector: Connector,
  actions: readonly Action[],
  run: Run,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let open = actions.map((action, index) => ({ action, index }));
  for (let attempt = 1; ; attempt++) {
    const batch = open.map(({ action }) => action);
    const answers = await call(connector, batch, run);
    const final = isRefusedWhole(answers) ? await bisect(connector, batch, run) : answers;
    for (const [i, { index }] of open.entries()) {
      const answer = final[i];
      if (answer) outcomes[index] = answer;
    }
    open = open.filter(({ index }) => {
      const outcome = outcomes[index];
      return outcome !== undefined && isOpen(outcome, connector);
    });
    if (open.length === 0 || attempt >= run.tuning.attempts) break;
    const wait = waitFor(answers, attempt, run);
    if (!fits(wait, run) || run.signal.aborted) break;
    await run.deps.clock.sleep(wait, run.signal);
  }
  run.counts.accepted += outcomes.filter(({ kind }) => kind === 'accepted').length;
  return outcomes;
}
