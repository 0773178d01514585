import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { LogEntry } from '../demo/oracle.js';
import type { EventHubsEmulator } from '../emulators/event-hubs/server.js';

async function readShard(client: KinesisClient, streamName: string, shard: string): Promise<LogEntry[]> {
  const start = { StreamName: streamName, ShardId: shard, ShardIteratorType: 'TRIM_HORIZON' } as const;
  let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(start));
  const entries: LogEntry[] = [];
  while (iterator) {
    const { Records: records = [], NextShardIterator } = await client.send(
      new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }),
    );
    for (const { Data: body = new Uint8Array(), ApproximateArrivalTimestamp: at } of records) {
      entries.push({ body, at: at?.getTime() ?? 0 });
    }
    iterator = records.length > 0 ? NextShardIterator : undefined;
  }
  return entries;
}

/** Everything both streams hold, with the time each log gave it: what the oracle judges by. */
export async function readBack(
  client: KinesisClient,
  streamName: string,
  eventHubs: EventHubsEmulator,
  hub: string,
): Promise<LogEntry[]> {
  const { Shards: shards = [] } = await client.send(new ListShardsCommand({ StreamName: streamName }));
  const kinesis = await Promise.all(shards.map(({ ShardId = '' }) => readShard(client, streamName, ShardId)));
  const hubs = eventHubs.events(hub).map(({ body, enqueuedAt }) => ({ body, at: enqueuedAt }));
  return [...kinesis.flat(), ...hubs];
}
