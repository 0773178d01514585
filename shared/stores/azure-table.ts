import type { TableClient } from '@azure/data-tables';
import { Fault, ok, type Result } from '../core/fault.js';
import type { StateStore, StateWrite, Versioned, WriteAnswer } from '../core/ports.js';
import { answerEach } from './answer-each.js';
import {
  type Found,
  HEAD_PROPERTIES,
  MAX_STATE,
  ROW,
  readHead,
  stateIn,
  toEntity,
} from './azure-table-entity.js';
import { diagnose, saidIn } from './azure-table-trouble.js';
import { encodeWithin, expiryOf, isExpired, type StoreDeps } from './deps.js';
import { inParallel } from './parallel.js';
import { personKey } from './person-key.js';
import { type Attempt, retrying } from './retry.js';
import { decodeState } from './state-codec.js';

/** The service reads and writes one entity of a partition at a time, so requests go side by side. */
const REQUESTS_AT_ONCE = 48;
/** What takes longer is given up and asked again. */
const REQUEST_MS = 3_000;

/** The table and who asks it. */
export interface TableStoreOptions extends StoreDeps {
  readonly client: TableClient;
}

/** One call of the store: everything its requests share. */
interface Call extends TableStoreOptions {
  readonly attempt: Attempt;
  readonly signal: AbortSignal | undefined;
}

/** Makes one request with a limit of time. */
async function ask<T>(
  { signal }: Call,
  request: (limits: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  // Not AbortSignal.timeout(): under AbortSignal.any() Node 20 may collect it as garbage before it fires.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), REQUEST_MS);
  try {
    return await request({
      abortSignal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Gives the entity, or undefined when there is none. That the table is missing is another matter, and thrown. */
async function get(key: string, call: Call, select?: string[]) {
  try {
    return await ask(call, (limits) =>
      call.client.getEntity(key, ROW, { ...limits, ...(select && { queryOptions: { select } }) }),
    );
  } catch (error) {
    if (isNone(error)) return undefined;
    throw error;
  }
}

/** "There is no such entity", and not "there is no such table", which is a 404 as well. */
function isNone(error: unknown): boolean {
  const said = saidIn(error);
  return said?.status === 404 && (said.code === 'ResourceNotFound' || said.code === 'EntityNotFound');
}

async function readOne(id: string, call: Call): Promise<[string, Result<Versioned>] | undefined> {
  const entity = await call.attempt(() => get(personKey(id), call));
  if (entity === undefined) return undefined;
  const head = readHead(entity, call.client.tableName);
  if (!head.ok) return [id, head];
  const { etag, expires } = head.value;
  if (isExpired(expires, call)) return undefined;
  const decoded = decodeState(stateIn(entity));
  return [id, decoded.ok ? ok({ state: decoded.value, version: etag }) : decoded];
}

type Entity = ReturnType<typeof toEntity>;

const CONFLICT: WriteAnswer = { ok: false, reason: 'conflict' };

function written({ etag }: { etag?: string }): WriteAnswer {
  if (etag !== undefined) return { ok: true, version: etag };
  throw new Fault('store.unavailable', 'the Azure table accepted an entity without telling its etag');
}

const replace = (entity: Entity, etag: string, call: Call): Promise<WriteAnswer> =>
  ask(call, async (limits) =>
    written(await call.client.updateEntity(entity, 'Replace', { ...limits, etag })),
  );

const create = (entity: Entity, call: Call): Promise<WriteAnswer> =>
  ask(call, async (limits) => written(await call.client.createEntity(entity, limits)));

/** What stands in the way of a write, if anything does. */
async function standing(key: string, call: Call): Promise<Found | undefined> {
  const entity = await get(key, call, HEAD_PROPERTIES);
  if (entity === undefined) return undefined;
  const head = readHead(entity, call.client.tableName);
  if (!head.ok) throw head.fault;
  return head.value;
}

/**
 * After a write whose condition did not hold. It is answered for all the same when an earlier try of ours was carried out
 * and only its answer lost; and an entity that has expired counts as none, so a write that expects none replaces it.
 */
async function contend(
  entity: Entity,
  expected: string | undefined,
  tries: number,
  call: Call,
): Promise<WriteAnswer> {
  if (expected !== undefined && tries === 1) return CONFLICT;
  const found = await standing(entity.partitionKey, call);
  if (found?.writer === entity.writer) return { ok: true, version: found.etag };
  if (expected !== undefined || (found && !isExpired(found.expires, call))) return CONFLICT;
  return found ? replace(entity, found.etag, call) : create(entity, call);
}

/** The condition of a write did not hold. Other conflicts (a table being deleted) are troubles, not answers. */
function isContended(error: unknown): boolean {
  const said = saidIn(error);
  return said?.status === 412 || said?.code === 'EntityAlreadyExists' || isNone(error);
}

async function put({ id, state, expected, ttlDays }: StateWrite, call: Call): Promise<WriteAnswer> {
  const head = { key: personKey(id), writer: call.newToken(), expires: expiryOf(call, ttlDays) };
  const entity = toEntity(head, encodeWithin(state, MAX_STATE, 'an entity of Azure Table'));
  return call.attempt(async (tries) => {
    try {
      return await (expected === undefined ? create(entity, call) : replace(entity, expected, call));
    } catch (error) {
      if (!isContended(error)) throw error;
    }
    try {
      return await contend(entity, expected, tries, call);
    } catch (error) {
      if (isContended(error)) return CONFLICT;
      throw error;
    }
  });
}

/** The state store in a table of Azure Table Storage, or of Cosmos DB for Table. */
export function tableStore(options: TableStoreOptions): StateStore {
  const callOf = (signal?: AbortSignal, deadline?: number): Call => ({
    ...options,
    attempt: retrying(options, (error) => diagnose(error, options.client.tableName), signal, deadline),
    signal,
  });
  return {
    kind: 'azure-table',
    async read(ids, signal, deadline) {
      const call = callOf(signal, deadline);
      const found = await inParallel([...new Set(ids)], REQUESTS_AT_ONCE, (id) => readOne(id, call));
      return new Map(found.filter((one) => one !== undefined));
    },
    write(writes, signal, deadline) {
      const call = callOf(signal, deadline);
      return answerEach(writes, REQUESTS_AT_ONCE, (write) => put(write, call));
    },
  };
}
