import { Readable } from 'node:stream';
import type { BlobProperties, ContainerClient } from '@azure/storage-blob';
import { diagnoseStorage, saidIn } from '../../stores/storage-trouble.js';
import type { FileEntry } from '../ports.js';
import { changed, replaced } from './names.js';
import type { Origin, Trouble } from './origin.js';
import { piecesOf } from './pieces-of.js';
import { Cut } from './tries.js';

/** Which container, and who asks it. */
export interface BlobOptions {
  /** The place in words, e.g. `the Azure container exports`. */
  readonly what: string;
  readonly prefix: string;
  /** Makes a call with the client in use: who renews access does it here. */
  use<T>(call: (client: ContainerClient) => Promise<T>): Promise<T>;
  /** What to do when nothing is said for an answer. */
  readonly advice: string;
  /** Names in one page of a listing; as many as the service gives unless set. */
  readonly pageSize?: number | undefined;
}

const CREATE = 'create the container, or correct its name in "from"';
/** https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes */
const ADVICE = { ContainerNotFound: CREATE, InvalidResourceName: CREATE };
const GONE = new Set(['BlobNotFound', 'ResourceNotFound', 'PathNotFound']);

/** ADLS Gen2 shows a folder as a blob with this mark. */
const isFolder = (metadata: Readonly<Record<string, string>> | undefined): boolean =>
  Object.entries(metadata ?? {}).some(
    ([name, value]) => name.toLowerCase() === 'hdi_isfolder' && value.toLowerCase() === 'true',
  );

type Described = Partial<Pick<BlobProperties, 'contentLength' | 'lastModified' | 'etag'>>;

/** A listing tells etags without quotes, headers have them. */
const entryOf = (name: string, { contentLength = 0, lastModified, etag = '' }: Described): FileEntry => ({
  name,
  size: contentLength,
  at: lastModified?.getTime() ?? 0,
  version: etag.replaceAll('"', ''),
});

function diagnose(error: unknown, what: string, otherwise: string): Trouble | undefined {
  const trouble = diagnoseStorage(error, { what, advice: ADVICE, otherwise });
  // The text of an error may quote the URL it was about, and that the signature.
  const text = trouble?.fault.message.replaceAll(/sig=[^&\s"]+/g, 'sig=…') ?? '';
  return trouble && { text, passing: trouble.kind === 'moment' };
}

const gone = (error: unknown): boolean => {
  const said = saidIn(error);
  // A HEAD has no body: then nothing says whether the blob or its container is missing.
  return said?.status === 404 && (GONE.has(said.code) || said.code === 'no code');
};

/** Blobs of a container, of ADLS Gen2 as well. https://learn.microsoft.com/rest/api/storageservices/get-blob */
export function blobOrigin({ what, prefix, use, advice, pageSize }: BlobOptions): Origin {
  return {
    what,
    async page(token, abortSignal) {
      const from = {
        ...(token !== undefined && { continuationToken: token }),
        ...(pageSize !== undefined && { maxPageSize: pageSize }),
      };
      const { value } = await use((client) =>
        client.listBlobsFlat({ abortSignal, prefix, includeMetadata: true }).byPage(from).next(),
      );
      const { segment, continuationToken: next } = value;
      const entries: FileEntry[] = [];
      for (const { name, properties, metadata } of segment.blobItems)
        if (!isFolder(metadata) && !name.endsWith('/')) entries.push(entryOf(name, properties));
      return { entries, ...(next !== undefined && next !== '' && { next }) };
    },
    async stat(name, abortSignal) {
      try {
        const found = await use((client) => client.getBlobClient(name).getProperties({ abortSignal }));
        return isFolder(found.metadata) ? undefined : entryOf(name, found);
      } catch (error) {
        if (gone(error)) return undefined;
        throw error;
      }
    },
    async open({ name, version }, from, to, abortSignal) {
      const limits = { abortSignal, maxRetryRequests: 0, conditions: { ifMatch: `"${version}"` } };
      const answer = await use((client) =>
        client.getBlobClient(name).download(from, to - from, limits),
      ).catch((error: unknown) => {
        if (gone(error)) throw changed(name, 'is gone');
        if ([412, 416].includes(saidIn(error)?.status ?? 0)) throw replaced(name);
        throw error;
      });
      const { readableStreamBody: body, contentRange = '' } = answer;
      if (!(body instanceof Readable)) throw new Cut(`${name} came without bytes`);
      if (contentRange.startsWith(`bytes ${from}-`)) return piecesOf(body, abortSignal);
      body.on('error', () => undefined).destroy();
      throw new Cut(`${name} did not begin at byte ${from}`);
    },
    async put(name, bytes, abortSignal) {
      const body = Buffer.from(bytes);
      await use((client) => client.getBlockBlobClient(name).upload(body, body.length, { abortSignal }));
    },
    diagnose: (error) => diagnose(error, what, advice),
    close: async () => undefined,
  };
}
