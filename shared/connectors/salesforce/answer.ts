import * as z from 'zod';
import { plural } from '../../core/plural.js';
import type { Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import { fromWaitingStatus, unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import type { Reply } from '../wire/transport.js';
import { excerpt } from '../wire/vendor-text.js';
import { type Answering, fromProblems, Problem } from './problem.js';

const Row = z.union([
  z.object({
    success: z.literal(true),
    id: z.string().optional(),
    created: z.boolean().optional(),
    // An event that was taken in says so among its errors (Platform Events Developer Guide, "OPERATION_ENQUEUED").
    errors: z.array(z.looseObject({ statusCode: z.literal('OPERATION_ENQUEUED') })).optional(),
  }),
  z.object({ success: z.literal(false), errors: z.array(Problem).min(1) }),
]);
const Rows = z.array(z.unknown());
const Problems = z.array(Problem);

/** Statuses of a whole request that one of its rows may have caused: ambiguous external id, unreadable, too large. */
const ONE_ROW_MAY_BE_AT_FAULT = new Set([300, 400, 413]);

function fromRow(context: Answering, answer: unknown, usage: string | null): Outcome {
  const row = Row.safeParse(answer).data;
  if (row?.success === true) {
    const { id, created } = row;
    return {
      kind: 'accepted',
      ...(id === undefined ? {} : { id }),
      ...(created === undefined ? {} : { created }),
    };
  }
  const problems = row?.errors ?? [];
  return (
    context.meaning?.(problems) ??
    fromProblems(context, problems, usage) ??
    unknown('remote.unanswered', `"${context.connection}" said neither success nor error for a row.`)
  );
}

/** Rows are answered by position, so an answer of another length answers nothing at all. */
function fromRows(context: Answering, reply: Reply, count: number): readonly Outcome[] {
  const rows = Rows.safeParse(reply.json).data;
  const usage = reply.headers.get('sforce-limit-info');
  if (rows?.length === count) return rows.map((row) => fromRow(context, row, usage));
  const what = rows === undefined ? 'something that is not a list of rows' : plural(rows.length, 'row');
  const message = `"${context.connection}" answered ${what} to a request of ${plural(count, 'row')}.`;
  return Array.from({ length: count }, () => unknown('remote.unanswered', message));
}

function meant(context: Answering, reply: Reply): Outcome {
  const { connection, now, secrets, advice } = context;
  const { status } = reply;
  if (status === 401) return unauthorized(connection, '401 twice, with a new token', advice);
  // A gateway that gave up waiting has no list of errors; what it stands before may have done it all the same.
  const isGateway = status >= 500 && status !== 503 && Problems.safeParse(reply.json).data === undefined;
  if (isGateway && context.repeatable === false)
    return unknown('remote.unanswered', `A gateway before "${connection}" answered ${status}.`);
  const waiting = fromWaitingStatus(connection, reply, now);
  if (waiting !== undefined) return waiting;
  if (status < 300)
    return unknown('remote.unanswered', `"${connection}" answered ${status}, which says nothing.`);
  const problems = Problems.safeParse(reply.json).data ?? [];
  const outcome = fromProblems(context, problems, reply.headers.get('sforce-limit-info')) ?? {
    kind: 'rejected',
    code: `HTTP_${status}`,
    text: excerpt(reply, secrets),
  };
  return outcome.kind === 'rejected' && ONE_ROW_MAY_BE_AT_FAULT.has(status)
    ? { ...outcome, whole: true }
    : outcome;
}

/** What a status other than the one of success means for every row of the request. */
export const fromStatus = (context: Answering, reply: Reply): Outcome =>
  named(meant(context, reply), context.requestId);

/** One outcome for each of the `count` rows of a request of the kind "sObject Collections" (REST API guide). */
export function fromReply(context: Answering, reply: Reply, count: number): readonly Outcome[] {
  if (reply.status === 200)
    return fromRows(context, reply, count).map((outcome) => named(outcome, context.requestId));
  const outcome = fromStatus(context, reply);
  return Array.from({ length: count }, () => outcome);
}
