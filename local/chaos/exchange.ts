import * as z from 'zod';
import { type Answer, page, refusal } from '../demo-crm/answer.js';
import type { RestRequest } from '../demo-crm/rest.js';
import { within } from './chance.js';
import type { RowTrouble } from './crm.js';
import type { FaultKind } from './fault-kinds.js';
import type { Host } from './host.js';
import type { World } from './world.js';

/** What comes back: a response, or the code of a network error; silence lasts until the client gives up. */
interface Given {
  readonly response?: Response;
  readonly error: string;
  readonly silent: boolean;
}

/** One request to the CRM and what becomes of it, decided when it is made. */
export interface Exchange {
  readonly port: string;
  /** How long the CRM takes to answer, and after how long the client gives up, milliseconds. */
  readonly workMs: number;
  readonly timeoutMs: number;
  /** The request arrives: it takes effect, or not. */
  arrive(): Given;
}

type Process = Pick<Host, 'name' | 'isAlive'>;

const TOKEN_PATH = '/services/oauth2/token';
/** Shorter than the connector's own, so that its timer, which runs in real time, never has to fire. */
const DATA_TIMEOUT_MS = 30_000;
const TOKEN_TIMEOUT_MS = 10_000;
const OUTAGE_MS = [5_000, 600_000] as const;
const LOCK_MS = [2_000, 300_000] as const;
const SLOW_MS = [5_000, 25_000] as const;

const Rows = z.object({ records: z.array(z.looseObject({ AEP_Id__c: z.string() })) });

const responseOf = ({ status, headers, body }: Answer): Given => ({
  response: new Response(body, { status, headers }),
  error: '',
  silent: false,
});

const broken = (error: string, silent = false): Given => ({ error, silent });

/** Trouble that comes before anything is written. */
const BEFORE: Partial<Record<FaultKind, (world: World) => Given>> = {
  'crm.unreachable': () => broken('ECONNREFUSED'),
  'crm.timeout-before': () => broken('UND_ERR_HEADERS_TIMEOUT', true),
  'crm.429': ({ waits }) => {
    const wait = waits.pick([undefined, '1', '9', '120']);
    return responseOf(
      refusal(429, 'TOO_MANY', 'Too many requests', wait === undefined ? {} : { 'retry-after': wait }),
    );
  },
  'crm.500': () => responseOf(refusal(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred')),
  'crm.503': () => responseOf(refusal(503, 'SERVER_UNAVAILABLE', 'Down for maintenance')),
};

/** Trouble that comes after everything is written: the client cannot know that it is. */
const AFTER: Partial<Record<FaultKind, (answer: Answer) => Given>> = {
  'crm.timeout-after': () => broken('UND_ERR_HEADERS_TIMEOUT', true),
  'crm.reset-after': () => broken('ECONNRESET'),
  'crm.cut-answer': (answer) => responseOf({ ...answer, body: answer.body.slice(0, answer.body.length / 2) }),
  'crm.gateway-page': () => responseOf(page(200)),
  'crm.short-answer': (answer) => responseOf({ ...answer, body: JSON.stringify(shortened(answer.body)) }),
};

function shortened(body: string): unknown {
  const rows: unknown = JSON.parse(body);
  return Array.isArray(rows) ? rows.slice(1) : rows;
}

/** The first kind of trouble of a list that strikes. */
const strikes = ({ faults }: World, list: Partial<Record<FaultKind, unknown>>, where: string) =>
  // Its own keys, which are kinds of faults.
  (Object.keys(list) as FaultKind[]).find((kind) => faults.strike(kind, where));

/** Down for a while, now or since the last time this struck. */
export function isOut(
  world: World,
  kind: 'crm.outage' | 'store.outage' | 'queue.outage',
  where: string,
): boolean {
  const { outages, timeline, faults, waits } = world;
  if (faults.strike(kind, where)) outages.set(kind, timeline.now() + within(waits, OUTAGE_MS));
  return (outages.get(kind) ?? 0) > timeline.now();
}

/** Locks a row now and then, and tells which rows of the request are locked. */
function lockedOf(
  { locks, timeline, faults, waits }: World,
  keys: readonly string[],
  where: string,
): string[] {
  if (keys.length > 0 && faults.strike('crm.row-lock', where))
    locks.set(waits.pick(keys), timeline.now() + within(waits, LOCK_MS));
  return keys.filter((key) => (locks.get(key) ?? 0) > timeline.now());
}

function troubleOf(world: World, keys: readonly string[], where: string): RowTrouble {
  const { faults, poison } = world;
  const poisoned = keys.filter((key) => poison.get(key) === 'row');
  const spoilt = keys.some((key) => poison.get(key) === 'batch');
  if (poisoned.length > 0) faults.count('crm.poison-row');
  if (spoilt) faults.count('crm.poison-batch');
  return {
    locked: lockedOf(world, keys, where),
    poisoned,
    whole: spoilt || (keys.length > 1 && faults.strike('crm.whole-refusal', where)),
    quota: faults.strike('crm.quota', where),
  };
}

function upsert(world: World, host: Process, request: RestRequest): Given {
  const { crm, faults, repeats, story } = world;
  const where = `the request of ${host.name}`;
  const early = strikes(world, BEFORE, where);
  const before = early && BEFORE[early];
  if (before) return before(world);
  if (isOut(world, 'crm.outage', where)) return responseOf(refusal(503, 'SERVER_UNAVAILABLE', 'Down'));
  if (faults.strike('token.expired', where)) crm.endSession(request);
  const { records } = Rows.parse(JSON.parse(request.body));
  const keys = records.map(({ AEP_Id__c: key }) => key);
  const answer = crm.upsert(request, troubleOf(world, keys, where), (object, key, changed) =>
    repeats.written(host, object, key, changed),
  );
  story.tell(() => `${host.name} -> CRM ${told(request)} -> ${answer.status} ${answer.body.slice(0, 3000)}`);
  const late = answer.status === 200 ? strikes(world, AFTER, where) : undefined;
  const after = late && AFTER[late];
  return after ? after(answer) : responseOf(answer);
}

const told = ({ path, body }: RestRequest): string =>
  `${path.split('/').slice(-2).join('/')} ${body.slice(0, 40000)}`;

function login(world: World, host: Process, request: RestRequest): Given {
  const { faults, crm, story } = world;
  const where = `the login of ${host.name}`;
  story.tell(() => `${host.name} logs in`);
  if (faults.strike('token.500', where))
    return responseOf(refusal(500, 'UNKNOWN', 'An unexpected error occurred'));
  if (faults.strike('token.timeout', where)) return broken('UND_ERR_HEADERS_TIMEOUT', true);
  return responseOf(crm.login(request));
}

/** What becomes of a request of a process. */
export function exchangeOf(world: World, host: Process, request: RestRequest): Exchange {
  const { waits, climate, faults } = world;
  const workMs = within(waits, climate.crmMs);
  if (request.path === TOKEN_PATH) {
    const quick = Math.min(workMs, TOKEN_TIMEOUT_MS / 2);
    return {
      port: 'CRM login',
      workMs: quick,
      timeoutMs: TOKEN_TIMEOUT_MS,
      arrive: () => login(world, host, request),
    };
  }
  const slow = faults.strike('crm.slow', host.name) ? within(waits, SLOW_MS) : 0;
  return {
    port: 'CRM request',
    workMs: Math.min(workMs + slow, DATA_TIMEOUT_MS - 1_000),
    timeoutMs: DATA_TIMEOUT_MS,
    arrive: () => upsert(world, host, request),
  };
}
