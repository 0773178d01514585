import type { Action, Outcome } from '../../core/remote.js';
import { unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { ask, type Org } from './org.js';
import { type Answering, codeOf, fromProblem } from './problem.js';
import { accepted, isWritten } from './rows.js';

/** Statuses of gateways, and of failures of which nobody says how far they let a request come. */
const UNCERTAIN = new Set([500, 502, 504]);

function outcomeOf(context: Answering, reply: Reply): Outcome {
  if (isWritten(reply)) return accepted(reply, true);
  // An error that Dataverse itself names has undone its transaction.
  if (UNCERTAIN.has(reply.status) && codeOf(reply) === '')
    return unknown(
      'remote.unanswered',
      `"${context.connection}" answered ${reply.status}, which does not say whether the row was made.`,
    );
  return fromProblem(context, reply, 'row');
}

async function create(org: Org, { object, fields }: Action, signal: AbortSignal): Promise<Outcome> {
  const request = {
    method: 'POST',
    path: `${org.root}/${encodeURIComponent(object)}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fields),
  };
  const asked = await ask(org, request, signal);
  if (asked.kind === 'unanswered') return asked.outcome;
  return named(outcomeOf(asked.context, asked.reply), asked.context.requestId);
}

/** Why the rows after this one are not worth a request now. */
function stopping(outcome: Outcome): Outcome | undefined {
  if (outcome.kind === 'unknown')
    return { kind: 'retry', scope: 'connection', fault: outcome.fault, unsent: true };
  return outcome.kind === 'retry' && outcome.scope === 'connection'
    ? { ...outcome, unsent: true }
    : undefined;
}

/**
 * Makes rows that nothing keeps from being made twice: one request for each, so that none of them is in doubt because of
 * another. After trouble with the connection the rest is not sent.
 */
export async function createRows(
  org: Org,
  actions: readonly Action[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let stop: Outcome | undefined;
  for (const action of actions) {
    const outcome = stop ?? (await create(org, action, signal));
    stop ??= stopping(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}
