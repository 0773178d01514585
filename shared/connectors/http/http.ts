import * as z from 'zod';
import type { Json } from '../../core/ports.js';
import { type Action, type Connector, OPERATIONS, type Operation, type Outcome } from '../../core/remote.js';
import type { ConnectorDeps } from '../deps.js';
import { fromFailure, retry } from '../wire/outcome.js';
import { attempt, type Failure, type Reply } from '../wire/transport.js';
import { fromHttpReply } from './answer.js';
import { HttpAuth, HttpHeaders, type ReadyHeaders, readyHeaders } from './header.js';
import { HttpSuccess } from './success.js';
import { compileTemplate, type Fill, type Filling, templateFaults } from './template.js';
import { fillUrl, urlFault } from './url.js';

/** What is sent when a connection has no template of its own; what an action has not is left out. */
const DEFAULT_BODY: Json = {
  operation: `\${operation}`,
  object: `\${object}`,
  list: `\${list}`,
  key: `\${key}`,
  fields: `\${fields}`,
  idempotencyKey: `\${idempotencyKey}`,
};

const UrlTemplate = z.string().superRefine((text, context) => {
  const message = urlFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const BodyTemplate = z.json().superRefine((template, context) => {
  for (const message of templateFaults(template)) context.addIssue({ code: 'custom', message });
});

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** How one operation differs from the others of its connection. */
const HttpOperation = z.strictObject({
  url: UrlTemplate.optional(),
  method: z.enum(METHODS).optional(),
  body: z
    .union([z.literal(false), BodyTemplate])
    .optional()
    .describe('JSON to send; false for none'),
  success: HttpSuccess.optional(),
});

/** Any HTTP API that takes one row a request, described by templates. */
export const HttpConfig = z
  .strictObject({
    type: z.literal('http'),
    url: UrlTemplate.describe('Address; values in its path and query are percent-encoded'),
    method: z.enum(METHODS).default('POST'),
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
    operations: z
      .partialRecord(z.enum(OPERATIONS), HttpOperation)
      .default({})
      .describe('Operations that have an address, method, body or success rule of their own'),
    idempotent: z.boolean().default(true).describe('False when sending a row twice does its work twice'),
    honoursIdempotencyKey: z
      .boolean()
      .default(false)
      .describe('True when the API does a request once that comes twice with one Idempotency-Key header'),
  })
  .refine(
    ({ auth, headers }) =>
      auth === 'none' || !Object.keys(headers).some((name) => name.toLowerCase() === 'authorization'),
    { error: 'must not set Authorization beside "auth"', path: ['headers'] },
  );
export type HttpConfig = z.infer<typeof HttpConfig>;

/** What an operation is sent as; without `body` the request has none. */
interface Request {
  readonly url: string;
  readonly method: HttpConfig['method'];
  readonly body: Fill | undefined;
  readonly success: HttpConfig['success'];
}

function requestOf(config: HttpConfig, operation: Operation): Request {
  const own = config.operations[operation] ?? {};
  const body = own.body === undefined ? config.body : own.body;
  return {
    url: own.url ?? config.url,
    method: own.method ?? config.method,
    body: own.body === false ? undefined : compileTemplate(body),
    success: own.success ?? config.success,
  };
}

/** What these connections can do. */
export const HTTP_OPERATIONS: readonly Operation[] = OPERATIONS;

/** One open connection; `ready` keeps the headers so that secrets are not read for each row. */
interface Endpoint {
  readonly name: string;
  readonly config: HttpConfig;
  readonly deps: ConnectorDeps;
  /** By operation: the request it becomes. */
  readonly requests: Readonly<Record<Operation, Request>>;
  ready: ReadyHeaders | undefined;
}

type Prepared =
  | {
      readonly url: string;
      readonly method: string;
      readonly body?: string;
      readonly once: string | undefined;
    }
  | { readonly problem: string };

function prepare({ requests }: Endpoint, action: Action): Prepared {
  const { url: address, method, body } = requests[action.operation];
  const filling: Filling = { action, problems: [] };
  const url = fillUrl(address, filling);
  const value = body?.(filling);
  if (body && value === undefined) filling.problems.push('the value that is the whole body is absent');
  const [problem] = filling.problems;
  if (url === undefined || problem !== undefined) return { problem: problem ?? 'the address is incomplete' };
  const once = action.idempotencyKey;
  return { url, method, once, ...(body && { body: JSON.stringify(value) }) };
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
  { once, ...request }: Exclude<Prepared, { problem: string }>,
  { headers }: ReadyHeaders,
  signal: AbortSignal,
): Promise<Reply | Failure> {
  const wire = { fetch: deps.fetch ?? globalThis.fetch, timeoutMs: config.timeoutMs, signal };
  // The header of draft-ietf-httpapi-idempotency-key-header; who does not know it ignores it.
  const sent = once === undefined ? headers : { ...headers, 'idempotency-key': `"${once}"` };
  return attempt({ ...request, headers: sent }, wire);
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
  const { operation } = action;
  const { success } = endpoint.requests[operation];
  const idempotent = isIdempotent(endpoint.config, operation);
  const now = endpoint.deps.clock.now();
  return fromHttpReply(
    { connection: endpoint.name, now, operation, success, idempotent, secrets: ready.secrets },
    reply,
  );
}

const isIdempotent = ({ idempotent, honoursIdempotencyKey }: HttpConfig, operation: Operation): boolean =>
  operation === 'send' ? honoursIdempotencyKey : idempotent;

/** Opens a connection to an HTTP API. Nothing is sent, and no secret read, before the first action. */
export function http(name: string, config: HttpConfig, deps: ConnectorDeps): Connector {
  // One entry per operation, so the record is complete.
  const requests = Object.fromEntries(
    OPERATIONS.map((operation) => [operation, requestOf(config, operation)]),
  ) as Endpoint['requests'];
  const endpoint: Endpoint = { name, config, deps, requests, ready: undefined };
  return {
    name,
    operations: HTTP_OPERATIONS,
    maxRows: 1,
    isIdempotent: ({ operation }) => isIdempotent(config, operation),
    async send(actions, signal) {
      const outcomes: Outcome[] = [];
      for (const action of actions) outcomes.push(await sendOne(endpoint, action, signal));
      return outcomes;
    },
  };
}
