import * as z from 'zod';
import { Fault, type Result } from '../../core/fault.js';
import type { Clock } from '../../core/ports.js';
import type { Outcome } from '../../core/remote.js';
import { refusedUrl } from '../wire/endpoint.js';
import { fromFailure, fromWaitingStatus, retry } from '../wire/outcome.js';
import { attempt, type Failure, type Reply } from '../wire/transport.js';
import { isWord, presentable } from '../wire/vendor-text.js';
import { Said } from './said.js';

/** An access token and the address it is meant for, when the token endpoint names one. */
export interface Token {
  readonly accessToken: string;
  readonly instanceUrl?: string;
}

/** No request was sent to the API because there is no token: the outcome of every row that needed it. */
export interface Denied {
  readonly kind: 'denied';
  readonly outcome: Outcome;
}

/** Gives the token in use, fetching one when there is none; `drop` forgets a token that the API refused. */
export interface Tokens {
  get(signal: AbortSignal): Promise<Token | Denied>;
  drop(token: Token): void;
}

/** A token request: a form (RFC 6749 section 4), made by grants.ts. */
export interface Ask {
  readonly form: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
  /** What it was made of and must never be repeated in a message. */
  readonly secrets: readonly string[];
}

/** Where and how to ask for tokens. */
export interface TokenSource {
  readonly connection: string;
  readonly tokenUrl: string;
  /** Made anew for each token request, so that a rotated secret is found without a restart and no assertion gets old. */
  readonly ask: () => Promise<Result<Ask>>;
  /** Said when the endpoint refuses: where the person in charge should look. */
  readonly advice: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const Grant = z.object({
  // Printable ASCII only: anything else cannot travel in a header, and fetch would quote it in its error.
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  instance_url: z
    .string()
    .refine((text) => refusedUrl(text) === undefined)
    .optional(),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
});
const Refusal = z.object({
  error: z.string().default(''),
  error_description: z.string().default(''),
});

const denied = (outcome: Outcome): Denied => ({ kind: 'denied', outcome });

/** The outcome of rows that could not be sent because the connection's credentials are not accepted. */
export const unauthorized = (
  connection: string,
  said: string,
  advice: string,
  options?: { cause: Said },
): Outcome =>
  retry(
    'connection',
    new Fault('remote.unauthorized', `"${connection}" refused our credentials (${said}). ${advice}`, options),
  );

function refused(source: TokenSource, reply: Reply, { secrets }: Ask): Outcome {
  const waiting = fromWaitingStatus(source.connection, reply, source.clock.now());
  if (waiting !== undefined) return waiting;
  const { error, error_description } = Refusal.safeParse(reply.json).data ?? {
    error: '',
    error_description: '',
  };
  const said = isWord(error) ? `${reply.status} ${error}` : `${reply.status}`;
  const words = [isWord(error) ? '' : error, error_description].filter((part) => part !== '').join(' ');
  const options = words === '' ? undefined : { cause: new Said(presentable(words, secrets)) };
  return unauthorized(source.connection, presentable(said, secrets), source.advice, options);
}

interface Held {
  readonly token: Token;
  readonly refreshAt: number;
}

/** A tenth of its life, at most a minute, before a token ends it is replaced; without `expires_in` it is kept until a 401. */
function held(grant: z.infer<typeof Grant>, now: number): Held {
  const { access_token: accessToken, instance_url: instanceUrl, expires_in: seconds } = grant;
  const life = (seconds ?? Number.POSITIVE_INFINITY) * 1000;
  const refreshAt = now + life - Math.min(60_000, life / 10);
  return { token: instanceUrl === undefined ? { accessToken } : { accessToken, instanceUrl }, refreshAt };
}

async function request(source: TokenSource): Promise<Held | Denied> {
  const ask = await source.ask();
  if (!ask.ok) return denied(retry('connection', ask.fault));
  const { form, headers: own } = ask.value;
  const headers = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    ...own,
  };
  const reply = await attempt(
    { method: 'POST', url: source.tokenUrl, headers, body: form.toString() },
    // Shared by all callers, so one caller's abort must not end it; the time-out does.
    { fetch: source.fetch, timeoutMs: source.timeoutMs, signal: new AbortController().signal },
  );
  if (reply.kind === 'failure') return denied(notAnswered(source.connection, reply));
  const grant = Grant.safeParse(reply.json);
  if (reply.status === 200 && grant.success) return held(grant.data, source.clock.now());
  if (reply.status !== 200) return denied(refused(source, reply, ask.value));
  const message = `"${source.connection}" answered the token request with something that is not a usable token.`;
  return denied(retry('connection', new Fault('remote.unanswered', message)));
}

/** Whatever became of the token request, no row was sent: nothing is unknown about the rows. */
function notAnswered(connection: string, failure: Failure): Outcome {
  const outcome = fromFailure(connection, failure);
  if (outcome.kind === 'unknown') return retry('connection', outcome.fault);
  if (outcome.kind !== 'rejected') return outcome;
  return unauthorized(connection, 'a redirect', 'Check the address of its token endpoint.');
}

const stopped = (connection: string): Denied =>
  denied(fromFailure(connection, { kind: 'failure', sent: 'no', why: 'aborted', code: 'ABORTED' }));

/** Waits for a shared promise, but no longer than this caller's signal allows. */
async function until<T>(shared: Promise<T>, signal: AbortSignal, otherwise: () => T): Promise<T> {
  const done = new AbortController();
  const abort = new Promise<T>((resolve) => {
    const stop = (): void => resolve(otherwise());
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true, signal: done.signal });
  });
  try {
    return await Promise.race([abort, shared]);
  } finally {
    done.abort();
  }
}

/** A token cache for one connection: at most one token request at a time, however many callers. */
export function tokenCache(source: TokenSource): Tokens {
  let current: Held | undefined;
  let pending: Promise<Held | Denied> | undefined;
  const fetchOnce = async (): Promise<Held | Denied> => {
    try {
      const answer = await request(source);
      if ('token' in answer) current = answer;
      return answer;
    } finally {
      pending = undefined;
    }
  };
  return {
    async get(signal) {
      if (current !== undefined && source.clock.now() < current.refreshAt) return current.token;
      pending ??= fetchOnce();
      const answer = await until<Held | Denied>(pending, signal, () => stopped(source.connection));
      return 'token' in answer ? answer.token : answer;
    },
    drop(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

const is401 = ({ status }: Reply): boolean => status === 401;

/**
 * Makes a call with the token in use. On 401 the token is dropped and the call repeated once with a new one; a second
 * 401 means that the credentials themselves are not accepted. `refuses` is for APIs that say it in another way.
 */
export async function authorised(
  tokens: Tokens,
  signal: AbortSignal,
  call: (token: Token) => Promise<Reply | Failure>,
  refuses: (reply: Reply) => boolean = is401,
): Promise<Reply | Failure | Denied> {
  for (let round = 1; ; round++) {
    const token = await tokens.get(signal);
    if ('kind' in token) return token;
    const reply = await call(token);
    if (reply.kind === 'failure' || !refuses(reply)) return reply;
    tokens.drop(token);
    if (round === 2) return reply;
  }
}
