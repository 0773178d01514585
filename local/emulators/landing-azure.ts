import { randomUUID } from 'node:crypto';
import {
  ContainerClient,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import type { LandingAnswer, LandingStorage } from './landing-zone.js';

/** How the double hands out a container. */
export interface LandingAzureOptions {
  /** A connection string with the key of the account, e.g. Azurite's. */
  readonly connection: string;
  readonly container: string;
  /** Where the URLs it gives lead to, when not to the account itself, e.g. to a proxy. */
  readonly blobUrl?: string;
  /** When access given now ends, as `expiryDate`; Adobe does not always tell. */
  readonly expiryDate?: () => string;
}

const DAY = 86_400_000;
const part = (connection: string, name: string): string =>
  new RegExp(`(?:^|;)${name}=([^;]*)`).exec(connection)?.[1] ?? '';

/** A container of Azure Storage, handed out as Adobe does: by a signature that a stored policy of the container allows. */
export function landingAzure(options: LandingAzureOptions): LandingStorage {
  const { connection, container, expiryDate } = options;
  const key = new StorageSharedKeyCredential(part(connection, 'AccountName'), part(connection, 'AccountKey'));
  const client = new ContainerClient(connection, container);
  const blobUrl = options.blobUrl ?? part(connection, 'BlobEndpoint');
  let known: LandingAnswer | undefined;

  const refresh = async (): Promise<LandingAnswer> => {
    const identifier = `dlz-${randomUUID()}`;
    const accessPolicy = {
      permissions: 'racwdl',
      startsOn: new Date(Date.now() - DAY),
      expiresOn: new Date(Date.now() + 90 * DAY),
    };
    // The policy that was there before goes, and every signature with it.
    await client.setAccessPolicy(undefined, [{ id: identifier, accessPolicy }]);
    const token = generateBlobSASQueryParameters({ containerName: container, identifier }, key).toString();
    known = {
      containerName: container,
      SASToken: token,
      storageAccountName: key.accountName,
      SASUri: `${blobUrl}/${container}?${token}`,
      ...(expiryDate && { expiryDate: expiryDate() }),
    };
    return known;
  };
  return { current: async () => known ?? refresh(), refresh };
}
