import { randomUUID } from 'node:crypto';
import type { Answer } from '../vendor-answer.js';
import { done, json, refusal } from './answer.js';
import { columnsOf } from './fields.js';
import { join, listMembers, takeOff } from './lists.js';
import { type Located, locate } from './locate.js';
import { describe } from './metadata.js';
import type { Misbehaviours } from './misbehaviour.js';
import type { Rows } from './rows.js';
import type { Tables } from './tables.js';

/** What requests are carried out on. */
export interface Environment {
  readonly tables: Tables;
  readonly rows: Rows;
  readonly misbehaviours: Misbehaviours;
  readonly base: () => string;
  /** Told of every write: whether it changed anything. */
  readonly wrote: (changed: boolean) => void;
}

/** One request, by itself or in a batch. `path` is decoded and below the service root. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const notRead = (): Answer => refusal(400, '0x80048d19', 'The body cannot be read.');

const addressOf = (env: Environment, name: string, id: string): string =>
  `${env.base()}/api/data/v9.2/${name}(${id})`;

/** Misbehaviours that concern one row. */
function hindered({ misbehaviours }: Environment, key: string | undefined): Answer | undefined {
  if (misbehaviours.take('lock-row', (fault) => fault.key === undefined || fault.key === key))
    return refusal(500, '0x80044150', 'Generic SQL error. Transaction was deadlocked on lock resources.');
  if (misbehaviours.take('refuse-key', (fault) => fault.key === key))
    return refusal(400, '0x80040265', 'An error occurred in the plug-in: this row is frozen.');
  return undefined;
}

const noRow = ({ table, key }: Located): Answer =>
  key?.column === table.id
    ? refusal(404, '0x80040217', `${table.logical} With Id = ${key.value} Does Not Exist`)
    : refusal(
        404,
        '0x80060891',
        `A record with the specified key values does not exist in ${table.logical} entity`,
      );

/** A write that is sure to succeed: checked, but not carried out yet. */
interface Ready {
  readonly name: string;
  readonly id: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Another row that has a value which an alternate key wants for one row only. */
function violated(
  { rows }: Environment,
  { name, table }: Located,
  { id, fields }: Ready,
): Answer | undefined {
  const key = table.keys.find((column) => {
    const holder = typeof fields[column] === 'string' ? rows.find(name, column, fields[column]) : undefined;
    return holder !== undefined && holder !== id;
  });
  const text = `Entity Key ${key} violated. A record with the same value for ${key} already exists.`;
  return key === undefined ? undefined : refusal(412, '0x80060892', text);
}

function prepare(env: Environment, target: Located, body: unknown): Ready | Answer {
  if (!isObject(body)) return notRead();
  const { name, table, key, id } = target;
  const hindrance = hindered(env, key?.value);
  if (hindrance) return hindrance;
  const read = columnsOf(body, table, env.tables, env.rows);
  if ('status' in read) return read;
  // On update the key column in the body is ignored; on create it wins over the address.
  const { [key?.column ?? '']: _, ...others } = read.fields;
  const named = key && key.column !== table.id ? { [key.column]: key.value } : {};
  const fields = id === undefined ? { ...named, ...read.fields } : others;
  const fresh = key?.column === table.id ? key.value : randomUUID();
  const ready = { name, id: id ?? fresh, fields };
  return violated(env, target, ready) ?? ready;
}

function commit(env: Environment, { name, id, fields }: Ready): Answer {
  const isNew = env.rows.get(name, id) === undefined;
  env.wrote(env.rows.put(name, id, fields) || isNew);
  return done(addressOf(env, name, id));
}

function patch(env: Environment, target: Located, { headers, body }: ApiRequest): Answer {
  if (target.key === undefined) return refusal(405, '0x80060888', 'PATCH is not supported on a collection.');
  if (target.id === undefined && headers['if-match'] === '*') return noRow(target);
  const ready = prepare(env, target, body);
  return 'status' in ready ? ready : commit(env, ready);
}

function upsertMultiple(env: Environment, name: string, body: unknown): Answer {
  const targets = isObject(body) && Array.isArray(body['Targets']) ? body['Targets'] : undefined;
  if (!targets || targets.length > 1000) return notRead();
  const prepared: Ready[] = [];
  for (const target of targets) {
    if (!isObject(target)) return notRead();
    const { '@odata.id': address, '@odata.type': type, ...fields } = target;
    const located = locate(env.tables, env.rows, decodeURIComponent(String(address)));
    if ('status' in located) return located;
    if (located.name !== name || type !== `Microsoft.Dynamics.CRM.${located.table.logical}`) return notRead();
    // The create path does not forgive a key column in the body.
    if (located.id === undefined && located.key && located.key.column in fields)
      return refusal(400, '0x80040216', 'An unexpected error occurred.');
    const ready = prepare(env, located, fields);
    if ('status' in ready) return ready;
    prepared.push(ready);
  }
  const keys = prepared.map(({ fields, id }) => JSON.stringify([id, fields['aep_profileid']]));
  if (new Set(keys).size < keys.length)
    return refusal(412, '0x80040237', 'A record with matching key values already exists.');
  for (const ready of prepared) commit(env, ready);
  return done();
}

function read(env: Environment, { name, table, id, key }: Located, { query }: ApiRequest): Answer {
  if (key === undefined) return refusal(400, '0x80060888', 'The demo environment lists no tables.');
  const row = id === undefined ? undefined : env.rows.get(name, id);
  if (row === undefined) return noRow({ name, table, key });
  const columns = (query.get('$select') ?? '').split(',');
  const chosen = Object.fromEntries(
    columns.filter((column) => column in row).map((column) => [column, row[column]]),
  );
  return json(200, { '@odata.etag': 'W/"1"', ...chosen, [table.id]: id });
}

function remove(env: Environment, target: Located): Answer {
  const { name, id, key } = target;
  if (key === undefined) return refusal(405, '0x80060888', 'DELETE is not supported on a collection.');
  const hindrance = hindered(env, key.value);
  if (hindrance) return hindrance;
  if (id === undefined) return noRow(target);
  env.rows.remove(name, id);
  env.wrote(true);
  return done();
}

function ofTable(env: Environment, request: ApiRequest): Answer {
  const target = locate(env.tables, env.rows, request.path);
  if ('status' in target) return target;
  switch (request.method) {
    case 'PATCH':
      return patch(env, target, request);
    case 'GET':
      return read(env, target, request);
    case 'DELETE':
      return remove(env, target);
    case 'POST': {
      if (target.key) return refusal(405, '0x80060888', 'POST is not supported on a row.');
      const ready = prepare(env, target, request.body);
      return 'status' in ready ? ready : commit(env, ready);
    }
    default:
      return refusal(405, '0x80060888', `${request.method} is not supported.`);
  }
}

const MULTIPLE = /^(\w+)\/Microsoft\.Dynamics\.CRM\.UpsertMultiple$/;

/** Carries out one request. */
export function carryOut(env: Environment, request: ApiRequest): Answer {
  const { method, path, query, body } = request;
  const [, many] = MULTIPLE.exec(path) ?? [];
  if (many !== undefined && method === 'POST') return upsertMultiple(env, many, body);
  if (path === 'AddListMembersList' && method === 'POST') return join(env, body);
  if (path === 'listmembers' && method === 'GET') return listMembers(env, query.get('$filter') ?? '');
  if (path.startsWith('listmembers(') && method === 'DELETE') return takeOff(env, path);
  return (method === 'GET' ? describe(env, path, query) : undefined) ?? ofTable(env, request);
}
