import { readFile } from 'node:fs/promises';
import { ContainerClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { startAzurite } from '../../local/emulators/azurite.js';
import { NAMESPACE } from '../../local/emulators/event-hubs/config.js';
import { startEventHubs } from '../../local/emulators/event-hubs/server.js';
import { startFunctionsHost } from '../../local/functions-host/host.js';
import { testReplay } from './replay-scenario.js';

// functions/index.ts as it is, fed as host.json says.
testReplay(async (settings) => {
  const hostJson: unknown = JSON.parse(await readFile(new URL('../../host.json', import.meta.url), 'utf8'));
  const { connectionString: connection, close } = await startAzurite();
  const hubs = await startEventHubs({
    config: { namespace: NAMESPACE, hubs: [{ name: 'exports', partitions: 1, groups: ['tributary'] }] },
  });
  const queue = new QueueClient(connection, 'tributary-parked');
  await Promise.all([queue.create(), new ContainerClient(connection, 'letters').create()]);
  const errors: unknown[] = [];
  const places = { parking: `storage-queue:${queue.name}`, deadLetters: 'blob:letters/dev', connection };
  const host = await startFunctionsHost({
    entry: new URL('../../functions/index.ts', import.meta.url).href,
    hostJson,
    settings: {
      ...settings,
      EventHubConnection: hubs.connectionString(),
      EVENT_HUB_NAME: 'exports',
      EVENT_HUB_CONSUMER_GROUP: 'tributary',
      TRIBUTARY_STORAGE_CONNECTION: connection,
      TRIBUTARY_PARKING_QUEUE: queue.name,
      TRIBUTARY_PARKING: places.parking,
      TRIBUTARY_DEAD_LETTERS: places.deadLetters,
    },
    blobConnectionString: connection,
    onError: (error) => errors.push(error),
  });
  return {
    places,
    errors,
    put: async (text) => {
      await queue.sendMessage(Buffer.from(text).toString('base64'));
    },
    async close() {
      await host.close();
      await hubs.close();
      await close();
    },
  };
});
