import {
  type KinesisClient,
  ProvisionedThroughputExceededException,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
} from '@aws-sdk/client-kinesis';
import { Fault } from '../shared/core/fault.js';
import type { Clock } from '../shared/core/ports.js';
import { cutCalls } from '../shared/stores/kinesis-calls.js';

/** One record to put. */
export interface StreamEntry {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Calls in a row that brought nothing before it is given up: about ten seconds. */
const PATIENCE = 12;

/** Bytes that an entry counts for. */
export const sizeOf = ({ partitionKey, data }: StreamEntry): number =>
  data.byteLength + Buffer.byteLength(partitionKey);

/** Puts what one call takes; answers with what Kinesis did not take. */
async function put(client: KinesisClient, streamName: string, call: readonly StreamEntry[]) {
  const records = call.map(
    ({ partitionKey, data }): PutRecordsRequestEntry => ({ PartitionKey: partitionKey, Data: data }),
  );
  try {
    const { Records = [] } = await client.send(
      new PutRecordsCommand({ StreamName: streamName, Records: records }),
    );
    return call.filter((_, index) => Records[index]?.SequenceNumber === undefined);
  } catch (error) {
    if (error instanceof ProvisionedThroughputExceededException) return call;
    throw error;
  }
}

/**
 * Puts all entries, in calls of the size Kinesis takes. A call may succeed in part: only what was refused is sent again,
 * after a pause, so a refused entry comes later than its neighbours.
 */
export async function putAll(
  client: KinesisClient,
  streamName: string,
  entries: readonly StreamEntry[],
  clock: Clock,
): Promise<void> {
  for (const call of cutCalls(entries, sizeOf)) {
    let rest: readonly StreamEntry[] = call;
    for (let idle = 0; rest.length > 0; ) {
      const refused = await put(client, streamName, rest);
      idle = refused.length < rest.length ? 0 : idle + 1;
      rest = refused;
      if (idle >= PATIENCE) {
        const text = `Kinesis refused ${rest.length} records of ${streamName} ${idle} times in a row. Add shards or send more slowly.`;
        throw new Fault('remote.throttled', text);
      }
      if (rest.length > 0) await clock.sleep(Math.min(1_000, 20 * 2 ** idle));
    }
  }
}
