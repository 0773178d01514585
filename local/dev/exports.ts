import { BlobServiceClient } from '@azure/storage-blob';
import { QueueClient } from '@azure/storage-queue';

/** The container that `files:` of the demo names, and the queue of work on files. */
export const EXPORTS = 'aep-exports';
export const FILES_QUEUE = 'tributary-files';

/** A place for batch files, whose news go into the queue of work on files as Event Grid would put them there. */
export interface Exports {
  put(name: string, text: string): Promise<void>;
}

/** Makes container and queue in a storage account. */
export async function startExports(connectionString: string): Promise<Exports> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(EXPORTS);
  await container.createIfNotExists();
  const queue = new QueueClient(connectionString, FILES_QUEUE);
  await queue.createIfNotExists();
  return {
    async put(name, text) {
      const blob = container.getBlockBlobClient(name);
      await blob.upload(text, Buffer.byteLength(text));
      const event = {
        eventType: 'Microsoft.Storage.BlobCreated',
        subject: `/blobServices/default/containers/${EXPORTS}/blobs/${name}`,
        eventTime: new Date().toISOString(),
        data: { api: 'PutBlob', url: blob.url },
      };
      await queue.sendMessage(Buffer.from(JSON.stringify(event)).toString('base64'));
    },
  };
}
