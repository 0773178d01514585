import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
} from '@aws-sdk/client-kinesis';
import { createLane, type Lane, laneOf } from './lane.js';
import { type ShardSource, toHeld } from './record.js';
import { backoff, rest } from './rest.js';
import type { MappingSettings } from './settings.js';
import type { SettleDeps } from './settle.js';

/** Lambda polls a shard about once a second; on one machine that would only be slow. */
const POLL_MS = 50;
/** The most GetRecords gives. */
const READ_LIMIT = 10_000;
/** Kinesis asks to slow down; Lambda obeys and tells nobody. */
const THROTTLES = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
]);

/** A shard to read, and from where. */
export interface ShardStart {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly source: ShardSource;
  readonly position: MappingSettings['startingPosition'];
  readonly iterator: string;
}

interface Reader extends ShardStart {
  /** `undefined` until it is renewed. */
  current: string | undefined;
  lastRead: string | undefined;
  /** The shard was split or merged and is read to its end. */
  closed: boolean;
  readonly lanes: readonly Lane[];
}

/** Asks where to read from. */
export async function openIterator(
  client: KinesisClient,
  from: Omit<GetShardIteratorCommandInput, 'StreamARN' | 'StreamId'>,
): Promise<string> {
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(from));
  if (ShardIterator === undefined) throw new Error(`Kinesis gave no iterator for ${from.ShardId}.`);
  return ShardIterator;
}

function renew({ client, streamName, source, position, lastRead }: Reader): Promise<string> {
  const shard = { StreamName: streamName, ShardId: source.shardId };
  if (lastRead === undefined) return openIterator(client, { ...shard, ShardIteratorType: position });
  const after = { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: lastRead } as const;
  return openIterator(client, { ...shard, ...after });
}

async function read(reader: Reader, { clock, counters }: SettleDeps): Promise<void> {
  reader.current ??= await renew(reader);
  const command = new GetRecordsCommand({ ShardIterator: reader.current, Limit: READ_LIMIT });
  const answer = await reader.client.send(command);
  const records = (answer.Records ?? []).map((record) => toHeld(record, reader.source, clock.now()));
  for (const record of records) {
    reader.lanes[laneOf(record.event.kinesis.partitionKey, reader.lanes.length)]?.push(record);
  }
  counters.read += records.length;
  reader.lastRead = records.at(-1)?.sequenceNumber ?? reader.lastRead;
  reader.current = answer.NextShardIterator;
  reader.closed = !answer.NextShardIterator;
}

/** Reads once. False when that failed: an iterator that expired is renewed, anything else is tried again. */
async function tryRead(reader: Reader, deps: SettleDeps): Promise<boolean> {
  try {
    await read(reader, deps);
    return true;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'ExpiredIteratorException') reader.current = undefined;
    else if (!THROTTLES.has(name)) deps.onError(error);
    return false;
  }
}

/**
 * An open batch holds the stream: with one lane nothing is read meanwhile. Several lanes go on while one of them is
 * free and no busy one has a further batch waiting.
 */
const hasRoom = (lanes: readonly Lane[], batchSize: number): boolean =>
  lanes.some((lane) => !lane.busy()) && lanes.every((lane) => !lane.busy() || lane.waiting() < batchSize);

/** Reads a shard until it is drained (true) or the mapping stops (false, once no batch is open any more). */
export async function readShard(start: ShardStart, deps: SettleDeps): Promise<boolean> {
  const { batchSize, parallelizationFactor } = deps.settings;
  const lanes = Array.from({ length: parallelizationFactor }, () => createLane(deps));
  const reader: Reader = { ...start, current: start.iterator, lastRead: undefined, closed: false, lanes };
  let failures = 0;
  do {
    const due = !reader.closed && hasRoom(lanes, batchSize);
    failures = due && !(await tryRead(reader, deps)) ? failures + 1 : 0;
    for (const lane of lanes) lane.tick(reader.closed);
    if (reader.closed && lanes.every((lane) => !lane.busy() && lane.waiting() === 0)) return true;
  } while (await rest(deps, failures > 0 ? backoff(failures) : POLL_MS));
  await Promise.all(lanes.map((lane) => lane.ended()));
  return false;
}
