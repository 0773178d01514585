import type { ContainerClient } from '@azure/storage-blob';
import { Fault } from '../../core/fault.js';
import { saidIn } from '../../stores/storage-trouble.js';
import type { FileEntry } from '../ports.js';
import type { LandingAccess } from './landing-access.js';
import { type AwsLanding, type AzureLanding, type Landing, LandingError } from './landing-zone.js';
import type { Origin } from './origin.js';

/** Which landing zone, and how it is reached. */
export interface DlzOptions {
  readonly what: string;
  readonly container: string;
  readonly prefix: string;
  readonly access: LandingAccess;
  readonly pageSize?: number | undefined;
}

const ADVICE =
  'Adobe gave this access itself: ask whether the landing zone was changed (docs/files-places.md)';

/** What Adobe answers when its access has ended or was replaced. */
const isRefused = (error: unknown): boolean => [401, 403].includes(saidIn(error)?.status ?? 0);

async function onAzure({ what, container, prefix, access, pageSize }: DlzOptions): Promise<Origin> {
  const [{ blobOrigin }, { byUrl }] = await Promise.all([import('./blob.js'), import('./open-blob.js')]);
  const clients = new WeakMap<Landing, ContainerClient>();
  const clientFor = (landing: Landing): ContainerClient => {
    const url = landing.kind === 'azure' ? landing.url : '';
    const client = clients.get(landing) ?? byUrl(url, container, "Adobe's answer");
    clients.set(landing, client);
    return client;
  };
  const use = async <T>(call: (client: ContainerClient) => Promise<T>): Promise<T> => {
    const landing = await access.current();
    try {
      return await call(clientFor(landing));
    } catch (error) {
      if (!isRefused(error)) throw error;
      return call(clientFor(await access.instead(landing)));
    }
  };
  return blobOrigin({ what, prefix, use, advice: ADVICE, pageSize });
}

/** Names are told as on Azure: without the folder that stands for the container. */
async function onAws(
  { bucket, container }: AwsLanding,
  { prefix, access, pageSize }: DlzOptions,
): Promise<Origin> {
  const [{ s3Origin }, { landingClient }] = await Promise.all([import('./s3.js'), import('./open-s3.js')]);
  const client = landingClient(access);
  const folder = `${container}/`;
  const inner = s3Origin({ client, bucket, prefix: `${folder}${prefix}`, pageSize });
  const inside = (entry: FileEntry): FileEntry => ({ ...entry, name: entry.name.slice(folder.length) });
  return {
    ...inner,
    async page(cursor, signal) {
      const page = await inner.page(cursor, signal);
      return { ...page, entries: page.entries.map(inside) };
    },
    async stat(name, signal) {
      const entry = await inner.stat(`${folder}${name}`, signal);
      return entry && inside(entry);
    },
    open: (entry, from, to, signal) =>
      inner.open({ ...entry, name: `${folder}${entry.name}` }, from, to, signal),
    put: (name, bytes, signal) => inner.put(`${folder}${name}`, bytes, signal),
  };
}

function expectContainer({ container }: AzureLanding | AwsLanding, options: DlzOptions): void {
  if (container === options.container) return;
  const text = `Adobe's landing zone is called ${JSON.stringify(container)}, not ${JSON.stringify(options.container)}: correct "from"`;
  throw new Fault('config.invalid', text);
}

/** Files that Adobe puts into its own storage for us, on whichever cloud that is. */
export function dlzOrigin(options: DlzOptions): Origin {
  let opened: Origin | undefined;
  const inner = async (): Promise<Origin> => {
    if (opened !== undefined) return opened;
    const landing = await options.access.current();
    expectContainer(landing, options);
    opened ??= landing.kind === 'azure' ? await onAzure(options) : await onAws(landing, options);
    return opened;
  };
  return {
    what: options.what,
    page: async (cursor, signal) => (await inner()).page(cursor, signal),
    stat: async (name, signal) => (await inner()).stat(name, signal),
    open: async (entry, from, to, signal) => (await inner()).open(entry, from, to, signal),
    put: async (name, bytes, signal) => (await inner()).put(name, bytes, signal),
    diagnose: (error) => (error instanceof LandingError ? error.trouble : opened?.diagnose(error)),
    close: async () => opened?.close(),
  };
}
