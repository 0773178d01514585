import { ContainerClient } from '@azure/storage-blob';
import { refusedUrl } from '../../connectors/wire/endpoint.js';
import { Fault } from '../../core/fault.js';
import { credentialOf } from '../../stores/azure-credential.js';
import { containerClient } from '../../stores/blob-objects.js';
import { ONE_TRY } from '../../stores/storage-call.js';
import type { BlobAuth } from './auth.js';
import type { PlaceDeps } from './deps.js';
import { secretOf } from './secret-of.js';

/** A signature that ends within a week is told of: nobody renews it but people. */
const WEEK = 7 * 86_400_000;

/** The SDK's own complaint could quote the secret, so it is replaced. */
function made(make: () => ContainerClient, wrong: string): ContainerClient {
  try {
    return make();
  } catch {
    throw new Fault('config.invalid', wrong);
  }
}

const byConnection = (connection: string, container: string, named: string): ContainerClient =>
  made(
    () => new ContainerClient(connection, container, ONE_TRY),
    `${named} is no connection string of a storage account (AccountName=…;AccountKey=…, or endpoints with SharedAccessSignature=…)`,
  );

/** A client for a container by the URL that its shared access signature is part of. */
export function byUrl(url: string, container: string, named: string): ContainerClient {
  const wrong = `${named} is no URL of the container ${container} with a shared access signature (https://ACCOUNT.blob.core.windows.net/${container}?…&sig=…)`;
  if (refusedUrl(url) !== undefined || !new URL(url).searchParams.has('sig'))
    throw new Fault('config.invalid', wrong);
  const client = made(() => new ContainerClient(url, undefined, ONE_TRY), wrong);
  if (client.containerName !== container) throw new Fault('config.invalid', wrong);
  return client;
}

async function byIdentity(
  account: string,
  container: string,
  identity: string | undefined,
): Promise<ContainerClient> {
  const credential = await credentialOf({ credential: undefined, clientId: identity });
  return new ContainerClient(`${account}/${container}`, credential, ONE_TRY);
}

/** A client for a container, as `auth` says; without it, of the deployment's own storage account. */
export async function blobClientFor(
  container: string,
  { connection, sas, account, identity }: BlobAuth,
  { secrets, connection: own, clock, log }: Pick<PlaceDeps, 'secrets' | 'connection' | 'clock' | 'log'>,
): Promise<ContainerClient> {
  if (connection !== undefined)
    return byConnection(await secretOf(secrets, connection), container, connection);
  if (sas !== undefined) {
    const url = await secretOf(secrets, sas);
    const client = byUrl(url, container, sas);
    const ends = Date.parse(new URL(url).searchParams.get('se') ?? '');
    if (ends - clock.now() < WEEK) {
      const fields = { place: `blob://${container}`, ends: new Date(ends).toISOString() };
      log.write('warn', 'place.access-ends', fields);
    }
    return client;
  }
  if (account !== undefined) return byIdentity(account, container, identity);
  if (own !== undefined) return containerClient(own, container);
  const text = `blob://${container} says nothing of its account: set auth (account, sas or connection) or TRIBUTARY_STORAGE_CONNECTION`;
  throw new Fault('config.missing-setting', text);
}
