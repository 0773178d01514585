import type { Outcome } from '../../core/remote.js';
import { authorised, type Tokens } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure } from '../wire/outcome.js';
import { requestIdIn } from '../wire/request-id.js';
import { attempt, type Reply } from '../wire/transport.js';
import type { DynamicsConfig } from './config.js';
import { dynamicsTokens, loginAdvice } from './login.js';
import type { Answering } from './problem.js';

/** One open connection. */
export interface Org {
  readonly name: string;
  readonly config: DynamicsConfig;
  readonly deps: ConnectorDeps;
  readonly tokens: Tokens;
  /** `https://acme.crm4.dynamics.com` */
  readonly origin: string;
  /** `/api/data/v9.2` */
  readonly root: string;
}

/** Prepares a connection; nothing is read or sent. */
export function orgOf(name: string, config: DynamicsConfig, deps: ConnectorDeps): Org {
  return {
    name,
    config,
    deps,
    tokens: dynamicsTokens(name, config, deps),
    origin: new URL(config.url).origin,
    root: `/api/data/${config.apiVersion}`,
  };
}

/** A request to the Web API; `path` is from the root of the server. */
export interface OrgRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The server answered, whatever it said. */
export interface Answered {
  readonly kind: 'answered';
  readonly reply: Reply;
  readonly context: Answering;
}

/** There is no answer; what that means for everything in the request. */
export interface Unanswered {
  readonly kind: 'unanswered';
  readonly outcome: Outcome;
}

/** Headers of every request (learn.microsoft.com, "Compose HTTP requests and handle errors"). */
const STANDARD = {
  accept: 'application/json',
  'odata-version': '4.0',
  'odata-maxversion': '4.0',
  'if-none-match': 'null',
};

/** By the first Microsoft's support finds a request, by the second Application Insights does; mostly they are one. */
const REQUEST_ID = ['req_id', 'x-ms-service-request-id'];

/** Makes a request with the token in use. */
export async function ask(
  org: Org,
  request: OrgRequest,
  signal: AbortSignal,
): Promise<Answered | Unanswered> {
  const { name, config, deps } = org;
  const used: string[] = [];
  const wire = { fetch: deps.fetch ?? globalThis.fetch, timeoutMs: config.timeoutMs, signal };
  const reply = await authorised(org.tokens, signal, ({ accessToken }) => {
    used.push(accessToken);
    const headers = { ...STANDARD, ...request.headers, authorization: `Bearer ${accessToken}` };
    const { method, path, body } = request;
    return attempt({ method, url: org.origin + path, headers, ...(body !== undefined && { body }) }, wire);
  });
  if (reply.kind === 'denied') return { kind: 'unanswered', outcome: reply.outcome };
  if (reply.kind === 'failure') return { kind: 'unanswered', outcome: fromFailure(name, reply) };
  const context = {
    connection: name,
    now: deps.clock.now(),
    secrets: used,
    advice: loginAdvice(config),
    requestId: requestIdIn(reply.headers, REQUEST_ID, used),
  };
  return { kind: 'answered', reply, context };
}
