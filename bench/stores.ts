import { randomUUID } from 'node:crypto';
import { TableClient } from '@azure/data-tables';
import { startAzurite } from '../local/emulators/azurite.js';
import { startDynamoDb } from '../local/emulators/dynamodb.js';
import { systemClock } from '../shared/clock.js';
import type { StateStore, StateWrite } from '../shared/core/ports.js';
import type { PersonState } from '../shared/core/state.js';
import { tableStore } from '../shared/stores/azure-table.js';
import { TTL_DAYS } from '../shared/stores/deps.js';
import { dynamoStore } from '../shared/stores/dynamodb.js';
import { memoryStore } from '../shared/stores/memory.js';
import type { Options, Outcome } from './outcome.js';
import { usualState } from './usual-state.js';

/** As the stream hands them over. */
const BATCH = 500;
/** What the figures are told for. */
const PER = 10_000;

/** A store on some ground, and how many requests its client has made. */
interface Ground {
  readonly name: string;
  readonly store: StateStore;
  requests(): number;
  close(): Promise<void>;
}

const deps = {
  clock: systemClock,
  random: Math.random,
  newToken: randomUUID,
  ttlDays: TTL_DAYS,
};

async function onDynamo(): Promise<Ground> {
  const emulator = await startDynamoDb();
  await emulator.createStateTable('states');
  const client = emulator.client();
  let requests = 0;
  client.middlewareStack.add(
    (next) => (args) => {
      requests += 1;
      return next(args);
    },
    { step: 'initialize', name: 'count' },
  );
  const store = dynamoStore({ ...deps, client, table: 'states' });
  return { name: 'DynamoDB (dynalite)', store, requests: () => requests, close: () => emulator.close() };
}

async function onTables(): Promise<Ground> {
  const azurite = await startAzurite();
  let requests = 0;
  const client = TableClient.fromConnectionString(azurite.connectionString, 'states', {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      {
        position: 'perCall',
        policy: {
          name: 'count',
          sendRequest(request, next) {
            requests += 1;
            return next(request);
          },
        },
      },
    ],
  });
  await client.createTable();
  requests = 0;
  const store = tableStore({ ...deps, client });
  return { name: 'Azure Table (Azurite)', store, requests: () => requests, close: () => azurite.close() };
}

const onMemory = async (): Promise<Ground> => ({
  name: 'memory',
  store: memoryStore(),
  requests: () => 0,
  close: async () => undefined,
});

/** One kind of work with a store, for {@link PER} persons. */
interface Work {
  readonly what: string;
  readonly requests: number;
  readonly seconds: number;
}

interface Result {
  readonly store: string;
  readonly persons: number;
  readonly work: readonly Work[];
}

const batches = (persons: number): string[][] =>
  Array.from({ length: Math.ceil(persons / BATCH) }, (_, b) =>
    Array.from({ length: Math.min(BATCH, persons - b * BATCH) }, (_, i) => `crmid:C-${b * BATCH + i}`),
  );

async function write(store: StateStore, writes: readonly StateWrite[]): Promise<void> {
  for (const answer of await store.write(writes))
    if (!answer.ok) throw new Error(`the store refuses a state: ${answer.reason}`);
}

async function writeNew(store: StateStore, ids: readonly string[], state: PersonState): Promise<void> {
  await write(
    store,
    ids.map((id) => ({ id, state, expected: undefined })),
  );
}

async function rewrite(store: StateStore, ids: readonly string[], state: PersonState): Promise<void> {
  const known = await store.read(ids);
  await write(
    store,
    ids.map((id) => {
      const one = known.get(id);
      return { id, state, expected: one?.ok ? one.value.version : undefined };
    }),
  );
}

async function measure({ name, store, requests }: Ground, persons: number): Promise<Result> {
  const state = usualState();
  const groups = batches(persons);
  const work: Work[] = [];
  const time = async (what: string, each: (ids: readonly string[]) => Promise<unknown>): Promise<void> => {
    const before = requests();
    const start = performance.now();
    for (const ids of groups) await each(ids);
    const share = PER / persons;
    const seconds = ((performance.now() - start) / 1000) * share;
    work.push({ what, requests: (requests() - before) * share, seconds });
  };
  await time('read, nobody known', (ids) => store.read(ids));
  await time('write, new', (ids) => writeNew(store, ids, state));
  await time('read, all known', (ids) => store.read(ids));
  await time('read and write', (ids) => rewrite(store, ids, state));
  return { store: name, persons, work };
}

const resultText = ({ store, work }: Result): string =>
  work
    .map(
      ({ what, requests, seconds }) =>
        `  ${store.padEnd(22)} ${what.padEnd(19)} ${requests.toLocaleString('en').padStart(7)} round trips  ${seconds.toFixed(2).padStart(7)} s\n`,
    )
    .join('');

/** Round trips and time of each store, on its emulator. */
export async function stores({ quick, onScenario }: Options): Promise<Outcome> {
  const persons = quick ? 20 : 2_000;
  const results: Result[] = [];
  for (const open of [onMemory, onDynamo, onTables]) {
    const ground = await open();
    onScenario(`stores: ${ground.name}`);
    try {
      results.push(await measure(ground, persons));
    } finally {
      await ground.close();
    }
  }
  const head = `stores: ${PER.toLocaleString('en')} persons in batches of ${BATCH}, measured with ${persons.toLocaleString('en')}; the time is the emulator's, on this machine\n`;
  return { results, text: head + results.map(resultText).join(''), missed: [], ratios: {} };
}
