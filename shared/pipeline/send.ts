import { Fault } from '../core/fault.js';
import type { Action, Connector, Outcome } from '../core/ports.js';
import { backoff } from './retry.js';
import { isLate, lastCall, type Run } from './run.js';

/** May this outcome change by sending again within this invocation? */
const isOpen = (outcome: Outcome, { operation }: Action, { idempotent }: Connector): boolean =>
  outcome.kind === 'retry' || (outcome.kind === 'unknown' && idempotent.includes(operation));

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

/** A row on its way to a final outcome. */
interface Pending {
  readonly action: Action;
  readonly index: number;
  /** An attempt got no answer: it may have been carried out. */
  doubtful: boolean;
}

/** Once an attempt may have been carried out, a later one that was refused or never made does not undo it. */
function inDoubt(answer: Outcome): Outcome {
  if (answer.kind === 'rejected') return { ...answer, doubtful: true };
  return answer.kind === 'retry' && answer.unsent ? { ...answer, unsent: false } : answer;
}

function note(pending: Pending, answer: Outcome, outcomes: Outcome[]): void {
  outcomes[pending.index] = pending.doubtful ? inDoubt(answer) : answer;
  pending.doubtful ||= answer.kind === 'unknown';
}

/** Waits, milliseconds; gives false when somebody stops the run meanwhile. */
export async function pause(ms: number, { deps, signal }: Run): Promise<boolean> {
  try {
    await deps.clock.sleep(ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return !signal.aborted;
}

const tooLate = (): Outcome => ({
  kind: 'retry',
  scope: 'connection',
  fault: new Fault('run.deadline', 'the invocation ran out of time before this was sent'),
  unsent: true,
});

/**
 * Sends one chunk until each row has a final outcome, attempts run out, or time does. Only rows that may still change are
 * sent again; a chunk that was refused as a whole is bisected, and its halves have attempts of their own. Outcomes in
 * the actions' order.
 */
export async function sendChunk(
  connector: Connector,
  actions: readonly Action[],
  run: Run,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = actions.map(tooLate);
  let open: Pending[] = actions.map((action, index) => ({ action, index, doubtful: false }));
  for (let attempt = 1; !isLate(run); attempt++) {
    const batch = open.map(({ action }) => action);
    const answers = await call(connector, batch, run);
    const whole = isRefusedWhole(answers);
    const final = whole ? await bisect(connector, batch, run) : answers;
    for (const [i, pending] of open.entries()) note(pending, final[i] ?? tooLate(), outcomes);
    open = open.filter(({ action, index }) => isOpen(outcomes[index] ?? tooLate(), action, connector));
    if (whole || open.length === 0 || attempt >= run.tuning.attempts) break;
    const wait = waitFor(answers, attempt, run);
    if (!fits(wait, run) || !(await pause(wait, run))) break;
  }
  return outcomes;
}
