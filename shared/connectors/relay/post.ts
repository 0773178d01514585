import type { Outcome } from '../../core/remote.js';
import { authorised, type Tokens, unauthorized } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure, fromWaitingStatus, unknown } from '../wire/outcome.js';
import { named, requestIdIn } from '../wire/request-id.js';
import { attempt, type Reply } from '../wire/transport.js';
import { excerpt } from '../wire/vendor-text.js';

/** A target that takes messages by plain HTTP, a request at a time and each as a whole. */
export interface Target {
  readonly connection: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly tokens: Tokens;
  /** The header that takes what the tokens give. */
  readonly credential: string;
  readonly contentType: string;
  /** The one status by which the target says that it has all messages. */
  readonly success: number;
  /** Said when the credentials are refused. */
  readonly advice: string;
  /** What else the target means by a status; `said` is its text, fit to be shown. */
  meaning(status: number, said: string): Outcome | undefined;
}

/** One message may be at fault for all that are refused with it: it is malformed, or too large. */
const ONE_MAY_BE_AT_FAULT: ReadonlySet<number> = new Set([400, 413, 422]);

/** An error's code and words: Azure answers `{"error":{"code":…,"message":…}}`, or XML, or a text. */
function outcomeOf(target: Target, reply: Reply, secrets: readonly string[], now: number): Outcome {
  const { connection, success, advice } = target;
  const { status } = reply;
  if (status === success) return { kind: 'accepted' };
  if (status === 401) return unauthorized(connection, '401 twice', advice);
  const said = excerpt(reply, secrets);
  const known = target.meaning(status, said) ?? fromWaitingStatus(connection, reply, now);
  if (known !== undefined) return known;
  if (status < 300)
    return unknown(
      'remote.unanswered',
      `"${connection}" answered ${status}, which says nothing of the messages.`,
    );
  const refused = { kind: 'rejected', code: `HTTP_${status}`, text: said } as const;
  return ONE_MAY_BE_AT_FAULT.has(status) ? { ...refused, whole: true } : refused;
}

/** Sends one request and says what it means for every message in it. */
export async function post(
  target: Target,
  body: string,
  { fetch, clock }: ConnectorDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const { connection, url, timeoutMs, tokens, credential, contentType } = target;
  const used: string[] = [];
  const reply = await authorised(tokens, signal, ({ accessToken }) => {
    used.push(accessToken);
    const headers = { 'content-type': contentType, [credential]: accessToken };
    const wire = { fetch: fetch ?? globalThis.fetch, timeoutMs, signal };
    return attempt({ method: 'POST', url, headers, body }, wire);
  });
  if (reply.kind === 'denied') return reply.outcome;
  if (reply.kind === 'failure') return fromFailure(connection, reply);
  const outcome = outcomeOf(target, reply, used, clock.now());
  return named(outcome, requestIdIn(reply.headers, ['x-ms-request-id'], used));
}
