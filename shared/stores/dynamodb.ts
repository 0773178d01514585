import { setMaxListeners } from 'node:events';
import {
  type AttributeValue,
  BatchGetItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { bad, ok, type Result } from '../core/fault.js';
import type { StateStore, StateWrite, Versioned, WriteAnswer } from '../core/ports.js';
import { answerEach } from './answer-each.js';
import { encodeWithin, expiryOf, isExpired, type StoreDeps } from './deps.js';
import { diagnose, isConditionFailed, Unprocessed } from './dynamodb-trouble.js';
import { inParallel } from './parallel.js';
import { personKey } from './person-key.js';
import { type Attempt, retrying } from './retry.js';
import { decodeState } from './state-codec.js';

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const KEYS_PER_READ = 100;
const READS_AT_ONCE = 4;
/** A little under the SDK's own limit of sockets. */
const WRITES_AT_ONCE = 48;
/** 400 KB an item, less the names of the attributes and the values of the other three. */
const MAX_STATE = 400 * 1024 - 256;

/** What takes longer is given up and asked again. */
const CONNECT_MS = 1_000;
const REQUEST_MS = 3_000;

/** The person's key, the token of the write that made the item, when it expires (epoch seconds), the state. */
const Item = z.object({
  person: z.object({ S: z.string() }),
  version: z.object({ S: z.string() }),
  expires: z.object({ N: z.string().transform(Number).pipe(z.number()) }),
  state: z.object({ B: z.instanceof(Uint8Array) }),
});
type Item = z.infer<typeof Item>;

/** An item as the service gives it. */
type Found = Record<string, AttributeValue>;

/** The table and who asks it. */
export interface DynamoStoreOptions extends StoreDeps {
  readonly client: DynamoDBClient;
  readonly table: string;
}

/** One call of the store: everything its requests share. */
interface Call extends DynamoStoreOptions {
  readonly attempt: Attempt;
  readonly request: { readonly abortSignal?: AbortSignal };
}

function parseItem(found: Found, table: string): Result<Item> {
  const parsed = Item.safeParse(found);
  if (parsed.success) return ok(parsed.data);
  const text = `an item of the DynamoDB table ${table} is not as tributary writes them (person, version, expires, state)`;
  return bad('store.format', text, { cause: parsed.error });
}

const slices = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));

/** An answer holds 16 MB at most, and a throttled table answers in part: what is left over is asked for again. */
async function readSlice(
  keys: readonly string[],
  { client, table, attempt, request }: Call,
): Promise<Found[]> {
  const items: Found[] = [];
  let left: Record<string, AttributeValue>[] = keys.map((key) => ({ person: { S: key } }));
  await attempt(async () => {
    const wanted = { [table]: { Keys: left, ConsistentRead: true } };
    const answer = await client.send(new BatchGetItemCommand({ RequestItems: wanted }), request);
    items.push(...(answer.Responses?.[table] ?? []));
    const asked = left.length;
    left = answer.UnprocessedKeys?.[table]?.Keys ?? [];
    if (left.length > 0) throw new Unprocessed(left.length, asked);
  });
  return items;
}

/** The state in an item; nothing when it has expired. */
function stateIn(found: Found, call: Call): Result<Versioned> | undefined {
  const item = parseItem(found, call.table);
  if (!item.ok) return item;
  const { version, expires, state } = item.value;
  if (isExpired(expires.N, call)) return undefined;
  const decoded = decodeState(state.B);
  return decoded.ok ? ok({ state: decoded.value, version: version.S }) : decoded;
}

async function readAll(ids: readonly string[], call: Call): Promise<ReadonlyMap<string, Result<Versioned>>> {
  const byKey = new Map(ids.map((id) => [personKey(id), id]));
  const items = await inParallel(slices([...byKey.keys()], KEYS_PER_READ), READS_AT_ONCE, (keys) =>
    readSlice(keys, call),
  );
  const states = new Map<string, Result<Versioned>>();
  for (const item of items.flat()) {
    const id = byKey.get(item['person']?.S ?? '');
    const known = id === undefined ? undefined : stateIn(item, call);
    if (id !== undefined && known) states.set(id, known);
  }
  return states;
}

/** An item that has expired counts as none, whether or not DynamoDB has removed it. */
function conditionOf(expected: string | undefined, now: number): Partial<PutItemCommandInput> {
  if (expected !== undefined)
    return {
      ConditionExpression: '#version = :expected',
      ExpressionAttributeNames: { '#version': 'version' },
      ExpressionAttributeValues: { ':expected': { S: expected } },
    };
  return {
    ConditionExpression: 'attribute_not_exists(#person) OR #expires <= :now',
    ExpressionAttributeNames: { '#person': 'person', '#expires': 'expires' },
    ExpressionAttributeValues: { ':now': { N: String(Math.floor(now / 1000)) } },
  };
}

async function tokenOf(key: string, { client, table, request }: Call): Promise<string | undefined> {
  const command = new GetItemCommand({
    TableName: table,
    Key: { person: { S: key } },
    ConsistentRead: true,
    ProjectionExpression: '#version',
    ExpressionAttributeNames: { '#version': 'version' },
  });
  return (await client.send(command, request)).Item?.['version']?.S;
}

async function put({ id, state, expected, ttlDays }: StateWrite, call: Call): Promise<WriteAnswer> {
  const key = personKey(id);
  const version = call.newToken();
  const item = {
    person: { S: key },
    version: { S: version },
    expires: { N: String(expiryOf(call, ttlDays)) },
    state: { B: encodeWithin(state, MAX_STATE, 'an item of DynamoDB') },
  };
  return call.attempt(async (tries) => {
    const condition = conditionOf(expected, call.clock.now());
    try {
      await call.client.send(
        new PutItemCommand({ TableName: call.table, Item: item, ...condition }),
        call.request,
      );
      return { ok: true, version };
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      // An earlier try may have been carried out and its answer lost: then our own write stands in the way.
      const ours = tries > 1 && (await tokenOf(key, call)) === version;
      return ours ? { ok: true, version } : { ok: false, reason: 'conflict' };
    }
  });
}

/** A client made from the environment in the SDK's own way, except that this store does the retrying. */
export const dynamoClient = (): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: REQUEST_MS,
      throwOnRequestTimeout: true,
    },
  });

/** The state store in a DynamoDB table whose only key is the string `person`. */
export function dynamoStore(options: DynamoStoreOptions): StateStore {
  const callOf = (signal?: AbortSignal, deadline?: number): Call => {
    // Each request under way listens to it, more than the ten that Node takes for a leak.
    if (signal) setMaxListeners(0, signal);
    return {
      ...options,
      attempt: retrying(options, (error) => diagnose(error, options.table), signal, deadline),
      request: signal ? { abortSignal: signal } : {},
    };
  };
  return {
    kind: 'dynamodb',
    read: (ids, signal, deadline) => readAll(ids, callOf(signal, deadline)),
    write(writes, signal, deadline) {
      const call = callOf(signal, deadline);
      return answerEach(writes, WRITES_AT_ONCE, (write) => put(write, call));
    },
  };
}
