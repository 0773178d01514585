import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import { fromWaitingStatus, retry, unknown } from '../wire/outcome.js';
import { retryAfterMs } from '../wire/retry-after.js';
import type { Reply } from '../wire/transport.js';
import { excerpt } from '../wire/vendor-text.js';
import {
  ADVICE,
  codeOf,
  fromMeaning,
  type HttpRequestErrors,
  meaningOf,
  needsRow,
  refusal,
  type Telling,
} from './errors.js';
import { type HttpSuccess, verdictOf } from './success.js';

/** What is needed to read an answer. */
export interface HttpAnswering extends Telling {
  readonly now: number;
  readonly success: HttpSuccess | undefined;
  readonly errors: HttpRequestErrors | undefined;
  readonly idempotent: boolean;
  /** The request is about one row, which its address names: only then can "not found" be about that row. */
  readonly single: boolean;
}

const refusedBy = (context: HttpAnswering, reply: Reply): Outcome =>
  refusal(context, context.errors, reply.json, {
    code: codeOf(context.errors, reply.json, reply.text) ?? `HTTP_${reply.status}`,
    text: excerpt(reply, context.secrets),
  });

function fromSuccess(context: HttpAnswering, reply: Reply, said: 'yes' | 'no' | 'unclear'): Outcome {
  if (said === 'yes') return { kind: 'accepted', ...(reply.status === 201 ? { created: true } : {}) };
  if (said === 'no') return refusedBy(context, reply);
  const text = `"${context.connection}" answered ${reply.status} with a page for browsers, or without what its "success" rule needs; it says nothing of the row.`;
  return unknown('remote.unanswered', text);
}

/**
 * A gateway that gives up says nothing of the server behind it: what cannot be repeated safely may have been done. And
 * a 500 is often the doing of one row, so it must not count against the whole connection.
 */
function fromServerError(context: HttpAnswering, { status }: Reply): Outcome | undefined {
  // 503 says that nothing was done (RFC 9110, section 15.6.4); any other may come from something that gave up waiting.
  if (!context.idempotent && status >= 500 && status !== 503)
    return unknown(
      'remote.unanswered',
      `"${context.connection}", or a gateway before it, answered ${status}.`,
    );
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
function fromForbidden({ connection, afterMs }: HttpAnswering): Outcome {
  if (afterMs !== undefined) {
    const text = `"${connection}" answered 403 and when to come back: a limit.`;
    return retry('connection', new Fault('remote.throttled', text), afterMs);
  }
  const text = `"${connection}" does not allow this for this row, or for any (403). ${ADVICE}`;
  return retry('row', new Fault('remote.unauthorized', text));
}

/** Not found, gone: for some operations that is an answer like others. */
const ABSENT = new Set([404, 410]);

/** What the config says of the answer's code, else of its status. */
function meant(context: HttpAnswering, reply: Reply): Outcome | undefined {
  const { errors } = context;
  const code = codeOf(errors, reply.json, reply.text);
  const byCode = meaningOf(errors, code);
  const meaning = byCode ?? errors?.statuses[reply.status];
  if (meaning === undefined) return undefined;
  const said = byCode === undefined ? String(reply.status) : `${reply.status} ${code}`;
  return fromMeaning(context, meaning, said, refusedBy(context, reply));
}

function byStatus(context: HttpAnswering, reply: Reply): Outcome {
  const { connection, now, operation, single, afterMs } = context;
  const { status } = reply;
  if (status === 401) return unauthorized(connection, '401', ADVICE);
  if (status === 403) return fromForbidden(context);
  if (ABSENT.has(status) && single && needsRow(operation)) return { kind: 'absent' };
  const waiting = fromServerError(context, reply) ?? fromWaitingStatus(connection, reply, now);
  if (waiting?.kind !== 'retry' || waiting.scope === 'row' || afterMs === undefined)
    return waiting ?? refusedBy(context, reply);
  return { ...waiting, afterMs };
}

/**
 * Without a rule the status decides; but a page for browsers is a login wall or a gateway, whatever its status, and says
 * nothing of the row. (Slack declares its `ok` as HTML, too: a page begins with a tag.)
 */
const isPage = ({ headers, text }: Reply): boolean =>
  /^text\/html\b/i.test(headers.get('content-type') ?? '') && /^\s*</.test(text);

/** What a 2xx says of the row; undefined where the status decides, unless "errors" knows better. */
function saidBy({ success }: HttpAnswering, reply: Reply): 'yes' | 'no' | 'unclear' | undefined {
  if (success !== undefined) return verdictOf(success, reply);
  return isPage(reply) ? 'unclear' : undefined;
}

/**
 * What an answer means for the request: the status, the `success` rule and what `errors` says of codes and statuses. A code
 * that the config names counts whatever the status, unless the success rule has said yes.
 */
export function fromHttpReply(context: HttpAnswering, reply: Reply): Outcome {
  const header = reply.headers.get(context.errors?.retryAfter ?? 'retry-after');
  const informed = { ...context, afterMs: retryAfterMs(header, context.now) };
  const fine = reply.status >= 200 && reply.status < 300;
  const said = fine ? saidBy(context, reply) : undefined;
  if (said === 'yes') return fromSuccess(informed, reply, said);
  return (
    meant(informed, reply) ?? (fine ? fromSuccess(informed, reply, said ?? 'yes') : byStatus(informed, reply))
  );
}

/** True when an answer says, by status or code, that the credentials are not accepted. */
export function saysUnauthorized(errors: HttpRequestErrors | undefined, reply: Reply): boolean {
  const meaning = meaningOf(errors, codeOf(errors, reply.json, reply.text)) ?? errors?.statuses[reply.status];
  if (meaning === undefined) return reply.status === 401;
  return (typeof meaning === 'string' ? meaning : meaning.is) === 'unauthorized';
}
