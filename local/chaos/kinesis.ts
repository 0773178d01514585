import type { KinesisStreamEvent } from 'aws-lambda';
import { kinesis } from '../../lambdas/kinesis.js';
import { doneCount } from '../event-source-mapping/answer.js';
import { type HeldRecord, toHeld } from '../event-source-mapping/record.js';
import { type SettleDeps, settle } from '../event-source-mapping/settle.js';
import type { Invocation } from '../lambda-invoker.js';
import { type Came, invoke } from './invoke.js';
import { type Process, startProcess } from './process.js';
import { STREAM, STREAM_ARN, type StreamRecord } from './publish.js';
import type { World } from './world.js';

/** As serverless.yml has it. */
const TIMEOUT_MS = 300_000;
/** AWS publishes no waits between retries: shorter ones would only be more of the same. */
const PATIENCE = 200;
const MOST_PATIENT_MS = 8_000;

/** A shard of a Kinesis stream, and the Lambda environment that is warm for it. */
interface Shard {
  readonly name: string;
  readonly messages: ReadonlyMap<string, string>;
  process: Process | undefined;
}

type Answer = Came<unknown>;

function warm(world: World, shard: Shard): Process {
  if (!shard.process?.host.isAlive())
    shard.process = startProcess(world, `${shard.name}.${world.next()}`, 'aws');
  return shard.process;
}

/** Waits for the answer of a delivery, or for less: then nobody hears of the answer. */
function heard(world: World, shard: Shard, running: Promise<Answer>): Promise<Answer> {
  const { faults, timeline, waits } = world;
  if (!faults.strike('source.ghost', shard.name)) return running;
  const gone = timeline.sleep(waits.below(MOST_PATIENT_MS)).then((): Answer => {
    // The environment goes on working; Lambda starts another one for the next delivery.
    shard.process = undefined;
    return { kind: 'gone' };
  });
  return Promise.race([running, gone]);
}

/** Calls the consumer; the records before the first that it names are done. */
async function call(world: World, shard: Shard, event: KinesisStreamEvent): Promise<Invocation> {
  const ids = event.Records.map(({ kinesis: { sequenceNumber } }) => sequenceNumber);
  const process = warm(world, shard);
  const came = await heard(
    world,
    shard,
    invoke<unknown>(world, process, {
      what: `${shard.name} ${ids.join(', ')}`,
      killMs: TIMEOUT_MS,
      run: ({ pipeline, left }) =>
        kinesis(pipeline, process.host.clock)(event, { getRemainingTimeInMillis: left }),
    }),
  );
  const requestId = String(world.next());
  if (came.kind !== 'answer') return { requestId, functionError: 'Unhandled' };
  for (const id of ids.slice(0, doneCount(came.value, ids, true))) {
    const name = shard.messages.get(id) ?? id;
    world.books.settled(name, came.settlements.get(name));
  }
  return { requestId, payload: came.value };
}

/** As serverless.yml sets the mapping; how long the stream keeps its records is not in question here. */
const SETTINGS: SettleDeps['settings'] = {
  functionName: 'consumer',
  stream: { logicalId: 'Events', name: STREAM, shards: 1 },
  enabled: true,
  startingPosition: 'TRIM_HORIZON',
  batchSize: 500,
  batchWindow: 1,
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeInSeconds: -1,
  bisectBatchOnFunctionError: true,
  reportBatchItemFailures: true,
};

const held = (record: StreamRecord): HeldRecord =>
  toHeld(
    {
      SequenceNumber: record.id,
      Data: record.body,
      PartitionKey: record.partitionKey,
      ApproximateArrivalTimestamp: new Date(record.at),
    },
    { shardId: record.lane, streamArn: STREAM_ARN, region: 'eu-central-1' },
    record.at,
  );

/** Works off a shard, one batch at a time, as an event source mapping does. */
export async function runShard(world: World, name: string, records: readonly StreamRecord[]): Promise<void> {
  const { timeline, waits, climate, books } = world;
  const shard: Shard = {
    name,
    messages: new Map(records.map((one) => [one.id, one.name])),
    process: undefined,
  };
  const deps: SettleDeps = {
    settings: SETTINGS,
    clock: {
      now: timeline.now,
      sleep: (ms) => timeline.sleep(ms * PATIENCE * (0.5 + waits.next())),
    },
    signal: new AbortController().signal,
    // Made by toEvent(), which says what it is.
    invoke: (event) => call(world, shard, event as KinesisStreamEvent),
    discard: async ({ records: lost }) => books.wrong(`${lost.length} records of ${name} were discarded`),
    counters: { invocations: 0, read: 0, done: 0, discarded: 0 },
    onError: (error) => books.threw(error),
  };
  for (let position = 0; position < records.length; ) {
    const batch = records.slice(position, position + 1 + waits.below(climate.largestBatch));
    position += batch.length;
    await settle(batch.map(held), deps);
  }
}
