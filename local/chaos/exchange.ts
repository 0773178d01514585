import * as z from 'zod';
import { refusal } from '../demo-crm/answer.js';
import type { RestRequest } from '../demo-crm/rest.js';
import { type Span, within } from './chance.js';
import { CRM_HOST, type RowTrouble } from './crm.js';
import type { DeskRequest } from './desk.js';
import type { Host } from './host.js';
import { afterEffect, broken, earlyTrouble, type Given, responseOf } from './remote-trouble.js';
import type { World } from './world.js';

/** A request to any of the targets. */
export type TargetRequest = RestRequest & DeskRequest;

/** One request to a target and what becomes of it, decided when it is made. */
export interface Exchange {
  readonly port: string;
  /** How long the target takes to answer, and after how long the client gives up, milliseconds. */
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
const LOCK_MS = [2_000, 300_000] as const;
const SLOW_MS = [5_000, 25_000] as const;
/** One row a request: a slow one would take longer than any lease. */
const DESK_MS: Span = [5, 200];

const Rows = z.object({ records: z.array(z.looseObject({ AEP_Id__c: z.string() })) });

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

function upsert(world: World, host: Process, request: TargetRequest): Given {
  const { crm, faults, repeats, story } = world;
  const where = `the request of ${host.name}`;
  const early = earlyTrouble(world, request.host, where);
  if (early) return early;
  if (faults.strike('token.expired', where)) crm.endSession(request);
  const { records } = Rows.parse(JSON.parse(request.body));
  const keys = records.map(({ AEP_Id__c: key }) => key);
  const answer = crm.upsert(request, troubleOf(world, keys, where), (object, key, changed) =>
    repeats.written(host, object, key, changed),
  );
  story.tell(() => `${host.name} -> CRM ${told(request)} -> ${answer.status} ${answer.body.slice(0, 3000)}`);
  return afterEffect(world, answer, where);
}

/** A request to one of the model APIs. */
function ask(world: World, host: Process, request: TargetRequest): Given {
  const { desk, repeats, story } = world;
  const where = `the request of ${host.name}`;
  const early = earlyTrouble(world, request.host, where);
  if (early) return early;
  const answer = desk.answer(request, (object, key, changed) => repeats.written(host, object, key, changed));
  const { method, path, body } = request;
  story.tell(() => `${host.name} -> ${request.host} ${method} ${path} ${body} -> ${answer.status}`);
  return afterEffect(world, answer, where);
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
export function exchangeOf(world: World, host: Process, request: TargetRequest): Exchange {
  const { waits, climate, faults } = world;
  const isCrm = request.host === CRM_HOST;
  const workMs = within(waits, isCrm ? climate.crmMs : DESK_MS);
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
    port: isCrm ? 'CRM request' : request.host,
    workMs: Math.min(workMs + slow, DATA_TIMEOUT_MS - 1_000),
    timeoutMs: DATA_TIMEOUT_MS,
    arrive: () => (isCrm ? upsert : ask)(world, host, request),
  };
}
