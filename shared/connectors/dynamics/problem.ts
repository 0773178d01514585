import * as z from 'zod';
import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import { fromWaitingStatus, retry, unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { retryAfterMs } from '../wire/retry-after.js';
import type { Reply } from '../wire/transport.js';
import { excerpt, presentable } from '../wire/vendor-text.js';

/** What is needed to put an answer into words. */
export interface Answering {
  readonly connection: string;
  readonly now: number;
  /** Removed from vendor texts, should the server echo them. */
  readonly secrets: readonly string[];
  /** Said when credentials are refused. */
  readonly advice: string;
  /** What Dataverse calls the request. */
  readonly requestId?: string | undefined;
}

const ErrorBody = z
  .object({ error: z.object({ code: z.string().catch(''), message: z.string().catch('') }) })
  .transform(({ error }) => ({ code: error.code.slice(0, 100), message: error.message }));

const problemOf = ({ json }: Reply): z.infer<typeof ErrorBody> =>
  ErrorBody.safeParse(json).data ?? { code: '', message: '' };

/** The error code of Dataverse in an answer, in small letters; empty when there is none. */
export const codeOf = (reply: Reply): string => problemOf(reply).code.toLowerCase();

/** Service protection limits, for one user within five minutes (learn.microsoft.com, "Service protection API limits"). */
const LIMITS = new Map([
  ['0x80072322', 'too many requests within five minutes'],
  ['0x80072321', 'too much execution time within five minutes'],
  ['0x80072326', 'too many requests at once'],
]);
/** Not a member of the organization; a user that is disabled. */
const OUTSIDER = new Set(['0x80072560', '0x80040225']);
/** Generic SQL error (deadlocks among them), SQL time-out, another write came between. */
const BUSY = new Set(['0x80044150', '0x80044151', '0x80060882']);
/** An unexpected error: passing with 5xx, the fault of the request with 400. */
const UNEXPECTED = '0x80040216';
/** No row with this alternate key; no row with this id. */
const NO_ROW = new Set(['0x80060891', '0x80040217']);
const NO_ROW_TEXT = /specified key values does not exist|with id = \S+ does not exist/i;
/** Cannot insert a duplicate key; an alternate key is violated. */
const DUPLICATE = new Set(['0x80040237', '0x80060892']);

/** Whether an answer says that the row is not there. A table that is not there is 404, too. */
export function saysAbsent(reply: Reply): boolean {
  const { code, message } = problemOf(reply);
  return reply.status === 404 && (NO_ROW.has(code.toLowerCase()) || NO_ROW_TEXT.test(message));
}

/** Whether an answer says that such a row is there already. */
export const saysDuplicate = (reply: Reply): boolean => reply.status === 412 && DUPLICATE.has(codeOf(reply));

function throttled({ connection, now }: Answering, reply: Reply): Outcome {
  const limit = LIMITS.get(codeOf(reply)) ?? 'a limit of the service';
  const text = `"${connection}" asks to wait: ${limit} (${reply.status}). Lower the batch size or the number of parallel calls if it stays.`;
  const afterMs = retryAfterMs(reply.headers.get('retry-after'), now);
  return retry('connection', new Fault('remote.throttled', text), afterMs);
}

/** A missing privilege. It may be one of this row only, so the row fails alone; when all do, the connection is down. */
function forbidden({ connection, secrets, advice }: Answering, reply: Reply): Outcome {
  const said = presentable(problemOf(reply).message, secrets);
  const text = `"${connection}" does not allow this (403). ${said === '' ? advice : said}`;
  return retry('row', new Fault('remote.unauthorized', text));
}

function isBusy(reply: Reply): boolean {
  const code = codeOf(reply);
  return BUSY.has(code) || (code === UNEXPECTED && reply.status >= 500);
}

/** What an answer about credentials, limits or a passing condition means; nothing for any other. */
function passing(context: Answering, reply: Reply, place: 'row' | 'request'): Outcome | undefined {
  const { connection, now, advice } = context;
  const { status } = reply;
  const code = codeOf(reply);
  if (status === 429 || LIMITS.has(code)) return throttled(context, reply);
  if (status === 401) return unauthorized(connection, '401 twice, with a new token', advice);
  if (OUTSIDER.has(code)) return unauthorized(connection, `${status} ${code}`, advice);
  if (status === 403) return forbidden(context, reply);
  if (isBusy(reply)) {
    const text = `"${connection}" could not write a row just now (${code}).`;
    return retry('row', new Fault('remote.row-busy', text));
  }
  // Not implemented: waiting cures nothing.
  if (status === 501) return undefined;
  const waiting = fromWaitingStatus(connection, reply, now);
  // An error within a batch whose other parts were worked off is the row's, or set off by it.
  const ofRow = place === 'row' && status >= 500 && status !== 503;
  return waiting?.kind === 'retry' && ofRow ? { ...waiting, scope: 'row' } : waiting;
}

function meant(context: Answering, reply: Reply, place: 'row' | 'request'): Outcome {
  const { connection, secrets } = context;
  const { status } = reply;
  const waiting = passing(context, reply, place);
  if (waiting !== undefined) return waiting;
  if (status < 300)
    return unknown(
      'remote.unanswered',
      `"${connection}" answered ${status}, which does not say what became of the row.`,
    );
  const { code, message } = problemOf(reply);
  return {
    kind: 'rejected',
    code: presentable(code === '' ? `HTTP_${status}` : code, secrets),
    text: message === '' ? excerpt(reply, secrets) : presentable(message, secrets),
  };
}

/** What an answer that is no success means for a row, or for each row of a request that was answered as a whole. */
export const fromProblem = (context: Answering, reply: Reply, place: 'row' | 'request'): Outcome =>
  named(meant(context, reply, place), context.requestId);

/** Statuses of a refused request that one of its rows may have caused, if Dataverse itself refused it. */
const ONE_ROW_MAY_BE_AT_FAULT = new Set([400, 404, 412]);

/** Marks the refusal of a whole request that may be the doing of one row. */
export function wholly(outcome: Outcome, reply: Reply): Outcome {
  if (outcome.kind !== 'rejected') return outcome;
  const byDataverse = ONE_ROW_MAY_BE_AT_FAULT.has(reply.status) && codeOf(reply) !== '';
  const tooLarge = reply.status === 413;
  return byDataverse || tooLarge || reply.status === 400 ? { ...outcome, whole: true } : outcome;
}
