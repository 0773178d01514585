import { Fault } from '../../core/fault.js';
import type { Operation, Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import { fromWaitingStatus, retry, unknown } from '../wire/outcome.js';
import { retryAfterMs } from '../wire/retry-after.js';
import type { Reply } from '../wire/transport.js';
import { excerpt } from '../wire/vendor-text.js';
import { type HttpSuccess, verdict } from './success.js';

/** What is needed to read an answer. */
export interface HttpAnswering {
  readonly connection: string;
  readonly now: number;
  readonly operation: Operation;
  readonly success: HttpSuccess | undefined;
  readonly idempotent: boolean;
  readonly secrets: readonly string[];
}

const ADVICE = 'Check its "auth" and "headers" and the secrets they name, and what the account may do there.';

function fromSuccess(context: HttpAnswering, reply: Reply): Outcome {
  const { connection, success, secrets } = context;
  const said = success === undefined ? 'yes' : verdict(success, reply.json);
  if (said === 'yes') return { kind: 'accepted', ...(reply.status === 201 ? { created: true } : {}) };
  if (said === 'no') return { kind: 'rejected', code: `HTTP_${reply.status}`, text: excerpt(reply, secrets) };
  const text = `"${connection}" answered ${reply.status} without the JSON that its "success" rule needs.`;
  return unknown('remote.unanswered', text);
}

/**
 * A gateway that gives up says nothing of the server behind it: what cannot be repeated safely may have been done. And
 * a 500 is often the doing of one row, so it must not count against the whole connection.
 */
function fromServerError(context: HttpAnswering, { status }: Reply): Outcome | undefined {
  if (!context.idempotent && (status === 502 || status === 504))
    return unknown('remote.unanswered', `A gateway before "${context.connection}" answered ${status}.`);
  if (status < 500 || (status >= 502 && status <= 504)) return undefined;
  const text = `"${context.connection}" answered ${status}: an error of its own, or one that this row sets off.`;
  return retry('row', new Fault('remote.unavailable', text));
}

/**
 * 401 is about who asks, so about every row. 403 is about what is asked for, and not always because of the credentials
 * (RFC 9110, section 15.5.4); vendors use it for one record or URL (HubSpot, "Error handling") as for a missing scope. So a
 * row that is forbidden fails alone; when all of them are, the pipeline takes the connection for down. With `Retry-After`
 * it is a limit in disguise (GitHub, "Rate limits for the REST API").
 */
function fromForbidden({ connection, now }: HttpAnswering, { headers }: Reply): Outcome {
  const afterMs = retryAfterMs(headers.get('retry-after'), now);
  if (afterMs !== undefined) {
    const text = `"${connection}" answered 403 and when to come back: a limit.`;
    return retry('connection', new Fault('remote.throttled', text), afterMs);
  }
  const text = `"${connection}" does not allow this for this row, or for any (403). ${ADVICE}`;
  return retry('row', new Fault('remote.unauthorized', text));
}

/** Not found, gone: for these operations that is an answer like others. */
const ABSENT = new Set([404, 410]);
const NEEDS_ROW: ReadonlySet<Operation> = new Set(['update', 'remove', 'delete']);

/** What an answer means for the one row of the request, by the status and, where there is a rule, by the body. */
export function fromHttpReply(context: HttpAnswering, reply: Reply): Outcome {
  const { connection, now, secrets } = context;
  const { status } = reply;
  if (status >= 200 && status < 300) return fromSuccess(context, reply);
  if (status === 401) return unauthorized(connection, '401', ADVICE);
  if (status === 403) return fromForbidden(context, reply);
  if (ABSENT.has(status) && NEEDS_ROW.has(context.operation)) return { kind: 'absent' };
  return (
    fromServerError(context, reply) ??
    fromWaitingStatus(connection, reply, now) ?? {
      kind: 'rejected',
      code: `HTTP_${status}`,
      text: excerpt(reply, secrets),
    }
  );
}
