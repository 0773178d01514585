import type { InvocationContext } from '@azure/functions';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventHub } from '../../functions/event-hub.js';
import { kinesis } from '../../lambdas/kinesis.js';
import { startDynamoDb } from '../../local/emulators/dynamodb.js';
import type { Message } from '../../shared/core/ports.js';
import { createPipeline, type PipelineDeps } from '../../shared/pipeline/run.js';
import type { StoreGround } from '../contracts/store-subject.js';
import { contextOf, many } from '../functions/event-hub-fixture.js';
import { fakeCrm, fakeDeps } from '../support/fakes.js';
import { batches, historyAndShuffle, levelRules } from '../support/histories.js';
import { consume } from '../support/streams.js';
import { among } from './among.js';
import { dynamoDbGround } from './dynamodb-ground.js';

// Two Lambdas and two Functions at work on the same persons at once, each by its own handler, on one DynamoDB table.

let ground: StoreGround | undefined;
beforeAll(async () => {
  const dynamo = await startDynamoDb();
  await dynamo.createStateTable('states');
  ground = dynamoDbGround(dynamo.endpoint, 'states', () => dynamo.close());
});
afterAll(() => ground?.close());

const WORK_MS = 480_000;
const MOST_ROUNDS = 60;
const bytesOf = ({ body }: Message): Buffer => Buffer.from(body as Uint8Array); // as `message` makes them

/** A process that takes batches in as its cloud hands them over, and says from which message on they come again. */
type Consumer = (batch: readonly Message[]) => Promise<number | undefined>;

function lambda(deps: PipelineDeps): Consumer {
  const handler = kinesis(createPipeline(deps), deps.clock);
  return async (batch) => {
    const Records = batch.map((one, i) => ({
      eventSourceARN: 'arn:aws:kinesis:eu-central-1:123456789012:stream/exports',
      eventID: `shardId-000000000000:${i}`,
      kinesis: {
        sequenceNumber: `${i}`,
        data: bytesOf(one).toString('base64'),
        approximateArrivalTimestamp: one.at / 1000,
      },
    }));
    const answer = await handler({ Records }, { getRemainingTimeInMillis: () => WORK_MS });
    const first = answer.batchItemFailures[0]?.itemIdentifier;
    return first === undefined ? undefined : Number(first);
  };
}

function azureFunction(deps: PipelineDeps): Consumer {
  const handler = eventHub(createPipeline(deps), { clock: deps.clock, workMs: WORK_MS });
  return async (batch) => {
    const times = batch.map(({ at }) => new Date(at).toISOString());
    const systemPropertiesArray = times.map((enqueuedTimeUtc, i) => ({ sequenceNumber: i, enqueuedTimeUtc }));
    const metadata = many(batch.length, { enqueuedTimeUtcArray: times, systemPropertiesArray });
    const context: InvocationContext = contextOf({ metadata, cardinality: 'many' });
    // The checkpoint stays where it is when the handler throws: the whole batch comes again.
    return Promise.resolve(handler(batch.map(bytesOf), context)).then(
      () => undefined,
      () => 0,
    );
  };
}

async function drain(consumer: Consumer, stream: readonly Message[][]): Promise<void> {
  for (const batch of stream) {
    let left: readonly Message[] = batch;
    for (let round = 0; left.length > 0; round++) {
      if (round > MOST_ROUNDS) throw new Error('the batch never settles');
      const again = await consumer(left);
      left = again === undefined ? [] : left.slice(again);
    }
  }
}

let runs = 0;

test('they end in the rows of one consumer alone', async () => {
  await fc.assert(
    fc.asyncProperty(historyAndShuffle, fc.infiniteStream(fc.nat({ max: 3 })), async (dealt, whose) => {
      const { history, shuffled, cuts } = dealt;
      const crm = fakeCrm();
      const run = ++runs;
      const deps = (): PipelineDeps => {
        const own = fakeDeps(levelRules, crm);
        const store = ground?.open({ clock: own.clock, random: () => 0.5 });
        if (!store) throw new Error('the service has not been started');
        return { ...own, newId: () => `${run} ${Math.random()}`, store: among(run, store) };
      };
      const hands = shuffled.map(() => whose.next().value ?? 0);
      const consumers = [lambda(deps()), lambda(deps()), azureFunction(deps()), azureFunction(deps())];
      await Promise.all(
        consumers.map((consumer, n) =>
          drain(
            consumer,
            batches(
              shuffled.filter((_, i) => hands[i] === n),
              cuts,
            ),
          ),
        ),
      );
      const alone = fakeCrm();
      await consume(fakeDeps(levelRules, alone), batches(history, [1]));
      expect(crm.rows).toEqual(alone.rows);
    }),
    { numRuns: 15 },
  );
});
