import type { Fault, FaultCode } from '../core/fault.js';
import type { Outcome } from '../core/remote.js';
import type { Sign } from './breaker.js';

/** What the outcomes of this run say about one connection. */
export interface Health {
  /** It turned out to be down as a whole. */
  down: boolean;
  /** Rows that were answered, one way or the other. */
  answered: number;
  /** Rows that failed alone, locked ones apart. */
  failing: number;
  /** Outcomes without an answer of rows that were sent by themselves. */
  readonly silent: Set<Outcome>;
}

/** Nothing is known yet. */
export const unknownHealth = (): Health => ({ down: false, answered: 0, failing: 0, silent: new Set() });

/** A request without any answer is as suspicious as so many rows that fail alone: two in a row open the breaker. */
const SILENCE = 5;
/** At the end of a batch so many rows that failed alone are a connection that is down, if not a single one was answered. */
const ROWS_IN_VAIN = 2;

type Retry = Extract<Outcome, { kind: 'retry' }>;

const isRetry = (outcome: Outcome): outcome is Retry => outcome.kind === 'retry';

/** What kept us from asking says nothing about the target. */
const OURS: ReadonlySet<FaultCode> = new Set([
  'run.deadline',
  'quota.spent',
  'store.unavailable',
  'store.contended',
  'store.format',
]);
const isOurs = ({ code }: Fault): boolean => OURS.has(code);

/** A lock is an answer: only somebody who is well can say that one row is busy. */
const isBusy = ({ fault }: Retry): boolean => fault.code === 'remote.row-busy';

const isAnswer = (outcome: Outcome): boolean =>
  isRetry(outcome) ? outcome.scope === 'row' && isBusy(outcome) : outcome.kind !== 'unknown';

const isOfConnection = (outcome: Outcome): outcome is Retry =>
  isRetry(outcome) && outcome.scope === 'connection' && !isOurs(outcome.fault);

const isRowAlone = (outcome: Outcome): outcome is Retry =>
  isRetry(outcome) && outcome.scope === 'row' && !isBusy(outcome) && !isOurs(outcome.fault);

const calledOf = ({ requestId }: Outcome) => (requestId === undefined ? {} : { requestId });

function downSign(failures: readonly Retry[], first: Retry): Sign {
  const waits = failures.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]));
  const wait = waits.length > 0 && { afterMs: Math.max(...waits) };
  return { kind: 'down', fault: first.fault, ...wait, ...calledOf(first) };
}

/** What the outcomes of one chunk say about its connection. */
export function signOf(outcomes: readonly Outcome[]): Sign {
  const failures = outcomes.filter(isOfConnection);
  const [down] = failures;
  if (down) return downSign(failures, down);
  if (outcomes.some(isAnswer)) return { kind: 'answered' };
  const alone = outcomes.filter(isRowAlone);
  const [row] = alone;
  if (row) return { kind: 'failing', fault: row.fault, weight: alone.length, ...calledOf(row) };
  const silent = outcomes.find((outcome) => outcome.kind === 'unknown' && !isOurs(outcome.fault));
  return silent?.kind === 'unknown'
    ? { kind: 'failing', fault: silent.fault, weight: SILENCE, ...calledOf(silent) }
    : { kind: 'untried' };
}

/** Takes in the outcomes of one chunk. */
export function observe(health: Health, outcomes: readonly Outcome[]): void {
  for (const outcome of outcomes) {
    if (outcome.kind === 'accepted' || outcome.kind === 'rejected' || outcome.kind === 'absent')
      health.answered += 1;
    else if (isRowAlone(outcome)) health.failing += 1;
    else if (outcome.kind === 'unknown' && outcomes.length === 1) health.silent.add(outcome);
  }
}

/**
 * Whose fault a failure was, now that the whole batch is known. Rows of a connection that turned out to be down did not
 * fail alone, locked ones apart. A row that got no answer, sent by itself, while others of its connection were answered
 * did fail alone: it must not hold up the stream.
 */
export function blame(outcome: Outcome, { down, answered, failing, silent }: Health): Outcome {
  if (isRowAlone(outcome)) {
    const inVain = answered === 0 && failing >= ROWS_IN_VAIN;
    return down || inVain ? { ...outcome, scope: 'connection' } : outcome;
  }
  const alone = outcome.kind === 'unknown' && silent.has(outcome) && !down && answered > 0;
  return alone ? { kind: 'retry', scope: 'row', fault: outcome.fault, doubtful: true } : outcome;
}
