import { ContainerClient } from '@azure/storage-blob';
import { type AzureConnection, serviceUrl } from './azure-connection.js';
import { credentialOf } from './azure-credential.js';
import type { ObjectStore } from './objects.js';
import type { RetryDeps } from './retry.js';
import { fromConnection, ONE_TRY, storageCalls } from './storage-call.js';
import { saidIn } from './storage-trouble.js';

/** Which container, and who asks it. */
export interface BlobObjectsOptions extends RetryDeps {
  readonly client: ContainerClient;
  /** Begins every name, with its slash; may be empty. */
  readonly prefix: string;
  /** Names in one page of a listing; as many as the service gives unless set. */
  readonly pageSize?: number;
}

const ADVICE = {
  ContainerNotFound: 'create the container, or correct TRIBUTARY_DEAD_LETTERS (docs/parking.md)',
};

/** A client for a container of the account that a connection string or an identity names. */
export async function containerClient(
  connection: AzureConnection,
  container: string,
): Promise<ContainerClient> {
  if (typeof connection === 'string')
    return fromConnection(() => new ContainerClient(connection, container, ONE_TRY));
  const url = `${serviceUrl(connection, 'blob')}/${container}`;
  return new ContainerClient(url, await credentialOf(connection), ONE_TRY);
}

const isMissing = (error: unknown): boolean => saidIn(error)?.code === 'BlobNotFound';

async function collect(stream: NodeJS.ReadableStream | undefined): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  // Nobody sets an encoding, so every piece is bytes.
  for await (const part of stream ?? []) parts.push(part as unknown as Uint8Array);
  return Buffer.concat(parts);
}

/** Objects as block blobs in a container of Azure Storage. */
export function blobObjects({ client, prefix, pageSize, ...deps }: BlobObjectsOptions): ObjectStore {
  const ask = storageCalls(deps, { what: `the Azure container ${client.containerName}`, advice: ADVICE });
  const blob = (name: string) => client.getBlockBlobClient(prefix + name);
  return {
    place: `blob:${client.containerName}/${prefix}`.replace(/\/$/, ''),
    async put(name, bytes) {
      await ask((limits) => blob(name).upload(Buffer.from(bytes), bytes.length, limits));
    },
    get: (name) =>
      ask(async (limits) => {
        try {
          const { readableStreamBody } = await blob(name).download(0, undefined, {
            ...limits,
            maxRetryRequests: 0,
          });
          return await collect(readableStreamBody);
        } catch (error) {
          if (isMissing(error)) return undefined;
          throw error;
        }
      }),
    async remove(name) {
      await ask((limits) => blob(name).deleteIfExists(limits));
    },
    async *list(start) {
      let token: string | undefined;
      do {
        const { segment, continuationToken } = await ask(async (limits) => {
          const from = {
            ...(token !== undefined && { continuationToken: token }),
            ...(pageSize !== undefined && { maxPageSize: pageSize }),
          };
          const pages = client.listBlobsFlat({ ...limits, prefix: prefix + start }).byPage(from);
          const { value } = await pages.next();
          return value;
        });
        for (const { name, properties } of segment.blobItems)
          yield { name: name.slice(prefix.length), at: properties.lastModified.getTime() };
        token = continuationToken === '' ? undefined : continuationToken;
      } while (token !== undefined);
    },
  };
}
