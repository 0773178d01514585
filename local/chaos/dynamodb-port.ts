import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  InternalServerError,
  ProvisionedThroughputExceededException,
  PutItemCommand,
  type PutItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { StateStore } from '../../shared/core/ports.js';
import { TTL_DAYS } from '../../shared/stores/deps.js';
import { dynamoStore } from '../../shared/stores/dynamodb.js';
import type { Invocation } from './host.js';
import { isOut } from './remote-trouble.js';
import type { Took } from './store-port.js';
import type { World } from './world.js';

const TABLE = 'chaos-state';

type Item = NonNullable<PutItemCommandInput['Item']>;

const saying = (message: string, httpStatusCode: number) => ({ message, $metadata: { httpStatusCode } });

/** A connection that broke: nobody knows whether the request was carried out. */
const reset = (): Error => Object.assign(new Error('chaos: the connection broke'), { code: 'ECONNRESET' });

/** Trouble that comes before anything is done. */
function check(world: World, kind: 'store.read-down' | 'store.write-down', where: string): void {
  if (isOut(world, 'store.outage', where) || world.faults.strike('store.throttled', where))
    throw new ProvisionedThroughputExceededException(saying('chaos: throttled', 400));
  if (world.faults.strike(kind, where)) throw new InternalServerError(saying('chaos: broken', 500));
}

const keyOf = (item: Item | undefined): string => item?.['person']?.S ?? '';

/** What `#version = :expected`, or else `attribute_not_exists(#person) OR #expires <= :now`, says of an item. */
function holds({ ExpressionAttributeValues: values }: PutItemCommandInput, found: Item | undefined): boolean {
  const expected = values?.[':expected']?.S;
  if (expected !== undefined) return found?.['version']?.S === expected;
  return found === undefined || Number(found['expires']?.N) <= Number(values?.[':now']?.N);
}

function batchGet(world: World, { RequestItems }: BatchGetItemCommandInput, where: string) {
  const { faults, waits, items } = world;
  const wanted = RequestItems?.[TABLE]?.Keys ?? [];
  const given = faults.strike('store.unprocessed', where) ? waits.below(wanted.length) : wanted.length;
  const found = wanted
    .slice(0, given)
    .map((key) => items.get(keyOf(key)))
    .filter((item) => item !== undefined);
  const left = wanted.slice(given);
  return {
    Responses: { [TABLE]: found },
    ...(left.length > 0 && { UnprocessedKeys: { [TABLE]: { Keys: left } } }),
  };
}

function put(world: World, input: PutItemCommandInput, where: string, took: Took) {
  const { Item: item = {} } = input;
  if (!holds(input, world.items.get(keyOf(item))))
    throw new ConditionalCheckFailedException(saying('The conditional request failed', 400));
  world.items.set(keyOf(item), item);
  took(keyOf(item));
  if (world.faults.strike('store.answer-lost', where)) throw reset();
  return {};
}

/** The commands the store makes, answered as DynamoDB does. */
function client(world: World, { host, name }: Invocation, took: Took) {
  const send = (command: unknown): Promise<unknown> =>
    host.step('DynamoDB', world.climate.storeMs, () => {
      const isPut = command instanceof PutItemCommand;
      check(world, isPut ? 'store.write-down' : 'store.read-down', name);
      if (isPut) return put(world, command.input, name, took);
      if (command instanceof BatchGetItemCommand) return batchGet(world, command.input, name);
      if (command instanceof GetItemCommand) return { Item: world.items.get(keyOf(command.input.Key)) };
      throw new Error('the model of DynamoDB does not know this command');
    });
  // Of a client the store uses nothing else.
  return { send } as unknown as DynamoDBClient;
}

/** The store for DynamoDB as one invocation reaches it, over a model of the service. */
export function dynamoPort(world: World, invocation: Invocation, took: Took): StateStore {
  const { waits, next } = world;
  return dynamoStore({
    client: client(world, invocation, took),
    table: TABLE,
    clock: invocation.host.clock,
    random: () => waits.next(),
    newToken: () => `v-${next()}`,
    ttlDays: TTL_DAYS,
  });
}
