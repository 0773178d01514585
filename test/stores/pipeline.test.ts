import { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAzurite } from '../../local/emulators/azurite.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import type { Clock, Message, StateStore } from '../../shared/core/ports.js';
import type { Interference, StoreGround } from '../contracts/store-subject.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { batches, historyAndShuffle, levelRules } from '../support/histories.js';
import { humanHistory, humanRules } from '../support/humans.js';
import { humansAfter } from '../support/humans-after.js';
import { consume } from '../support/streams.js';
import { among } from './among.js';
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

  test('two consumers at once agree on who is who, throttled and losing answers', async () => {
    await fc.assert(
      fc.asyncProperty(humanHistory, trouble, async ({ messages, deal }, troubles) => {
        const crm = fakeCrm();
        const run = ++runs;
        const interfere = (_about: string, index: number) => troubles[index] ?? 'none';
        const storeOf = (clock: Clock, what?: typeof interfere): StateStore => {
          const store = ground?.open({ clock, random: () => 0.5, ...(what && { interfere: what }) });
          if (!store) throw new Error('the service has not been started');
          return among(run, store);
        };
        const consumer = () => {
          const deps = fakeDeps(humanRules, crm);
          return { ...deps, newId: () => `${run} ${Math.random()}`, store: storeOf(deps.clock, interfere) };
        };
        const share = (which: boolean) =>
          deal.shuffled.filter((_message, i) => (deal.streams[i] ?? false) === which);
        await Promise.all([
          consume(consumer(), batches(share(true), deal.cuts)),
          consume(consumer(), batches(share(false), deal.cuts)),
        ]);
        const alone = fakeCrm();
        const reference = fakeDeps(humanRules, alone);
        await consume(reference, batches(messages, [1]));
        expect(await humansAfter(storeOf(reference.clock), crm)).toEqual(
          await humansAfter(reference.store, alone),
        );
      }),
      { numRuns: 12 },
    );
  });
});
