import { EventHubProducerClient } from '@azure/event-hubs';
import { ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../../../local/emulators/azurite.js';
import { NAMESPACE } from '../../../local/emulators/event-hubs/config.js';
import { type EventHubsEmulator, startEventHubs } from '../../../local/emulators/event-hubs/server.js';
import { CHECKPOINT_CONTAINER } from '../../../local/functions-host/event-hub-function.js';

/** The consumer group of these tests. */
export const GROUP = 'tributary';

/** The SDK's own pace would make a cut connection cost 30 s. */
const RETRY = { maxRetries: 3, retryDelayInMs: 200, timeoutInMs: 3_000 };

/** Event Hubs and storage for one test file. */
export interface HubGround {
  readonly hubs: EventHubsEmulator;
  readonly storage: Azurite;
  readonly checkpoints: ContainerClient;
  /** Sends text events to one partition, in order. */
  send(hub: string, bodies: readonly string[], partition?: string): Promise<void>;
  /** Sequence number checkpointed for a partition, undefined when there is none. */
  checkpoint(hub: string, partition?: string): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Starts both emulators with these hubs: name → partitions. */
export const hubGround = async (partitions: Readonly<Record<string, number>>): Promise<HubGround> => {
  const config = {
    namespace: NAMESPACE,
    hubs: Object.entries(partitions).map(([name, count]) => ({ name, partitions: count, groups: [GROUP] })),
  };
  const [hubs, storage] = await Promise.all([startEventHubs({ config }), startAzurite()]);
  const checkpoints = new ContainerClient(storage.connectionString, CHECKPOINT_CONTAINER);
  await checkpoints.createIfNotExists();
  return {
    hubs,
    storage,
    checkpoints,
    async send(hub, bodies, partition = '0') {
      const producer = new EventHubProducerClient(hubs.connectionString(), hub, { retryOptions: RETRY });
      try {
        const events = bodies.map((body) => ({ body: Buffer.from(body) }));
        await producer.sendBatch(events, { partitionId: partition });
      } finally {
        await producer.close();
      }
    },
    async checkpoint(hub, partition = '0') {
      for await (const blob of checkpoints.listBlobsFlat({ includeMetadata: true })) {
        if (!blob.name.endsWith(`/${hub}/${GROUP}/checkpoint/${partition}`)) continue;
        return Number(blob.metadata?.['sequencenumber']);
      }
      return undefined;
    },
    async close() {
      await Promise.all([hubs.close(), storage.close()]);
    },
  };
};

/** Event texts `name-0 … name-(count-1)`. */
export const bodies = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);
