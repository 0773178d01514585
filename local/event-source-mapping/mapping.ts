import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  DescribeStreamSummaryCommand,
  type KinesisClient,
  ListShardsCommand,
  ResourceNotFoundException,
  type Shard,
} from '@aws-sdk/client-kinesis';
import { Fault } from '../../shared/core/fault.js';
import type { Clock } from '../../shared/core/ports.js';
import { functionArn, type Invoke } from '../lambda-invoker.js';
import {
  type DiscardedBatch,
  type MappingIdentity,
  type OnFailureMessage,
  onFailureMessage,
} from './on-failure.js';
import { rest } from './rest.js';
import type { MappingSettings } from './settings.js';
import type { Counters, SettleDeps } from './settle.js';
import { openIterator, readShard } from './shard.js';

/** A running event source mapping. */
export interface EventSourceMapping {
  /** `records`: done; `discarded`: given up; `behind`: read, but neither. Together they are all that was read. */
  stats(): { invocations: number; records: number; discarded: number; behind: number };
  /** Stops reading, waits for invocations under way, and leaves what they did not finish unsettled. Discards nothing. */
  close(): Promise<void>;
}

/** What a mapping connects: a stream, a function and a place for what was given up. */
export interface MappingOptions {
  readonly client: KinesisClient;
  readonly streamName: string;
  readonly settings: MappingSettings;
  readonly invoke: Invoke;
  /** Delivers to the on-failure destination; called only when the settings name one. */
  readonly onFailure: (message: OnFailureMessage) => Promise<void>;
  readonly clock: Clock;
  /** Told of every surprise; the mapping goes on. */
  readonly onError?: (error: unknown) => void;
}

const DISCOVERY_MS = 200;

interface Mapping extends MappingOptions {
  readonly identity: Omit<MappingIdentity, 'shardId'>;
  readonly region: string;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
  readonly counters: Counters;
  readonly started: Set<string>;
  readonly drained: Set<string>;
  readonly running: Promise<void>[];
}

async function streamArnOf(client: KinesisClient, streamName: string): Promise<string> {
  try {
    const { StreamDescriptionSummary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName: streamName }),
    );
    return StreamDescriptionSummary?.StreamARN ?? '';
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    const text = `There is no stream ${streamName} to read. Create it before the mapping is started.`;
    throw new Fault('config.unknown-name', text, { cause: error });
  }
}

async function listShards({ client, streamName }: Mapping): Promise<readonly Shard[]> {
  const shards: Shard[] = [];
  let token: string | undefined;
  do {
    // A token carries the stream's name; Kinesis refuses both together.
    const command = new ListShardsCommand(
      token === undefined ? { StreamName: streamName } : { NextToken: token },
    );
    const page = await client.send(command);
    shards.push(...(page.Shards ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return shards;
}

async function discard(mapping: Mapping, shardId: string, batch: DiscardedBatch): Promise<void> {
  const { settings, identity, clock, onFailure, onError } = mapping;
  if (!settings.onFailure) {
    const text = `${batch.records.length} records of ${shardId} were given up (${batch.condition}) and are gone: ${settings.functionName} has no on-failure destination. Add one to its stream event.`;
    onError(new Fault('config.missing-setting', text));
    return;
  }
  const at = { now: clock.now(), random: randomUUID() };
  try {
    await onFailure(onFailureMessage(settings.onFailure, batch, { ...identity, shardId }, at));
  } catch (error) {
    // Lambda drops the message too, and counts it as DestinationDeliveryFailures.
    onError(error);
  }
}

function settleDeps(mapping: Mapping, shardId: string): SettleDeps {
  const { settings, invoke, clock, signal, counters, onError } = mapping;
  const giveUp = (batch: DiscardedBatch): Promise<void> => discard(mapping, shardId, batch);
  return { settings, invoke, discard: giveUp, clock, signal, counters, onError };
}

async function startShard(mapping: Mapping, shardId: string, position: MappingSettings['startingPosition']) {
  const { client, streamName, region } = mapping;
  const from = { StreamName: streamName, ShardId: shardId, ShardIteratorType: position };
  const iterator = await openIterator(client, from);
  const source = { shardId, streamArn: mapping.identity.streamArn, region };
  const reading = readShard({ client, streamName, source, position, iterator }, settleDeps(mapping, shardId));
  mapping.started.add(shardId);
  mapping.running.push(
    reading.then((drained) => {
      if (drained) mapping.drained.add(shardId);
    }, mapping.onError),
  );
}

/** Starts every shard whose parents, as far as they are still listed, are drained: so a key's order survives a split. */
async function discover(mapping: Mapping): Promise<void> {
  const shards = await listShards(mapping);
  const listed = new Set(shards.map(({ ShardId }) => ShardId));
  for (const { ShardId: id, ParentShardId, AdjacentParentShardId } of shards) {
    if (id === undefined || mapping.started.has(id)) continue;
    const parents = [ParentShardId, AdjacentParentShardId].filter((parent) => listed.has(parent));
    if (!parents.every((parent) => parent !== undefined && mapping.drained.has(parent))) continue;
    await startShard(mapping, id, parents.length > 0 ? 'TRIM_HORIZON' : mapping.settings.startingPosition);
  }
}

async function keepDiscovering(mapping: Mapping): Promise<void> {
  while (await rest(mapping, DISCOVERY_MS)) {
    try {
      await discover(mapping);
    } catch (error) {
      mapping.onError(error);
    }
  }
}

/**
 * Feeds a function from a stream as Lambda's event source mapping does: shards in order of descent, batches by size
 * and window, partial answers, bisecting, retries, record age, lanes by partition key. Resolves once the shards there
 * are have their starting position. Positions are not kept: a new mapping begins at its starting position.
 */
export async function startEventSourceMapping(options: MappingOptions): Promise<EventSourceMapping> {
  const { client, streamName, settings, onError = (error: unknown) => console.error(error) } = options;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal); // every shard sleeps on it
  const counters: Counters = { invocations: 0, read: 0, done: 0, discarded: 0 };
  const region = await client.config.region();
  const streamArn = await streamArnOf(client, streamName);
  const identity = {
    mappingId: randomUUID(),
    functionArn: functionArn(region, settings.functionName),
    streamArn,
  };
  const lineage = { started: new Set<string>(), drained: new Set<string>(), running: [] };
  const mapping: Mapping = {
    ...options,
    ...lineage,
    identity,
    region,
    signal: stop.signal,
    onError,
    counters,
  };
  let discovering = Promise.resolve();
  const close = async (): Promise<void> => {
    stop.abort();
    await discovering; // it may be about to start one more shard
    await Promise.all(mapping.running);
  };
  if (settings.enabled) {
    try {
      await discover(mapping);
    } catch (error) {
      await close();
      throw error;
    }
    discovering = keepDiscovering(mapping);
  }
  const stats = () => {
    const { invocations, read, done, discarded } = counters;
    return { invocations, records: done, discarded, behind: read - done - discarded };
  };
  return { stats, close };
}
