import { ContainerClient } from '@azure/storage-blob';
import { type Azurite, startAzurite } from '../../../local/emulators/azurite.js';
import { blobOrigin } from '../../../shared/files/places/blob.js';
import { placeOf } from '../../../shared/files/places/place.js';
import type { PlaceGround, PlaceStage } from '../../contracts/file-place-subject.js';
import { fakeClock, silent } from '../../support/fakes.js';

const ONE_TRY = { retryOptions: { maxTries: 1 } };

/** Somebody with the key of the account, who writes and removes as they like. */
export const writer = (container: ContainerClient): Pick<PlaceStage, 'write' | 'remove'> => ({
  async write(name, bytes) {
    await container.getBlockBlobClient(name).upload(Buffer.from(bytes), bytes.length);
  },
  async remove(name) {
    await container.getBlobClient(name).delete();
  },
});

async function stageOn({ connectionString }: Azurite, name: string): Promise<PlaceStage> {
  const container = new ContainerClient(connectionString, name);
  await container.create();
  const prefix = 'of/mine/';
  return {
    prefix,
    ...writer(container),
    async open({ clock = fakeClock(Date.now()), log = silent, port, limits, missing, pageSize } = {}) {
      const account =
        port === undefined
          ? connectionString
          : connectionString.replace(/(BlobEndpoint=http:\/\/127\.0\.0\.1):\d+/, `$1:${port}`);
      const client = new ContainerClient(account, missing ? 'nowhere' : name, ONE_TRY);
      const what = `the Azure container ${client.containerName}`;
      const advice = 'check its "auth"';
      const origin = blobOrigin({ what, prefix, advice, pageSize, use: (call) => call(client) });
      const from = `blob://${client.containerName}/${prefix}`;
      return placeOf(origin, { from, prefix, clock, log, random: () => 0.5, ...(limits && { limits }) });
    },
  };
}

/** A container of its own for each test, on one Azurite. */
export function blobGround() {
  let azurite: Azurite | undefined;
  return {
    secrets: ['Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq'],
    port: () => Number(new URL(azurite?.blobUrl ?? '').port),
    async start(): Promise<PlaceGround> {
      azurite = await startAzurite();
      const running = azurite;
      let count = 0;
      return { stage: () => stageOn(running, `stage-${++count}`), close: () => running.close() };
    },
  };
}
