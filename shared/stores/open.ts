import { randomUUID } from 'node:crypto';
import { Fault } from '../core/fault.js';
import type { Clock, StateStore } from '../core/ports.js';
import type { AzureConnection } from './azure-connection.js';
import { type StoreDeps, TTL_DAYS } from './deps.js';
import { memoryStore } from './memory.js';
import { type MemoryKept, memoryKept } from './memory-kept.js';
import { memoryObjects } from './memory-objects.js';
import { type MemoryQueue, memoryQueue } from './memory-queue.js';
import type { ObjectStore } from './objects.js';

/** Where a name after `memory:` leads, per process: two functions that name the same memory share it. */
const stores = new Map<string, StateStore>();
const kept = new Map<string, MemoryKept>();
const queues = new Map<string, MemoryQueue>();
const objects = new Map<string, ObjectStore>();

const NAMED = /^(?<kind>[a-z-]+):(?<name>.+)$/;
const MEMORY_NAME = /^[\w-]+$/;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const DYNAMODB_TABLE = /^[\w.-]{3,255}$/;
/** https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#table-names */
const AZURE_TABLE = /^[A-Za-z][A-Za-z0-9]{2,62}$/;

/** What a state store is opened with, besides its own setting. */
export interface OpenOptions {
  readonly clock: Clock;
  readonly random?: () => number;
  readonly newToken?: () => string;
  readonly ttlDays?: number | undefined;
  /** For `azure-table`: a connection string, the account's table URL with a shared access signature, or an identity. */
  readonly connection?: AzureConnection | undefined;
}

const invalid = (setting: string, value: string, known: string): Fault =>
  new Fault('config.invalid', `${setting} is ${JSON.stringify(value)}; this version knows ${known}`);

function memoryNamed(name: string): StateStore {
  const store = stores.get(name) ?? memoryStore();
  stores.set(name, store);
  return store;
}

/** The SDKs are loaded here and nowhere else, and only the one that is chosen. */
async function openDynamo(table: string, deps: StoreDeps): Promise<StateStore> {
  const { dynamoClient, dynamoStore } = await import('./dynamodb.js');
  return dynamoStore({ ...deps, client: dynamoClient(), table });
}

async function openTable(
  table: string,
  connection: AzureConnection | undefined,
  deps: StoreDeps,
): Promise<StateStore> {
  if (connection === undefined) {
    const text = `TRIBUTARY_STATE names the Azure table ${table}; TRIBUTARY_STATE_CONNECTION (or TRIBUTARY_STATE_CONNECTION__accountName) must say of which account`;
    throw new Fault('config.missing-setting', text);
  }
  const { tableStore } = await import('./azure-table.js');
  const { tableClient } = await import('./azure-table-client.js');
  return tableStore({ ...deps, client: await tableClient(connection, table) });
}

/**
 * Opens the state store a setting names: `memory:NAME`, `dynamodb:TABLE` or `azure-table:TABLE`, on either cloud. The same
 * memory name gives the same store within a process. Whether the table is there shows at the first call.
 */
export async function openStore(value: string, options: OpenOptions): Promise<StateStore> {
  const { kind, name = '' } = NAMED.exec(value)?.groups ?? {};
  const { clock, random = Math.random, newToken = randomUUID, ttlDays = TTL_DAYS, connection } = options;
  const deps = { clock, random, newToken, ttlDays };
  if (kind === 'memory' && MEMORY_NAME.test(name)) return memoryNamed(name);
  if (kind === 'dynamodb' && DYNAMODB_TABLE.test(name)) return openDynamo(name, deps);
  if (kind === 'azure-table' && AZURE_TABLE.test(name)) return openTable(name, connection, deps);
  const known =
    'memory:NAME (kept by the process, lost with it), dynamodb:TABLE and azure-table:TABLE (letters and digits only)';
  throw invalid('TRIBUTARY_STATE', value, known);
}

/** Opens the place a setting names for parked messages or dead letters. Same setting and name, same place. */
export async function openKept(setting: string, value: string, clock: Clock): Promise<MemoryKept> {
  const { kind, name = '' } = NAMED.exec(value)?.groups ?? {};
  if (kind !== 'memory' || !MEMORY_NAME.test(name))
    throw invalid(setting, value, 'memory:NAME (kept by the process, lost with it)');
  const place = kept.get(`${setting} ${name}`) ?? memoryKept(clock);
  kept.set(`${setting} ${name}`, place);
  return place;
}

/** A queue of this process: the same name gives the same one. */
export function openMemoryQueue(name: string, clock: Clock): MemoryQueue {
  const queue = queues.get(name) ?? memoryQueue(name, clock);
  queues.set(name, queue);
  return queue;
}

/** Objects of this process: the same name gives the same ones. */
export function openMemoryObjects(name: string, clock: Clock): ObjectStore {
  const store = objects.get(name) ?? memoryObjects(name, clock);
  objects.set(name, store);
  return store;
}

/** Forgets every memory of this process: for a fresh start within it. */
export function closeMemories(): void {
  stores.clear();
  kept.clear();
  queues.clear();
  objects.clear();
}
