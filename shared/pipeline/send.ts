import { Fault } from '../core/fault.js';
import { plural } from '../core/plural.js';
import type { Haste } from '../core/quota.js';
import type { Action, Connector, Outcome } from '../core/remote.js';
import type { Pass } from './breaker.js';
import { backoff } from './retry.js';
import { isLate, lastCall, type Run } from './run.js';
import { noteRequest, tallyOf } from './tally.js';
import { unsent } from './waves.js';

/** What one chunk is sent by, and whether it is the one that finds out about its connection. */
export interface Sending {
  readonly connector: Connector;
  /** Name of the connection. */
  readonly connection: string;
  readonly pass: Pass;
  readonly run: Run;
  readonly haste: Haste;
  /** How many requests of the same haste are likely to follow at once. */
  readonly next: () => number;
}

/** May this outcome change by sending again within this invocation? A login that was refused may be locked by trying. */
function isOpen(outcome: Outcome, action: Action, { connector }: Sending): boolean {
  if (outcome.kind === 'retry') return outcome.fault.code !== 'remote.unauthorized';
  return outcome.kind === 'unknown' && connector.isIdempotent(action);
}

/** Counts a call, and how long it took, for the ledger and the metrics. */
async function timed(
  { connector, connection, run }: Sending,
  actions: readonly Action[],
  attempt: number,
): Promise<readonly Outcome[]> {
  const tally = tallyOf(run.counts.tallies, connection);
  run.counts.calls++;
  run.counts.rows += actions.length;
  tally.calls += 1;
  tally.rows += actions.length;
  if (attempt > 1) tally.retries += 1;
  const since = run.deps.clock.now();
  const outcomes = await connector.send(actions, run.signal);
  tally.ms.push(Math.max(0, run.deps.clock.now() - since));
  noteRequest(tally, outcomes);
  tally.accepted += outcomes.filter(({ kind }) => kind === 'accepted').length;
  return outcomes;
}

async function call(
  sending: Sending,
  actions: readonly Action[],
  attempt: number,
): Promise<readonly Outcome[]> {
  const { connector } = sending;
  const outcomes = await timed(sending, actions, attempt);
  if (outcomes.length === actions.length) return outcomes;
  const text = `${connector.name} gave ${plural(outcomes.length, 'outcome')} for ${plural(actions.length, 'row')}; none of them is believed`;
  return actions.map(() => ({ kind: 'unknown', fault: new Fault('remote.unanswered', text) }));
}

/** How long the target wants us to wait with a row, or with the whole connection, milliseconds; 0 when it does not say. */
const askedFor = (outcomes: readonly Outcome[], scope: 'row' | 'connection'): number =>
  Math.max(
    0,
    ...outcomes.map((outcome) =>
      outcome.kind === 'retry' && outcome.scope === scope ? (outcome.afterMs ?? 0) : 0,
    ),
  );

const fits = (ms: number, run: Run): boolean =>
  ms <= run.tuning.capMs * 2 && run.deps.clock.now() + ms < lastCall(run);

/** Places of the rows that were refused together; a connector may have had its own word about others and left them out. */
const refusedTogether = (outcomes: readonly Outcome[]): readonly number[] => {
  const places = [...outcomes.keys()].filter((i) => {
    const outcome = outcomes[i];
    return outcome?.kind === 'rejected' && outcome.whole === true;
  });
  return places.length > 1 ? places : [];
};

/** One row may spoil a whole request: halves are sent alone until the bad row stands by itself. */
async function bisect(sending: Sending, actions: readonly Action[]): Promise<Outcome[]> {
  const middle = Math.ceil(actions.length / 2);
  const first = await sendChunk(sending, actions.slice(0, middle));
  const second = await sendChunk(sending, actions.slice(middle));
  return [...first, ...second];
}

/** The answers with those of the rows that were refused together found out in halves. */
async function sortOut(
  sending: Sending,
  batch: readonly Action[],
  answers: readonly Outcome[],
  places: readonly number[],
): Promise<readonly Outcome[]> {
  const again = await bisect(
    sending,
    batch.filter((_, i) => places.includes(i)),
  );
  const found = new Map(places.map((place, i) => [place, again[i]]));
  return answers.map((answer, i) => found.get(i) ?? answer);
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
  if (answer.kind !== 'retry') return answer;
  return { ...answer, doubtful: true, ...(answer.unsent && { unsent: false }) };
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

const tooLate = (): Outcome =>
  unsent(new Fault('run.deadline', 'the invocation ran out of time before this was sent'));

/** Waits as long as the target wants to be left alone; gives false when that does not fit. */
async function rested({ connection, run }: Sending): Promise<boolean> {
  const rest = run.breaker(connection).resting();
  return rest === 0 || (fits(rest, run) && (await pause(rest, run)));
}

/** Waits for leave to make one call where calls are limited; gives what it means for the rows when none comes in time. */
async function refusal({ connection, run, haste, next }: Sending): Promise<Outcome | undefined> {
  const meter = run.meters.get(connection);
  if (!meter) return undefined;
  try {
    for (;;) {
      const leave = await meter.take(haste, next(), run.signal, lastCall(run));
      if (leave.ok) return isLate(run) ? tooLate() : undefined;
      const { fault, waitMs, whole } = leave;
      if (fits(waitMs, run) && (await pause(waitMs, run))) continue;
      // Whoever only has too little haste must not keep the stream from those who have more.
      return unsent(fault, waitMs, whole ? 'connection' : 'row');
    }
  } catch (error) {
    if (run.signal.aborted) return tooLate();
    if (error instanceof Fault) return unsent(error);
    throw error;
  }
}

/**
 * Sends one chunk until each row has a final outcome, attempts run out, or time does; a probe has a single attempt. Only
 * rows that may still change are sent again; a chunk that was refused as a whole is bisected, and its halves have attempts
 * of their own. Outcomes in the actions' order.
 */
export async function sendChunk(sending: Sending, actions: readonly Action[]): Promise<readonly Outcome[]> {
  const { connection, pass, run } = sending;
  const attempts = pass.kind === 'probe' ? 1 : run.tuning.attempts;
  // One for all: making a Fault for each row costs more than planning it.
  const late = tooLate();
  const outcomes: Outcome[] = actions.map(() => late);
  let open: Pending[] = actions.map((action, index) => ({ action, index, doubtful: false }));
  for (let attempt = 1; (await rested(sending)) && !isLate(run); attempt++) {
    const refused = await refusal(sending);
    if (refused) {
      for (const pending of open) note(pending, refused, outcomes);
      break;
    }
    const batch = open.map(({ action }) => action);
    const answers = await call(sending, batch, attempt);
    const whole = refusedTogether(answers);
    const final = whole.length > 0 ? await sortOut(sending, batch, answers, whole) : answers;
    for (const [i, pending] of open.entries()) note(pending, final[i] ?? late, outcomes);
    open = open.filter(({ action, index }) => isOpen(outcomes[index] ?? late, action, sending));
    const breaker = run.breaker(connection);
    breaker.rest(askedFor(answers, 'connection'));
    if (whole.length > 0 || open.length === 0 || attempt >= attempts) break;
    const own = backoff(attempt, run.tuning, run.deps.random);
    const wait = Math.max(breaker.resting(), askedFor(answers, 'row'), own);
    if (!fits(wait, run) || !(await pause(wait, run))) break;
  }
  return outcomes;
}
