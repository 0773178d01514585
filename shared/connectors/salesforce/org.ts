import type { Outcome } from '../../core/remote.js';
import { authorised, type Token, type Tokens } from '../auth/tokens.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure } from '../wire/outcome.js';
import { LOGIN_MS } from '../wire/patience.js';
import { requestIdIn } from '../wire/request-id.js';
import { attempt, type Reply } from '../wire/transport.js';
import type { SalesforceConfig } from './config.js';
import { loginAdvice, salesforceTokens } from './login.js';
import type { Answering } from './problem.js';
import { type Usage, watchUsage } from './usage.js';

/** One open connection. */
export interface Org {
  readonly name: string;
  readonly config: SalesforceConfig;
  readonly deps: ConnectorDeps;
  readonly base: string;
  readonly tokens: Tokens;
  readonly usage: Usage;
}

/** One request to the REST API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Parts of the path below `/services/data/vNN.0/`, not encoded yet. */
  readonly path: readonly string[];
  /** Query string, encoded. Never holds a value of a row. */
  readonly query?: string;
  /** Sent as JSON; a text as CSV. */
  readonly body?: object | string;
  /** Longest wait for the answer, milliseconds, if shorter than that of the connection. */
  readonly timeoutMs?: number;
  /** Most bytes of the answer. */
  readonly maxBytes?: number;
}

/** What came of a request: an answer and how to put it into words, or what that there is none means for every row. */
export type Said =
  | { readonly kind: 'said'; readonly reply: Reply; readonly context: Answering }
  | { readonly kind: 'silent'; readonly outcome: Outcome };

/** Salesforce documents none; its edge sends both, alike. */
const REQUEST_ID = ['x-sfdc-request-id', 'x-request-id'];

/** Opens a connection; nothing is read or sent before the first request. */
export function openOrg(name: string, config: SalesforceConfig, deps: ConnectorDeps): Org {
  const { domain, auth, timeoutMs, reserve = 0 } = config;
  const base = domain.startsWith('http://') ? new URL(domain).origin : `https://${domain}`;
  const login = { connection: name, base, auth, timeoutMs: Math.min(timeoutMs, LOGIN_MS) };
  const random = deps.random ?? Math.random;
  const usage = watchUsage({ connection: name, reserve, now: () => deps.clock.now(), random });
  return { name, config, deps, base, tokens: salesforceTokens(login, deps), usage };
}

/** Headers by which an org is told how to treat what is written (REST API guide, "Headers for REST API"). */
function settings({ saveDuplicates, autoAssign }: SalesforceConfig): Readonly<Record<string, string>> {
  return {
    ...(saveDuplicates === true && { 'sforce-duplicate-rule-header': 'allowSave=true' }),
    ...(autoAssign !== undefined && {
      'sforce-auto-assign': String(autoAssign).replace(/^(?:true|false)$/, (word) => word.toUpperCase()),
    }),
  };
}

function headersOf({ config }: Org, { method, body }: ApiRequest, token: Token): Record<string, string> {
  const type = typeof body === 'string' ? 'text/csv; charset=UTF-8' : 'application/json';
  return {
    accept: 'application/json',
    authorization: `Bearer ${token.accessToken}`,
    ...(body !== undefined && { 'content-type': type }),
    ...(method === 'GET' ? {} : settings(config)),
  };
}

/** Makes a request; a session that has ended is begun anew once. Never throws for an answer. */
export async function request(org: Org, asked: ApiRequest, signal: AbortSignal): Promise<Said> {
  const { config, deps, name } = org;
  const { method, path, query, body, maxBytes } = asked;
  const used: string[] = [];
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await authorised(org.tokens, signal, (token) => {
    used.push(token.accessToken);
    const place = [config.apiVersion, ...path].map(encodeURIComponent).join('/');
    const { href } = new URL(
      `/services/data/${place}${query === undefined ? '' : `?${query}`}`,
      token.instanceUrl ?? org.base,
    );
    const timeoutMs = Math.min(config.timeoutMs, asked.timeoutMs ?? config.timeoutMs);
    const wire = {
      fetch: deps.fetch ?? globalThis.fetch,
      timeoutMs,
      signal,
      ...(maxBytes !== undefined && { maxBytes }),
    };
    return attempt(
      { method, url: href, headers: headersOf(org, asked, token), ...(text !== undefined && { body: text }) },
      wire,
    );
  });
  if (reply.kind === 'denied') return { kind: 'silent', outcome: reply.outcome };
  if (reply.kind === 'failure') return { kind: 'silent', outcome: fromFailure(name, reply) };
  org.usage.note(reply.headers.get('sforce-limit-info'));
  const random = deps.random ?? Math.random;
  const context = {
    connection: name,
    now: deps.clock.now(),
    random,
    secrets: used,
    advice: loginAdvice(config.auth),
    requestId: requestIdIn(reply.headers, REQUEST_ID, used),
  };
  return { kind: 'said', reply, context };
}
