import { Fault } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { unauthorized } from '../auth/tokens.js';
import { fromWaitingStatus, retry, unknown } from '../wire/outcome.js';
import { named } from '../wire/request-id.js';
import { retryAfterMs } from '../wire/retry-after.js';
import type { Reply } from '../wire/transport.js';
import { excerpt } from '../wire/vendor-text.js';
import { type Answering, Problem, rejected } from './problem.js';

const MINUTE = 60_000;
/** "Include a delay of at least 2 seconds between requests" when records are locked ("Error handling", 423). */
const LOCKED_MS = 2000;
/** The window of the rolling limit, where the answer does not tell it ("API usage guidelines"). */
const WINDOW_MS = 10_000;
/** The wait is spread over half as much again, so that many functions do not return at one instant. */
const spread = (ms: number, random: () => number): number => Math.round(ms * (1 + random() / 2));

/** Statuses of a whole request that one of its rows may have caused: unreadable, in conflict, too large. */
const ONE_ROW_MAY_BE_AT_FAULT = new Set([400, 409, 413]);

const header = (reply: Reply, name: string): string | null =>
  reply.headers.get(`x-hubspot-ratelimit-${name}`);

function windowMs(reply: Reply): number | undefined {
  const text = header(reply, 'interval-milliseconds') ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Only 477 is documented to carry `Retry-After`; where a 429 has one all the same, it is believed. */
function limited(context: Answering, reply: Reply, problem: Problem | undefined): Outcome | undefined {
  const { connection, now, random } = context;
  const asked = retryAfterMs(reply.headers.get('retry-after'), now);
  const policy = problem?.policyName ?? '';
  if (policy === 'DAILY' || (policy === '' && header(reply, 'daily-remaining') === '0')) {
    const text = `"${connection}" has used up the day's API requests of its account. They come back at midnight of the account's time zone; see which apps use them, or raise the limit.`;
    const wait = asked ?? Math.round((15 + 5 * random()) * MINUTE);
    return retry('connection', new Fault('remote.quota', text), wait);
  }
  const window = windowMs(reply);
  if (asked === undefined && window === undefined && problem === undefined) return undefined;
  const which = policy === '' ? '' : ` (${policy.replace(/[^A-Z_]/g, '').slice(0, 40)})`;
  const text = `"${connection}" takes no more requests just now${which}.`;
  const wait = asked ?? spread(window ?? WINDOW_MS, random);
  return retry('connection', new Fault('remote.throttled', text), wait);
}

function locked({ connection, now, random }: Answering, reply: Reply): Outcome {
  const asked = retryAfterMs(reply.headers.get('retry-after'), now) ?? 0;
  const text = `"${connection}" has locked records of this request (423).`;
  return retry('row', new Fault('remote.row-busy', text), Math.max(asked, spread(LOCKED_MS, random)));
}

/** The account is being moved between data centres, which takes up to a day ("Error handling", 477). */
function moving({ connection, now }: Answering, reply: Reply): Outcome {
  const text = `"${connection}" is being moved to another data centre by HubSpot (477).`;
  const fault = new Fault('remote.unavailable', text);
  return retry('connection', fault, retryAfterMs(reply.headers.get('retry-after'), now));
}

/**
 * A missing scope is missing for every row. Any other 403 is about what is asked for, so the row fails alone; when all
 * of them do, the pipeline takes the connection for down.
 */
function forbidden({ connection, advice }: Answering, problem: Problem | undefined): Outcome {
  if (problem?.category === 'MISSING_SCOPES')
    return unauthorized(
      connection,
      '403 MISSING_SCOPES',
      'Give the service key or app the scopes that docs/connectors/hubspot.md lists.',
    );
  const text = `"${connection}" does not allow this for this row, or for any (403). ${advice}`;
  return retry('row', new Fault('remote.unauthorized', text));
}

function passing(context: Answering, reply: Reply, problem: Problem | undefined): Outcome | undefined {
  const { connection, now, advice } = context;
  switch (reply.status) {
    case 401:
      return unauthorized(connection, '401 twice', advice);
    case 403:
      return forbidden(context, problem);
    case 423:
      return locked(context, reply);
    case 429:
      return limited(context, reply, problem) ?? fromWaitingStatus(connection, reply, now);
    case 477:
      return moving(context, reply);
    default:
      return fromWaitingStatus(connection, reply, now);
  }
}

function meant(context: Answering, reply: Reply): Outcome {
  const { connection, secrets } = context;
  const { status } = reply;
  const problem = Problem.safeParse(reply.json).data;
  const waiting = passing(context, reply, problem);
  if (waiting !== undefined) return waiting;
  if (status < 300)
    return unknown(
      'remote.unanswered',
      `"${connection}" answered ${status} in a form that says nothing of the rows.`,
    );
  const code = `HTTP_${status}`;
  const said = problem && rejected(context, problem, code);
  const outcome =
    said === undefined || said.text === ''
      ? ({ kind: 'rejected', code: said?.code ?? code, text: excerpt(reply, secrets) } as const)
      : said;
  return ONE_ROW_MAY_BE_AT_FAULT.has(status) ? { ...outcome, whole: true } : outcome;
}

/** What an answer other than the documented success means for every row of the request. */
export const fromRefusal = (context: Answering, reply: Reply): Outcome =>
  named(meant(context, reply), context.requestId);
