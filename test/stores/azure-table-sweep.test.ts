import { RestError, TableClient } from '@azure/data-tables';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';
import { tableStore } from '../../shared/stores/azure-table.js';
import { sweepTable } from '../../shared/stores/azure-table-sweep.js';
import { personKey } from '../../shared/stores/person-key.js';
import { somebody } from '../contracts/store-steps.js';
import { fakeClock } from '../support/fakes.js';
import { azureTableClient } from './azure-table-ground.js';
import { marked } from './states.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let azurite: Azurite | undefined;
beforeAll(async () => {
  azurite = await startAzurite();
});
afterAll(() => azurite?.close());

let tables = 0;

/** A table of its own, and a clock that the store and the sweep go by. */
async function world(interfere?: (request: string) => 'none') {
  if (!azurite) throw new Error('the service has not been started');
  const name = `sweep${++tables}`;
  await TableClient.fromConnectionString(azurite.connectionString, name, {
    allowInsecureConnection: true,
  }).createTable();
  const client = azureTableClient(azurite.connectionString, name, interfere);
  const clock = fakeClock();
  const store = tableStore({ client, clock, random: () => 0.5, ttlDays: 10, newToken: somebody });
  const write = (count: number, ttlDays: number) => {
    const ids = Array.from({ length: count }, () => somebody());
    return store
      .write(ids.map((id) => ({ id, state: marked('x'), expected: undefined, ttlDays })))
      .then(() => ids);
  };
  const keys = async () => {
    const all = new Set<string>();
    for await (const { partitionKey } of client.listEntities()) all.add(partitionKey ?? '');
    all.delete(personKey(':sweep'));
    return all;
  };
  return {
    client,
    clock,
    store,
    write,
    keys,
    sweep: (deadline = Infinity) => sweepTable({ client, store, clock }, deadline),
  };
}

test('what expired an hour ago is removed, and nothing else', async () => {
  const { clock, write, keys, sweep } = await world();
  await write(30, 1);
  const kept = [...(await write(5, 2)), ...(await write(5, 10))];
  clock.advance(DAY_MS + HOUR_MS + 2_000);
  expect(await sweep()).toEqual({ removed: 30, done: true });
  expect(await keys()).toEqual(new Set(kept.map(personKey)));
  clock.advance(DAY_MS - 2_000);
  expect(await sweep()).toEqual({ removed: 0, done: true });
});

test('what somebody has written since it was found stays', async () => {
  let deletes = 0;
  const { client, clock, store, write, keys } = await world();
  const [id = ''] = await write(1, 1);
  clock.advance(3 * DAY_MS);
  const meanwhile = async () => {
    const [answer] = await store.write([{ id, state: marked('back'), expected: undefined }]);
    expect(answer?.ok).toBe(true);
  };
  const racing = Object.create(client, {
    deleteEntity: {
      value: async (...args: Parameters<TableClient['deleteEntity']>) => {
        deletes += 1;
        await meanwhile();
        return client.deleteEntity(...args);
      },
    },
  });
  expect(await sweepTable({ client: racing, store, clock }, Infinity)).toEqual({ removed: 0, done: true });
  expect([deletes, await keys()]).toEqual([1, new Set([personKey(id)])]);
});

test('a run that has no time left goes on the next time where it stopped', async () => {
  const queries: string[] = [];
  const { clock, write, keys, sweep } = await world((request) => {
    if (request.includes('$filter') || request.includes('%24filter')) queries.push(request);
    return 'none';
  });
  await write(1_200, 1);
  clock.advance(3 * DAY_MS);
  expect(await sweep(clock.now())).toEqual({ removed: 1_000, done: false });
  expect(await sweep(clock.now())).toEqual({ removed: 200, done: true });
  expect(queries.map((query) => query.includes('NextPartitionKey'))).toEqual([false, true]);
  expect((await keys()).size).toBe(0);
}, 60_000);

test('a table that refuses is a fault that says what to do', async () => {
  const { clock, client, store } = await world();
  await client.deleteTable();
  await expect(sweepTable({ client, store, clock }, Infinity)).rejects.toMatchObject({
    code: 'store.unavailable',
  });
});

test('a place that the service does not know any more is forgotten, so that the next run begins anew', async () => {
  const { clock, store, write, sweep } = await world((request) => {
    if (!request.includes('NextPartitionKey=gone')) return 'none';
    throw new RestError('One of the request inputs is not valid', { statusCode: 400, code: 'InvalidInput' });
  });
  await write(3, 1);
  clock.advance(2 * DAY_MS);
  const place = Buffer.from(JSON.stringify({ nextPartitionKey: 'gone' })).toString('base64');
  const state = { ...marked('x'), values: new Map([['place', { value: place, at: clock.now() }]]) };
  await store.write([{ id: ':sweep', state, expected: undefined, ttlDays: 30 }]);
  await expect(sweep()).rejects.toMatchObject({ code: expect.stringMatching(/^store\./) });
  expect(await sweep()).toEqual({ removed: 3, done: true });
});
