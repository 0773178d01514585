import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAzurite } from '../../local/emulators/azurite.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import type { Message, StateStore } from '../../shared/core/ports.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import type { Interference, StoreGround } from '../contracts/store-subject.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { batches, historyAndShuffle, levelRules } from '../support/histories.js';
import { azureTableGround } from './azure-table-ground.js';
import { dynamoDbGround } from './dynamodb-ground.js';

async function dynamoDb(): Promise<StoreGround> {
  const dynamo = await startDynamoDb();
  await dynamo.createStateTable('states');
  return dynamoDbGround(dynamo.endpoint, 'states', () => dynamo.close());
}

async function azureTable(): Promise<StoreGround> {
  const { connectionString, close } = await startAzurite();
  await TableClient.fromConnectionString(connectionString, 'states', {
    allowInsecureConnection: true,
  }).createTable();
  return azureTableGround(connectionString, 'states', close);
}

/** Persons of one run are nobody's of another, on the same table. */
const among = (run: number, store: StateStore): StateStore => {
  const own = (id: string): string => `${run} ${id}`;
  return {
    ...store,
    async read(ids, signal, deadline) {
      const states = await store.read(ids.map(own), signal, deadline);
      return new Map([...states].map(([id, state]) => [id.slice(own('').length), state]));
    },
    write: (writes, signal, deadline) =>
      store.write(
        writes.map((write) => ({ ...write, id: own(write.id) })),
        signal,
        deadline,
      ),
  };
};

async function consume(deps: PipelineDeps, stream: readonly Message[][]): Promise<void> {
  const pipeline = createPipeline(deps);
  for (const batch of stream) {
    for (let left: readonly Message[] = batch, tries = 0; left.length > 0; tries++) {
      if (tries > 50) throw new Error('the batch never settles');
      const settlements = await pipeline.run(left, { redelivers: true });
      const first = settlements.findIndex(({ settled }) => !settled);
      left = first < 0 ? [] : left.slice(first);
    }
  }
}

async function reference(history: readonly Message[]) {
  const crm = fakeCrm();
  await consume(fakeDeps(levelRules, crm), batches(history, [1]));
  return crm.rows;
}

let runs = 0;

describe.each([
  ['DynamoDB (dynalite)', dynamoDb],
  ['Azure Table (Azurite)', azureTable],
])('the pipeline on %s', (_, start) => {
  let ground: StoreGround | undefined;
  beforeAll(async () => {
    ground = await start();
  });
  afterAll(() => ground?.close());

  const trouble = fc.array(
    fc.constantFrom<Interference>('none', 'none', 'none', 'throttled', 'lost', 'unavailable'),
    {
      minLength: 20,
      maxLength: 40,
    },
  );

  test('two consumers at once, throttled and losing answers, end in the rows of one alone', async () => {
    await fc.assert(
      fc.asyncProperty(historyAndShuffle, trouble, async ({ history, shuffled, cuts, streams }, troubles) => {
        const crm = fakeCrm();
        const run = ++runs;
        const consumer = () => {
          const deps = fakeDeps(levelRules, crm);
          const interfere = (_about: string, index: number) => troubles[index] ?? 'none';
          const store = ground?.open({ clock: deps.clock, random: () => 0.5, interfere });
          return store ? { ...deps, newId: () => `${run} ${Math.random()}`, store: among(run, store) } : deps;
        };
        const share = (which: boolean) => shuffled.filter((_message, i) => (streams[i] ?? false) === which);
        await Promise.all([
          consume(consumer(), batches(share(true), cuts)),
          consume(consumer(), batches(share(false), cuts)),
        ]);
        expect(crm.rows).toEqual(await reference(history));
      }),
      { numRuns: 12 },
    );
  });
});
