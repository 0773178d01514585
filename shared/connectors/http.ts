import * as z from 'zod';
import type { Action, Connector, Json, Outcome } from '../core/ports.js';
import type { ConnectorDeps } from './deps.js';
import { fromHttpReply } from './http-answer.js';
import { HttpAuth, HttpHeaders, type ReadyHeaders, readyHeaders } from './http-header.js';
import { HttpSuccess } from './http-success.js';
import { compileTemplate, type Fill, type Filling, templateFaults } from './http-template.js';
import { fillUrl, urlFault } from './http-url.js';
import { fromFailure, retry } from './outcome.js';
import { attempt, type Failure, type Reply } from './transport.js';

/** What is sent when a connection has no template of its own. */
const DEFAULT_BODY: Json = { object: `\${object}`, key: `\${key}`, fields: `\${fields}` };

const UrlTemplate = z.string().superRefine((text, context) => {
  const message = urlFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const BodyTemplate = z.json().superRefine((template, context) => {
  for (const message of templateFaults(template)) context.addIssue({ code: 'custom', message });
});

/** Any HTTP API that takes one row a request, described by templates. */
export const HttpConfig = z
  .strictObject({
    type: z.literal('http'),
    url: UrlTemplate.describe('Address; values in its path and query are percent-encoded'),
    method: z.enum(['POST', 'PUT', 'PATCH']).default('POST'),
    headers: HttpHeaders.default({}),
    auth: z.union([z.literal('none'), HttpAuth]).default('none'),
    body: BodyTemplate.default(DEFAULT_BODY).describe('JSON to send; values are inserted as JSON values'),
    success: HttpSuccess.optional().describe('What a 2xx body must say; without it the status decides'),
    timeoutMs: z
      .int()
      .min(1)
      .max(30_000)
      .default(30_000)
      .describe('Longest wait for one answer, milliseconds'),
    idempotent: z.boolean().default(true).describe('False when sending a row twice does its work twice'),
  })
  .refine(
    ({ auth, headers }) =>
      auth === 'none' || !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization'),
    { error: 'must not set Authorization beside "auth"', path: ['headers'] },
  );
export type HttpConfig = z.infer<typeof HttpConfig>;

/** One open connection; `ready` keeps the headers so that secrets are not read for each row. */
interface Endpoint {
  readonly name: string;
  readonly config: HttpConfig;
  readonly deps: ConnectorDeps;
  readonly body: Fill;
  ready: ReadyHeaders | undefined;
}

type Prepared = { readonly url: string; readonly body: string } | { readonly problem: string };

function prepare({ config, body }: Endpoint, action: Action): Prepared {
  const filling: Filling = { action, problems: [] };
  const url = fillUrl(config.url, filling);
  const value = body(filling);
  if (value === undefined) filling.problems.push('the value that is the whole body is absent');
  const [problem] = filling.problems;
  if (url === undefined || problem !== undefined) return { problem: problem ?? 'the address is incomplete' };
  return { url, body: JSON.stringify(value) };
}

/** Secrets are read once and again after a 401, when one may have been rotated. */
async function open(endpoint: Endpoint): Promise<ReadyHeaders | Outcome> {
  const { name, config, deps } = endpoint;
  const read = await readyHeaders(name, config, deps.secrets);
  if (!read.ok) return retry('connection', read.fault);
  endpoint.ready = read.value;
  return read.value;
}

function exchange(
  { config, deps }: Endpoint,
  request: { readonly url: string; readonly body: string },
  { headers }: ReadyHeaders,
  signal: AbortSignal,
): Promise<Reply | Failure> {
  const wire = { fetch: deps.fetch ?? globalThis.fetch, timeoutMs: config.timeoutMs, signal };
  return attempt({ method: config.method, headers, ...request }, wire);
}

const sameHeaders = (a: ReadyHeaders, b: ReadyHeaders): boolean =>
  Object.entries(a.headers).every(([name, value]) => b.headers[name] === value);

async function sendOne(endpoint: Endpoint, action: Action, signal: AbortSignal): Promise<Outcome> {
  const prepared = prepare(endpoint, action);
  if ('problem' in prepared) return { kind: 'rejected', code: 'template.value', text: prepared.problem };
  let ready = endpoint.ready ?? (await open(endpoint));
  if ('kind' in ready) return ready;
  let reply = await exchange(endpoint, prepared, ready, signal);
  if (reply.kind === 'reply' && reply.status === 401) {
    const fresh = await open(endpoint);
    if ('kind' in fresh) return fresh;
    if (!sameHeaders(ready, fresh)) reply = await exchange(endpoint, prepared, fresh, signal);
    ready = fresh;
  }
  if (reply.kind === 'failure') return fromFailure(endpoint.name, reply);
  const { success, idempotent } = endpoint.config;
  const now = endpoint.deps.clock.now();
  return fromHttpReply(
    { connection: endpoint.name, now, success, idempotent, secrets: ready.secrets },
    reply,
  );
}

/** Opens a connection to an HTTP API. Nothing is sent, and no secret read, before the first action. */
export function http(name: string, config: HttpConfig, deps: ConnectorDeps): Connector {
  const endpoint: Endpoint = { name, config, deps, body: compileTemplate(config.body), ready: undefined };
  return {
    name,
    operations: ['upsert'],
    maxRows: 1,
    idempotent: config.idempotent ? ['upsert'] : [],
    async send(actions, signal) {
      const outcomes: Outcome[] = [];
      for (const action of actions) outcomes.push(await sendOne(endpoint, action, signal));
      return outcomes;
    },
  };
}
