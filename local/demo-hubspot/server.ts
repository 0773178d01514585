import { Buffer } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, page } from '../vendor-answer.js';
import type { Account, DemoList } from './account.js';
import { json } from './answer.js';
import { type Incoming, respond } from './api.js';
import { createLimits } from './limits.js';
import { createLogin, type Login } from './login.js';
import { createMisbehaviours, type Misbehaviour } from './misbehaviour.js';
import { DEMO_TYPES, type ObjectTypes } from './objects.js';
import { createRecords, type Records } from './records.js';

/** A HubSpot account on this machine, strict about what it is sent, that misbehaves when told to. */
export interface DemoHubspot extends Pick<Login, 'serviceKey' | 'app'> {
  readonly url: string;
  readonly records: Records;
  /** Record ids of the members of a list. */
  members(listId: string): readonly string[];
  /** Every request so far: `POST /crm/…`. */
  readonly requests: readonly string[];
  repeatedWrites(): number;
  misbehave(fault: Misbehaviour): void;
  behave(): void;
  close(): Promise<void>;
}

/** How it starts: any free port, roomy limits, all scopes, the default objects and three lists unless told. */
export interface DemoHubspotOptions {
  readonly port?: number;
  readonly latencyMs?: number;
  readonly now?: () => number;
  readonly perWindow?: number;
  readonly perDay?: number;
  readonly tokenLifeMs?: number;
  readonly scopes?: readonly string[];
  readonly types?: ObjectTypes;
}

const SCOPES = [
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.schemas.contacts.read',
  'crm.lists.read',
  'crm.lists.write',
];

const list = (name: string, processingType: DemoList['processingType']): DemoList => ({
  name,
  processingType,
  objectTypeId: '0-1',
  members: new Set(),
});

/** Lists of a fresh account, by id. */
const demoLists = (): ReadonlyMap<string, DemoList> =>
  new Map([
    ['123', list('Hot prospects', 'MANUAL')],
    ['124', list('Spring mailing', 'SNAPSHOT')],
    ['125', list('Everybody from Berlin', 'DYNAMIC')],
  ]);

async function incoming(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return {
    method: request.method ?? '',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    authorization: request.headers.authorization,
    contentType: request.headers['content-type'] ?? '',
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

/** What is done instead of answering. */
type Silence = 'reset' | 'hang';

function silence({ misbehaviours }: Account, path: string, when: 'before' | 'after'): Silence | undefined {
  for (const kind of ['reset', 'hang'] as const)
    if (misbehaviours.take(kind, path, (fault) => fault.when === when)) return kind;
  return undefined;
}

function decide(account: Account, asked: Incoming): Answer | Silence {
  const { misbehaviours } = account;
  const before = silence(account, asked.path, 'before');
  if (before !== undefined) return before;
  const html = misbehaviours.take('html', asked.path);
  if (html !== undefined) return page(html.status);
  const told = misbehaviours.take('answer', asked.path);
  if (told !== undefined) return json(told.status, told.body ?? {}, told.headers);
  const answer = respond(account, asked);
  return silence(account, asked.path, 'after') ?? answer;
}

function put(answer: Answer | Silence, request: IncomingMessage, response: ServerResponse): void {
  if (answer === 'reset') request.socket.resetAndDestroy();
  if (typeof answer !== 'object') return;
  const headers = { 'x-hubspot-correlation-id': randomUUID(), ...answer.headers };
  response.writeHead(answer.status, headers).end(answer.body);
}

/** Starts an account on 127.0.0.1. */
export async function startDemoHubspot(options: DemoHubspotOptions = {}): Promise<DemoHubspot> {
  const account: Account = {
    types: options.types ?? DEMO_TYPES,
    records: createRecords(),
    lists: demoLists(),
    scopes: new Set(options.scopes ?? SCOPES),
    misbehaviours: createMisbehaviours(),
    limits: createLimits(options.perWindow ?? 100_000, options.perDay ?? 1_000_000),
    login: createLogin(options.tokenLifeMs ?? 1_800_000),
    now: options.now ?? Date.now,
    repeatedWrites: 0,
  };
  const requests: string[] = [];
  const stopped = new AbortController();
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await incoming(request);
    requests.push(`${asked.method} ${asked.path}`);
    if (options.latencyMs) await delay(options.latencyMs, undefined, { signal: stopped.signal });
    put(decide(account, asked), request, response);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy();
      // A client may go away in the middle of its request, and close() cuts latency short; the rest must be seen.
      if (request.complete && !stopped.signal.aborted) throw error;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    serviceKey: account.login.serviceKey,
    app: account.login.app,
    records: account.records,
    members: (listId) => [...(account.lists.get(listId)?.members ?? [])],
    requests,
    repeatedWrites: () => account.repeatedWrites,
    misbehave: (fault) => account.misbehaviours.add(fault),
    behave: () => account.misbehaviours.clear(),
    close: () => {
      stopped.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
