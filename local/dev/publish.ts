import { EventHubBufferedProducerClient } from '@azure/event-hubs';

/** One body on its way into a stream. */
export interface Outgoing {
  readonly body: Buffer;
  readonly partitionKey: string;
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
