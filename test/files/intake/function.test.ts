import { readFile } from 'node:fs/promises';
import { ContainerClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';
import { EXPORTS, FILES_QUEUE, startExports } from '../../../local/dev/exports.js';
import { startAzurite } from '../../../local/emulators/azurite.js';
import { NAMESPACE } from '../../../local/emulators/event-hubs/config.js';
import { startEventHubs } from '../../../local/emulators/event-hubs/server.js';
import { startFunctionsHost } from '../../../local/functions-host/host.js';
import { testFiles } from './cloud-scenario.js';

// functions/index.ts as it is, fed as host.json says; Event Grid puts its news into the queue.
testFiles(`blob://${EXPORTS}/aep/`, async (settings) => {
  const hostJson: unknown = JSON.parse(
    await readFile(new URL('../../../host.json', import.meta.url), 'utf8'),
  );
  const { connectionString: connection, close } = await startAzurite();
  const hubs = await startEventHubs({
    config: { namespace: NAMESPACE, hubs: [{ name: 'exports', partitions: 1, groups: ['tributary'] }] },
  });
  const exports = await startExports(connection);
  await Promise.all([
    new QueueClient(connection, 'tributary-parked').create(),
    new ContainerClient(connection, 'letters').create(),
  ]);
  const errors: unknown[] = [];
  const host = await startFunctionsHost({
    entry: new URL('../../../functions/index.ts', import.meta.url).href,
    hostJson,
    settings: {
      ...settings,
      EventHubConnection: hubs.connectionString(),
      EVENT_HUB_NAME: 'exports',
      EVENT_HUB_CONSUMER_GROUP: 'tributary',
      TRIBUTARY_STORAGE_CONNECTION: connection,
      TRIBUTARY_PARKING_QUEUE: 'tributary-parked',
      TRIBUTARY_DEAD_LETTERS: 'blob:letters/dev',
      TRIBUTARY_FILES_QUEUE: `storage-queue:${FILES_QUEUE}`,
    },
    blobConnectionString: connection,
    onError: (error) => errors.push(error),
  });
  const container = new ContainerClient(connection, EXPORTS);
  return {
    errors,
    put: exports.put,
    async read(name) {
      const blob = container.getBlobClient(name);
      return (await blob.exists()) ? (await blob.downloadToBuffer()).toString('utf8') : undefined;
    },
    async close() {
      await host.close();
      await hubs.close();
      await close();
    },
  };
});
