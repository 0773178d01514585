import { readFile } from 'node:fs/promises';
import { EventHubProducerClient } from '@azure/event-hubs';
import { ContainerClient } from '@azure/storage-blob';
import { consumerOf } from '../../functions/consumer.js';
import { WORK_MS } from '../../functions/work-ms.js';
import { type Azurite, startAzurite } from '../../local/emulators/azurite.js';
import { NAMESPACE } from '../../local/emulators/event-hubs/config.js';
import { type EventHubsEmulator, startEventHubs } from '../../local/emulators/event-hubs/server.js';
import { CHECKPOINT_CONTAINER } from '../../local/functions-host/event-hub-function.js';
import { type FunctionsHost, startFunctionsHost } from '../../local/functions-host/host.js';
import type { Cloud, Deployment, Posting, Site } from './cloud.js';
import { current } from './function-app/handler.js';
import { platformClock } from './quick-clock.js';
import type { Worker } from './worker.js';

const GROUP = 'tributary';
/** The retry policy waits 2 s to a minute between attempts. */
const HASTE = 100;
const SDK = { maxRetries: 3, retryDelayInMs: 200, timeoutInMs: 3_000 };

/** Sends to one partition, cut into batches of the size the service takes. */
async function sendLane(producer: EventHubProducerClient, lane: number, bodies: readonly Buffer[]) {
  const fresh = () => producer.createBatch({ partitionId: String(lane) });
  let batch = await fresh();
  for (const body of bodies) {
    if (batch.tryAdd({ body })) continue;
    await producer.sendBatch(batch);
    batch = await fresh();
    if (!batch.tryAdd({ body })) throw new Error('Event Hubs takes no event of that size');
  }
  await producer.sendBatch(batch);
}

async function send(hubs: EventHubsEmulator, site: Site, messages: readonly Posting[]): Promise<string[]> {
  const next = new Map<number, number>();
  for (const { partition } of hubs.events(site.name)) {
    next.set(Number(partition), (next.get(Number(partition)) ?? 0) + 1);
  }
  const producer = new EventHubProducerClient(hubs.connectionString(), site.name, { retryOptions: SDK });
  try {
    for (const lane of new Set(messages.map((message) => message.lane))) {
      const bodies = messages.filter((message) => message.lane === lane).map(({ body }) => body);
      await sendLane(producer, lane, bodies);
    }
  } finally {
    await producer.close();
  }
  return messages.map(({ lane }) => {
    const sequence = next.get(lane) ?? 0;
    next.set(lane, sequence + 1);
    return `${lane}/${sequence}`;
  });
}

/** Events before the checkpoints, over all partitions. */
async function checkpointed(checkpoints: ContainerClient, hub: string): Promise<number> {
  let count = 0;
  for await (const { name, metadata } of checkpoints.listBlobsFlat({ includeMetadata: true })) {
    if (name.includes(`/${hub}/${GROUP}/checkpoint/`)) count += Number(metadata?.['sequencenumber']) + 1;
  }
  return count;
}

async function forget(checkpoints: ContainerClient, hub: string): Promise<void> {
  for await (const { name } of checkpoints.listBlobsFlat()) {
    if (name.includes(`/${hub}/${GROUP}/checkpoint/`)) await checkpoints.deleteBlob(name);
  }
}

/** What one file shares: storage, and the app that the library ties to the process. */
interface Ground {
  readonly storage: Azurite;
  readonly checkpoints: ContainerClient;
  readonly hostJson: unknown;
  readonly entry: string;
  /** Makes a process take the invocations. */
  readonly occupy: (worker: Worker, site: Site) => void;
}

async function deploy(site: Site, ground: Ground): Promise<Deployment> {
  const hub = { name: site.name, partitions: site.lanes, groups: [GROUP] };
  const hubs = await startEventHubs({ config: { namespace: NAMESPACE, hubs: [hub] } });
  let worker = site.boot();
  let host: FunctionsHost | undefined;
  ground.occupy(worker, site);
  const crash = (): void => {
    worker.die();
    worker = site.boot();
    ground.occupy(worker, site);
  };
  const stop = async (): Promise<void> => {
    const closing = host?.close();
    host = undefined;
    await closing;
  };
  return {
    source: `eventhub:${site.name}`,
    publish: (messages) => send(hubs, site, messages),
    async start() {
      host = await startFunctionsHost({
        entry: ground.entry,
        hostJson: ground.hostJson,
        settings: {
          ...site.settings,
          EventHubConnection: hubs.connectionString(),
          EVENT_HUB_NAME: site.name,
          EVENT_HUB_CONSUMER_GROUP: GROUP,
          TRIBUTARY_STORAGE_CONNECTION: ground.storage.connectionString,
          TRIBUTARY_PARKING_QUEUE: `${site.name}-parked`,
        },
        blobConnectionString: ground.storage.connectionString,
        clock: platformClock(HASTE, site.clock),
        onError: site.report,
      });
    },
    position: () => checkpointed(ground.checkpoints, site.name),
    crash,
    async kill() {
      const closing = stop();
      crash();
      await closing;
    },
    async rewind() {
      await stop();
      await forget(ground.checkpoints, site.name);
    },
    async close() {
      await stop();
      await hubs.close();
    },
  };
}

const occupyApp: Ground['occupy'] = (worker, { clock }) => {
  const handler = consumerOf(worker.pipeline, { clock, workMs: WORK_MS });
  current.handler = (messages, context) => worker.carry(Promise.resolve(handler(messages, context)));
};

/** Event Hubs emulator, functions host with the deployed trigger and host.json, the Function's handler. */
export async function functionCloud(): Promise<Cloud> {
  const entry = new URL('./function-app/index.ts', import.meta.url).href;
  return startGround(entry, occupyApp);
}

/** The same with functions/index.ts as it is: its pipeline is put together once per process, so for one scenario. */
export async function functionEntry(): Promise<Cloud> {
  const entry = new URL('../../functions/index.ts', import.meta.url).href;
  return startGround(entry, () => undefined);
}

async function startGround(entry: string, occupy: Ground['occupy']): Promise<Cloud> {
  const hostJson: unknown = JSON.parse(await readFile(new URL('../../host.json', import.meta.url), 'utf8'));
  const storage = await startAzurite();
  const checkpoints = new ContainerClient(storage.connectionString, CHECKPOINT_CONTAINER);
  await checkpoints.createIfNotExists();
  const ground: Ground = { storage, checkpoints, hostJson, entry, occupy };
  return {
    name: 'Function',
    deploy: (site) => deploy(site, ground),
    close: () => storage.close(),
  };
}
