import {
  type CheckpointStore,
  EventHubConsumerClient,
  type EventPosition,
  earliestEventPosition,
  latestEventPosition,
  type PartitionContext,
  type ReceivedEventData,
} from '@azure/event-hubs';
import type { HubBatch } from './event-hub-encoder.js';
import type { EventHubsSettings } from './host-json.js';
import type { RunOutcome } from './retry.js';

/** What ends a run before its time. */
export interface PartitionHold {
  readonly signal: AbortSignal;
  readonly stillOwned: () => Promise<boolean>;
}

/** One trigger: where it reads, how, and what it runs. */
export interface EventHubTrigger {
  readonly connectionString: string;
  readonly hub: string;
  readonly group: string;
  readonly many: boolean;
  readonly store: CheckpointStore;
  readonly settings: EventHubsSettings;
  /** Runs one invocation to its end, retries included. Must not throw. */
  readonly run: (batch: HubBatch, hold: PartitionHold) => Promise<RunOutcome>;
  readonly report: (error: unknown) => void;
}

/** A trigger at work. `close` waits for the running handlers; what they had not finished comes again. */
export interface RunningTrigger {
  close(): Promise<void>;
}

/** Far shorter than the SDK's own (30 s first retry, 10 s cycle, 60 s expiry): a local start must not take a minute. */
const RETRY = { maxRetries: 3, retryDelayInMs: 200, timeoutInMs: 3_000 };
const BALANCING = {
  strategy: 'greedy',
  updateIntervalInMs: 500,
  partitionOwnershipExpirationIntervalInMs: 5_000,
} as const;

/**
 * A connection cut while the SDK waits for events ends that wait only when it is over, and the partition stands still
 * until then. Waiting in short turns keeps the stop short; an empty turn costs nothing.
 */
const IDLE_SECONDS = 1;

/**
 * Thrown from `processEvents` only once another consumer owns the partition. It makes the SDK end its pump, which
 * otherwise goes on handing out prefetched events and, should the partition come back, would never be restarted.
 */
class OwnershipLost extends Error {
  override readonly name = 'OwnershipLost';
}

interface Partition {
  readonly stop: AbortController;
  batches: number;
}

const startPosition = ({ initialOffsetOptions: start }: EventHubsSettings): EventPosition => {
  if (start.type === 'fromStart') return earliestEventPosition;
  if (start.type === 'fromEnd') return latestEventPosition;
  return { enqueuedOn: new Date(start.enqueuedTimeUtc) };
};

/**
 * Runs every batch, then checkpoints it regardless of the outcome, as the Event Hubs extension does
 * (PartitionProcessor in Microsoft.Azure.WebJobs.Extensions.EventHubs). Not checkpointed: batches cut off by a stop or
 * by lost ownership.
 */
const handler = (trigger: EventHubTrigger, client: EventHubConsumerClient) => {
  const { many, settings, store } = trigger;

  const stillOwned = async (at: PartitionContext): Promise<boolean> => {
    const all = await store.listOwnership(at.fullyQualifiedNamespace, at.eventHubName, at.consumerGroup);
    return all.some((one) => one.partitionId === at.partitionId && one.ownerId === client.identifier);
  };

  const checkpoint = async (last: ReceivedEventData, at: PartitionContext, partition: Partition) => {
    // updateCheckpoint has no condition: without this look an old owner could rewind the new one's checkpoint.
    if (!(await stillOwned(at))) throw new OwnershipLost(at.partitionId);
    await at.updateCheckpoint(last);
    partition.batches = 0;
  };

  /** When the checkpoint store does not answer, the work goes on: a stolen partition is noticed at the next batch. */
  const ownedOrUnknown = (at: PartitionContext): Promise<boolean> =>
    stillOwned(at).catch((error: unknown) => {
      trigger.report(error);
      return true;
    });

  return async (events: ReceivedEventData[], at: PartitionContext, partition: Partition): Promise<void> => {
    const last = events.at(-1);
    const { signal } = partition.stop;
    if (last === undefined || signal.aborted) return; // nothing came, or too late
    const checkpoints =
      settings.enableCheckpointing && partition.batches + 1 >= settings.batchCheckpointFrequency;
    for (const part of many ? [events] : events.map((event) => [event])) {
      const hold = { signal, stillOwned: () => ownedOrUnknown(at) };
      const outcome = await trigger.run({ events: part, partition: at, checkpoints }, hold);
      if (outcome === 'lost') throw new OwnershipLost(at.partitionId);
      if (outcome === 'stopped' || signal.aborted) return;
    }
    partition.batches += 1;
    if (checkpoints) await checkpoint(last, at, partition);
  };
};

/** Starts the trigger loop: the SDK's own consumer and load balancer, checkpoints in the given store. */
export const startEventHubTrigger = (trigger: EventHubTrigger): RunningTrigger => {
  const { connectionString, hub, group, store, settings, report } = trigger;
  const client = new EventHubConsumerClient(group, connectionString, hub, store, {
    retryOptions: RETRY,
    loadBalancingOptions: BALANCING,
  });
  const handle = handler(trigger, client);
  const partitions = new Map<string, Partition>();
  const inFlight = new Set<Promise<void>>();

  const open = (id: string): Partition => {
    const partition = { stop: new AbortController(), batches: 0 };
    partitions.set(id, partition);
    return partition;
  };

  const subscription = client.subscribe(
    {
      processInitialize: async ({ partitionId }) => {
        open(partitionId);
      },
      processClose: async (_, { partitionId }) => partitions.get(partitionId)?.stop.abort(),
      processError: async (error) => {
        if (!(error instanceof OwnershipLost)) report(error);
      },
      processEvents: async (events, at) => {
        // Only OwnershipLost may leave: after any other error the SDK idles or, worse, skips the batch.
        const job = handle(events, at, partitions.get(at.partitionId) ?? open(at.partitionId)).catch(
          (error: unknown) => {
            if (error instanceof OwnershipLost) throw error;
            report(error);
          },
        );
        inFlight.add(job);
        await job.finally(() => inFlight.delete(job));
      },
    },
    {
      maxBatchSize: settings.maxEventBatchSize,
      maxWaitTimeInSeconds: IDLE_SECONDS,
      prefetchCount: settings.prefetchCount,
      skipParsingBodyAsJson: true,
      startPosition: startPosition(settings),
    },
  );

  return {
    async close() {
      for (const { stop } of partitions.values()) stop.abort();
      // Rejects when the store cannot take the partitions back; they then expire by themselves.
      await subscription.close().catch(report);
      await Promise.allSettled(inFlight); // subscription.close() does not wait for handlers
      await client.close();
    },
  };
};
