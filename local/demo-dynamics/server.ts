import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, page } from '../vendor-answer.js';
import { refusal } from './answer.js';
import { carryOutBatch, requestOf } from './batch.js';
import { headersOf, textOf } from './incoming.js';
import { createLimits, type Limits } from './limits.js';
import { type Application, createLogins, type Logins } from './logins.js';
import { createMisbehaviours, type Misbehaviour } from './misbehaviour.js';
import { createRows, type Row } from './rows.js';
import { DEMO_TABLES, own } from './tables.js';
import { carryOut, type Environment } from './web-api.js';

/** What happened since the start. */
export interface DemoDynamicsLog {
  /** Requests to the Web API, refused ones included; batches count once. */
  readonly calls: number;
  readonly logins: number;
  /** Writes that were carried out, and those among them that changed nothing. */
  readonly writes: number;
  readonly repeatedWrites: number;
}

/** An environment of Dynamics 365 on this machine, strict, and misbehaving when told to. Doubles as its log in. */
export interface DemoDynamics extends Application {
  readonly url: string;
  /** Rows of a table by the value of its first alternate key, or by id where there is none. */
  rows(table: string): ReadonlyMap<string, Row>;
  /** Makes a list and gives its id. `createdfromcode` 2 is contacts. */
  addList(fields?: Row): string;
  /** Ids of the members of a list among the rows of a table. */
  members(list: string, table: string): readonly string[];
  log(): DemoDynamicsLog;
  misbehave(fault: Misbehaviour): void;
  behave(): void;
  close(): Promise<void>;
}

/** How one starts. */
export interface DemoDynamicsOptions {
  readonly port?: number;
  readonly latencyMs?: number;
  /** Requests within five minutes; 6000 unless told. */
  readonly requestLimit?: number;
  /** Requests at one time; 52 unless told. */
  readonly concurrentLimit?: number;
  readonly tokenLifeMs?: number;
  readonly certificate?: string;
  readonly now?: () => number;
}

interface Site extends Environment {
  readonly options: DemoDynamicsOptions;
  readonly app: Application;
  readonly logins: Logins;
  readonly now: () => number;
  readonly stopped: AbortController;
  readonly limits: Limits;
  readonly counts: { calls: number; logins: number; writes: number; repeatedWrites: number };
  open: number;
}

type Silence = 'hang' | 'reset';

function silent({ misbehaviours }: Site, url: string, when: 'before' | 'after'): Silence | undefined {
  return (['hang', 'reset'] as const).find((kind) =>
    misbehaviours.take(kind, (fault) => fault.when === when && url.endsWith(fault.path ?? '')),
  );
}

/** Misbehaviours that come before anything is looked at. */
function ordered(site: Site, url: string): Answer | Silence | undefined {
  const { misbehaviours } = site;
  const silence = silent(site, url, 'before');
  if (silence) return silence;
  const html = misbehaviours.take('html');
  if (html) return page(html.status);
  const answer = misbehaviours.take('answer');
  if (!answer) return undefined;
  const { status, code = '0x80040216', retryAfter } = answer;
  const headers = retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) };
  return refusal(status, code, 'Told to answer so.', headers);
}

function api(site: Site, request: IncomingMessage, body: string): Answer | Silence {
  const headers = headersOf(request);
  site.counts.calls += 1;
  const { method = '', url = '' } = request;
  const instead = ordered(site, url);
  if (instead) return instead;
  if (site.misbehaviours.take('expire-token')) site.logins.end(headers['authorization']);
  if (!site.logins.isIn(headers['authorization'], site.now()))
    return { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, body: '' };
  if (headers['odata-version'] !== '4.0' || headers['accept'] !== 'application/json')
    return refusal(400, '0x80060888', 'OData-Version: 4.0 and Accept: application/json are needed.');
  const limit = site.limits.refuse(site.now(), site.open);
  if (limit) return limit;
  const isBatch = method === 'POST' && /^\/api\/data\/v9\.\d\/\$batch$/.test(url);
  const single = isBatch ? undefined : requestOf(method, url, headers, body);
  const answer = single ? carryOut(site, single) : isBatch ? carryOutBatch(site, headers, body) : page(404);
  return silent(site, url, 'after') ?? answer;
}

async function decide(site: Site, request: IncomingMessage): Promise<Answer | Silence> {
  const body = await textOf(request);
  const { latencyMs = 0 } = site.options;
  if (latencyMs > 0) await delay(latencyMs, undefined, { signal: site.stopped.signal });
  if (request.url !== `/${site.app.tenant}/oauth2/v2.0/token`) return api(site, request, body);
  site.counts.logins += 1;
  const isLockedOut = site.misbehaviours.take('locked-out') !== undefined;
  return site.logins.login(new URLSearchParams(isLockedOut ? '' : body), site.base(), site.now());
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  site.open += 1;
  response.once('close', () => {
    site.open -= 1;
  });
  const answer = await decide(site, request);
  if (answer === 'reset') request.socket.resetAndDestroy();
  if (typeof answer !== 'object') return;
  const id = randomUUID();
  const headers = { ...answer.headers, REQ_ID: id, 'x-ms-service-request-id': `${id},${randomUUID()}` };
  response.writeHead(answer.status, headers).end(answer.body);
}

function face(site: Site, server: Server): DemoDynamics {
  return {
    ...site.app,
    url: site.base(),
    rows(name) {
      const key = own(site.tables, name)?.keys[0];
      return new Map(
        [...site.rows.all(name)].map(([id, row]) => [String(key === undefined ? id : (row[key] ?? id)), row]),
      );
    },
    addList(fields = {}) {
      const id = randomUUID();
      site.rows.put('lists', id, { listname: 'A list', type: false, createdfromcode: 2, ...fields });
      return id;
    },
    members: (list, table) =>
      [...site.rows.all(table).keys()].filter((id) => site.rows.memberships(list, id).length > 0),
    log: () => ({ ...site.counts }),
    misbehave: (fault) => site.misbehaviours.add(fault),
    behave: () => site.misbehaviours.clear(),
    async close() {
      site.stopped.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Starts a demo environment on 127.0.0.1. */
export async function startDemoDynamics(options: DemoDynamicsOptions = {}): Promise<DemoDynamics> {
  const app: Application = {
    tenant: 'contoso.example.com',
    clientId: randomUUID(),
    clientSecret: randomBytes(20).toString('base64'),
    ...(options.certificate !== undefined && { certificate: options.certificate }),
  };
  const counts = { calls: 0, logins: 0, writes: 0, repeatedWrites: 0 };
  let base = '';
  const site: Site = {
    options,
    app,
    logins: createLogins(app, options.tokenLifeMs ?? 3_599_000),
    tables: DEMO_TABLES,
    rows: createRows(DEMO_TABLES),
    misbehaviours: createMisbehaviours(),
    now: options.now ?? Date.now,
    stopped: new AbortController(),
    limits: createLimits(options.requestLimit ?? 6000, options.concurrentLimit ?? 52),
    counts,
    open: 0,
    base: () => base,
    wrote(changed) {
      counts.writes += 1;
      if (!changed) counts.repeatedWrites += 1;
    },
  };
  const server = createServer((request, response) => {
    serve(site, request, response).catch((error: unknown) => {
      response.destroy();
      // A client may go away in the middle of its request, and close() cuts latency short; the rest must be seen.
      if (request.complete && !site.stopped.signal.aborted) throw error;
    });
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  // An address object is what a TCP server has once it listens.
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return face(site, server);
}
