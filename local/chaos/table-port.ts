import { RestError, type TableClient } from '@azure/data-tables';
import type { StateStore } from '../../shared/core/ports.js';
import { tableStore } from '../../shared/stores/azure-table.js';
import { TTL_DAYS } from '../../shared/stores/deps.js';
import type { Invocation } from './host.js';
import { isOut } from './remote-trouble.js';
import type { Took } from './store-port.js';
import type { World } from './world.js';

/** An entity as the client gives and takes it. */
export interface Entity {
  readonly partitionKey: string;
  readonly etag: string;
  readonly [property: string]: unknown;
}

const refusal = (statusCode: number, code: string): RestError =>
  new RestError(`chaos: ${code}`, { statusCode, code });

function check(world: World, kind: 'store.read-down' | 'store.write-down', where: string): void {
  if (isOut(world, 'store.outage', where) || world.faults.strike('store.throttled', where))
    throw refusal(503, 'ServerBusy');
  if (world.faults.strike(kind, where)) throw refusal(500, 'InternalError');
}

/** The operations the store makes, answered as the table service does. */
function client(world: World, { host, name }: Invocation, took: Took) {
  const { entities, climate, faults, next } = world;
  const ask = <T>(kind: 'store.read-down' | 'store.write-down', act: () => T): Promise<T> =>
    host.step('Azure Table', climate.storeMs, () => {
      check(world, kind, name);
      return act();
    });
  const save = (entity: Omit<Entity, 'etag'>): { etag: string } => {
    const { partitionKey } = entity;
    const etag = `W/"${next()}"`;
    entities.set(String(partitionKey), { ...entity, partitionKey: String(partitionKey), etag });
    took(String(partitionKey));
    if (faults.strike('store.answer-lost', name)) throw new RestError('chaos', { code: 'ECONNRESET' });
    return { etag };
  };
  const model = {
    tableName: 'chaos',
    getEntity: (key: string) =>
      ask('store.read-down', () => {
        const found = entities.get(key);
        if (found === undefined) throw refusal(404, 'ResourceNotFound');
        return found;
      }),
    createEntity: (entity: Entity) =>
      ask('store.write-down', () => {
        if (entities.has(entity.partitionKey)) throw refusal(409, 'EntityAlreadyExists');
        return save(entity);
      }),
    updateEntity: (entity: Entity, _: 'Replace', { etag }: { etag: string }) =>
      ask('store.write-down', () => {
        const found = entities.get(entity.partitionKey);
        if (found === undefined) throw refusal(404, 'ResourceNotFound');
        if (found.etag !== etag) throw refusal(412, 'UpdateConditionNotSatisfied');
        return save(entity);
      }),
  };
  // Of a client the store uses nothing else.
  return model as unknown as TableClient;
}

/** The store for Azure Table as one invocation reaches it, over a model of the service. */
export function tablePort(world: World, invocation: Invocation, took: Took): StateStore {
  const { waits, next } = world;
  return tableStore({
    client: client(world, invocation, took),
    clock: invocation.host.clock,
    random: () => waits.next(),
    newToken: () => `v-${next()}`,
    ttlDays: TTL_DAYS,
  });
}
