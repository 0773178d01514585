import type { Operation, Outcome } from '../../core/remote.js';
import { authorised, type Tokens } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure } from '../wire/outcome.js';
import { requestIdIn, requestIdOf } from '../wire/request-id.js';
import { attempt, type Reply } from '../wire/transport.js';
import type { HubspotConfig } from './config.js';
import { loginAdvice } from './login.js';
import type { Answering } from './problem.js';

/** One open connection. */
export interface Hub {
  readonly name: string;
  readonly config: HubspotConfig;
  readonly deps: ConnectorDeps;
  readonly tokens: Tokens;
}

/** One request: the parts of its path, which are percent-encoded here, and its body. */
export interface HubRequest {
  /** What it is part of. */
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: readonly string[];
  readonly body?: unknown;
}

/** The path of a batch of records of one type. */
export const objectsPath = ({ config }: Hub, object: string, verb: string): readonly string[] => [
  'crm',
  'objects',
  config.apiVersion,
  object,
  'batch',
  verb,
];

/** HubSpot's answer with what is needed to read it, or what its absence means for every row. */
export type Heard =
  | { readonly kind: 'reply'; readonly reply: Reply; readonly context: Answering }
  | { readonly kind: 'none'; readonly outcome: Outcome };

/**
 * The correlation id: "include this value with any error reports or support tickets". Every answer has it in a header; of
 * errors the body is documented to (developers.hubspot.com, "Error handling").
 */
function requestIdFrom({ headers, json }: Reply, secrets: readonly string[]): string | undefined {
  const told = typeof json === 'object' && json !== null ? Reflect.get(json, 'correlationId') : undefined;
  return requestIdIn(headers, ['x-hubspot-correlation-id'], secrets) ?? requestIdOf(told, secrets);
}

/** Makes one call with the token in use; after a 401 it is made once more with a new token. */
export async function call(hub: Hub, request: HubRequest, signal: AbortSignal): Promise<Heard> {
  const { name, config, deps, tokens } = hub;
  const url = new URL(`/${request.path.map(encodeURIComponent).join('/')}`, config.url).href;
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const used: string[] = [];
  const reply = await authorised(tokens, signal, ({ accessToken }) => {
    used.push(accessToken);
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${accessToken}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const wire = { fetch: deps.fetch ?? globalThis.fetch, timeoutMs: config.timeoutMs, signal };
    return attempt({ method: request.method, url, headers, ...(body !== undefined && { body }) }, wire);
  });
  if (reply.kind === 'denied') return { kind: 'none', outcome: reply.outcome };
  if (reply.kind === 'failure') return { kind: 'none', outcome: fromFailure(name, reply) };
  const context = {
    connection: name,
    operation: request.operation,
    now: deps.clock.now(),
    random: deps.random ?? Math.random,
    secrets: used,
    advice: loginAdvice(config),
    requestId: requestIdFrom(reply, used),
  };
  return { kind: 'reply', reply, context };
}
