import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../shared/core/fault.js';
import type { Answer } from '../vendor-answer.js';
import { refusal } from './answer.js';
import type { Signer } from './assertion.js';
import { type Controls, control } from './control.js';
import { createJobs } from './jobs.js';
import { createMisbehaviours, type Misbehaviour } from './misbehaviour.js';
import { DEMO_OBJECTS, type ObjectSchemas } from './objects.js';
import { createQuota } from './quota.js';
import { type AcceptedWrite, createRecords } from './records.js';
import { createRequestLog, type RequestLogSnapshot } from './request-log.js';
import { afterwards, ordered, type RestApi, rest, type Silence } from './rest.js';
import { createSessions } from './sessions.js';

/** A CRM that speaks Salesforce's REST API on this machine, strictly, and misbehaves when told to. */
export interface DemoCrm {
  /** Doubles as the My Domain address of the org. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the records of an object hold now, by external id; cleared fields are absent. */
  rows(object: string): ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Accepted writes to one record, in order. */
  history(object: string, key: string): readonly AcceptedWrite[];
  /** Data calls only; token calls are apart, in `log().paths`. */
  stats(): { calls: number; rows: number; accepted: number; rejected: number };
  log(): RequestLogSnapshot;
  /** Makes a record as somebody in the org would; gives its id. */
  insert(object: string, fields: Readonly<Record<string, unknown>>): string;
  /** How many looks at a bulk job it takes until it is done. */
  slowJobs(looks: number): void;
  latency(ms: number): void;
  misbehave(fault: Misbehaviour): void;
  behave(): void;
  close(): Promise<void>;
}

/** How a demo CRM starts: any free port, no latency, 100,000 calls a day and the default objects unless told. */
export interface DemoCrmOptions {
  readonly port?: number;
  readonly latencyMs?: number;
  readonly dailyLimit?: number;
  readonly now?: () => number;
  readonly objects?: ObjectSchemas;
  /** Lets a user in by signed assertions, too. */
  readonly signer?: Signer;
}

interface Crm extends RestApi, Controls {
  readonly stopped: AbortController;
  base: string;
}

const TOKEN_PATH = '/services/oauth2/token';
const MAX_BODY = 6 * 1024 * 1024;

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= MAX_BODY) chunks.push(bytes);
  }
  return size > MAX_BODY ? undefined : Buffer.concat(chunks).toString('utf8');
}

function token(crm: Crm, method: string, contentType: string, body: string): Answer | Silence {
  const instead = ordered(crm, 'token');
  if (instead !== undefined) return instead;
  if (method !== 'POST') return refusal(405, 'METHOD_NOT_ALLOWED', 'Allowed are POST', { allow: 'POST' });
  const answer = crm.sessions.login(contentType, body, crm.base, crm.now());
  return afterwards(crm, 'token') ?? answer;
}

async function decide(crm: Crm, request: IncomingMessage, path: string): Promise<Answer | Silence> {
  const method = request.method ?? '';
  const contentType = request.headers['content-type'] ?? '';
  const body = await readBody(request);
  if (path === '/_control')
    return control(crm, { method, host: request.headers.host ?? '', contentType, body: body ?? '' });
  if (crm.latencyMs > 0) await delay(crm.latencyMs, undefined, { signal: crm.stopped.signal });
  if (path === TOKEN_PATH) return token(crm, method, contentType, body ?? '');
  const instead = ordered(crm, 'data');
  if (instead !== undefined) return instead;
  if (body === undefined) return refusal(413, 'REQUEST_ENTITY_TOO_LARGE', 'The request is too large');
  const { authorization } = request.headers;
  const [, query = ''] = (request.url ?? '').split('?', 2);
  const answer = rest(crm, { method, path, query, authorization, contentType, body });
  return afterwards(crm, 'data') ?? answer;
}

async function serve(crm: Crm, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  crm.log.request(`${request.method} ${path}`);
  const isData = path !== TOKEN_PATH && path !== '/_control';
  if (isData) response.once('close', crm.log.open());
  const answer = await decide(crm, request, path);
  if (answer === 'reset') request.socket.resetAndDestroy();
  if (typeof answer !== 'object') return;
  // As the edge of Salesforce names each request.
  const id = randomBytes(16).toString('hex');
  const headers = { ...answer.headers, 'x-sfdc-request-id': id, 'x-request-id': id };
  response.writeHead(answer.status, headers).end(answer.body);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const taken = 'code' in error && error.code === 'EADDRINUSE';
      const message = `The demo CRM cannot listen on 127.0.0.1:${port}: another program does. Stop it or choose another port.`;
      reject(taken ? new Fault('config.port-in-use', message, { cause: error }) : error);
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function close(crm: Crm, server: Server): Promise<void> {
  crm.stopped.abort();
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function face(crm: Crm, server: Server): DemoCrm {
  return {
    url: crm.base,
    clientId: crm.sessions.clientId,
    clientSecret: crm.sessions.clientSecret,
    rows: (object) => crm.records.rows(object),
    history: (object, key) => crm.records.find(object, key)?.history ?? [],
    stats() {
      const { calls, rows, accepted, rejected } = crm.log.snapshot();
      return { calls, rows, accepted, rejected };
    },
    log: () => crm.log.snapshot(),
    insert: (object, fields) => crm.records.insert(object, fields, crm.now()).id,
    slowJobs: (looks) => crm.jobs.slow(looks),
    latency: (ms) => {
      crm.latencyMs = ms;
    },
    misbehave: (fault) => crm.misbehaviours.add(fault),
    behave: () => crm.misbehaviours.clear(),
    close: () => close(crm, server),
  };
}

/** Starts a demo CRM on 127.0.0.1. */
export async function startDemoCrm(options: DemoCrmOptions = {}): Promise<DemoCrm> {
  const schemas = options.objects ?? DEMO_OBJECTS;
  const crm: Crm = {
    schemas,
    records: createRecords(schemas),
    misbehaviours: createMisbehaviours(),
    log: createRequestLog(),
    now: options.now ?? Date.now,
    sessions: createSessions(options.signer),
    jobs: createJobs(),
    quota: createQuota(options.dailyLimit ?? 100_000),
    latencyMs: options.latencyMs ?? 0,
    stopped: new AbortController(),
    base: '',
  };
  setMaxListeners(0, crm.stopped.signal); // every request that waits listens to it
  const server = createServer((request, response) => {
    serve(crm, request, response).catch((error: unknown) => {
      response.destroy();
      // A client may go away in the middle of its request, and close() cuts latency short; the rest must be seen.
      if (request.complete && !crm.stopped.signal.aborted) throw error;
    });
  });
  crm.base = `http://127.0.0.1:${await listen(server, options.port ?? 0)}`;
  return face(crm, server);
}
