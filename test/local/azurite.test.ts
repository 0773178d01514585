import { BlobServiceClient } from '@azure/storage-blob';
import { expect, test } from 'vitest';
import { startAzurite } from '../../local/emulators/azurite.js';

test('blobs can be written and read, and closing ends the process and its ports', async () => {
  const azurite = await startAzurite();
  const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  expect(service.url).toBe(`${azurite.blobUrl}`);
  const container = service.getContainerClient('abc');
  await container.create();
  await container.getBlockBlobClient('x').upload('hello', 5);
  expect((await container.getBlockBlobClient('x').downloadToBuffer()).toString()).toBe('hello');
  await azurite.close();
  await azurite.close();
  await expect(fetch(azurite.blobUrl)).rejects.toThrow('fetch failed');
});
