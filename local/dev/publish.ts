import { type KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { EventHubBufferedProducerClient } from '@azure/event-hubs';
import type { Clock } from '../../shared/core/ports.js';

/** One body on its way into a stream. */
export interface Outgoing {
  readonly body: Buffer;
  readonly partitionKey: string;
}

/** What PutRecords takes at most. */
const RECORDS_PER_CALL = 500;
const ATTEMPTS = 8;

/** Puts records by the real AWS client; those the stream refuses are put again, as PutRecords may fail in part. */
export async function publishToKinesis(
  client: KinesisClient,
  streamName: string,
  events: readonly Outgoing[],
  clock: Clock,
  onSent: (count: number) => void,
): Promise<void> {
  for (let at = 0; at < events.length; at += RECORDS_PER_CALL) {
    const slice = events.slice(at, at + RECORDS_PER_CALL);
    let left: PutRecordsRequestEntry[] = slice.map(({ body, partitionKey }) => ({
      Data: body,
      PartitionKey: partitionKey,
    }));
    for (let attempt = 1; left.length > 0; attempt++) {
      const { Records: answers = [] } = await client.send(
        new PutRecordsCommand({ StreamName: streamName, Records: left }),
      );
      const refused = left.filter((_, i) => answers[i]?.ErrorCode !== undefined);
      onSent(left.length - refused.length);
      if (refused.length > 0 && attempt === ATTEMPTS) {
        throw new Error(`Kinesis refused ${refused.length} records ${ATTEMPTS} times; nothing was given up`);
      }
      left = refused;
      if (left.length > 0) await clock.sleep(100 * attempt);
    }
  }
}

/** Sends events by the real Azure client, batched per partition. */
export async function publishToEventHubs(
  connectionString: string,
  hub: string,
  events: readonly Outgoing[],
  onSent: (count: number) => void,
): Promise<void> {
  let failure: Error | undefined;
  const producer = new EventHubBufferedProducerClient(connectionString, hub, {
    maxWaitTimeInMs: 50,
    maxEventBufferLengthPerPartition: 2_000,
    onSendEventsErrorHandler: async ({ error }) => {
      failure = error;
    },
    onSendEventsSuccessHandler: async ({ events: sent }) => onSent(sent.length),
    retryOptions: { maxRetries: 3, retryDelayInMs: 200, timeoutInMs: 10_000 },
  });
  try {
    for (const { body, partitionKey } of events) await producer.enqueueEvent({ body }, { partitionKey });
    await producer.flush();
  } finally {
    await producer.close();
  }
  if (failure) throw new Error(`Event Hubs refused events: ${failure.message}`, { cause: failure });
}
