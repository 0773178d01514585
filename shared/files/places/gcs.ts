import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import * as z from 'zod';
import type { Clock } from '../../core/ports.js';
import type { FileEntry } from '../ports.js';
import { diagnoseGcs, GcsError, type GcsSession } from './gcs-session.js';
import { changed, replaced } from './names.js';
import type { Origin } from './origin.js';
import { piecesOf } from './pieces-of.js';
import { Cut } from './tries.js';

/** Which bucket, and who asks it. */
export interface GcsOptions {
  readonly session: GcsSession;
  readonly clock: Pick<Clock, 'now'>;
  readonly what: string;
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Names in one page of a listing; as many as the service gives unless set. */
  readonly pageSize?: number | undefined;
}

/** https://cloud.google.com/storage/docs/json_api/v1/objects#resource; numbers of 64 bits are texts. */
const Resource = z.object({
  name: z.string().min(1),
  size: z.string().regex(/^\d+$/).transform(Number),
  updated: z.string().transform(Date.parse).pipe(z.number()),
  generation: z.string().min(1),
});
const Listing = z.object({ items: z.array(Resource).default([]), nextPageToken: z.string().optional() });
const FIELDS = 'name,size,updated,generation';

const entryOf = ({ name, size, updated, generation }: z.infer<typeof Resource>): FileEntry => ({
  name,
  size,
  at: updated,
  version: generation,
});

const said = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof GcsError && statuses.includes(error.status);

/** An answer that is JSON, but not what Google documents: nobody can say what it means. */
async function bodyOf<Schema extends z.ZodType>(answer: Response, schema: Schema): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await answer.json().catch(() => undefined));
  if (!parsed.success) throw new Cut('the answer of Google Cloud Storage cannot be read');
  return parsed.data;
}

/** Objects of a bucket of Google Cloud Storage. https://cloud.google.com/storage/docs/json_api/v1/objects */
export function gcsOrigin({ session, clock, what, endpoint, bucket, prefix, pageSize }: GcsOptions): Origin {
  const objects = `${endpoint}/storage/v1/b/${encodeURIComponent(bucket)}/o`;
  const at = (name: string, query: Readonly<Record<string, string>>): string =>
    `${objects}/${encodeURIComponent(name)}?${new URLSearchParams(query)}`;
  return {
    what,
    async page(token, signal) {
      const query = new URLSearchParams({ prefix, fields: `items(${FIELDS}),nextPageToken` });
      if (token !== undefined) query.set('pageToken', token);
      if (pageSize !== undefined) query.set('maxResults', String(pageSize));
      const page = await bodyOf(await session.ask(`${objects}?${query}`, { signal }), Listing);
      const entries = page.items.filter(({ name }) => !name.endsWith('/')).map(entryOf);
      const next = page.nextPageToken;
      return { entries, ...(next !== undefined && next !== '' && { next }) };
    },
    async stat(name, signal) {
      try {
        return entryOf(await bodyOf(await session.ask(at(name, { fields: FIELDS }), { signal }), Resource));
      } catch (error) {
        if (said(error, 404)) return undefined;
        throw error;
      }
    },
    async open({ name, version }, from, to, signal) {
      const url = at(name, { alt: 'media', ifGenerationMatch: version });
      // With gzip among what we take, what is stored compressed comes as it is stored, and ranges are of that.
      const headers = { range: `bytes=${from}-${to - 1}`, 'accept-encoding': 'gzip' };
      const answer = await session.ask(url, { signal, headers }).catch((error: unknown) => {
        if (said(error, 404)) throw changed(name, 'is gone');
        if (said(error, 412, 416)) throw replaced(name);
        throw error;
      });
      const range = answer.headers.get('content-range') ?? '';
      if (answer.body === null) throw new Cut(`${name} came without bytes`);
      // Node's own types of web streams and those of fetch are two names of one thing.
      const pieces = piecesOf(Readable.fromWeb(answer.body as ReadableStream), signal);
      if (answer.status === 206 && range.startsWith(`bytes ${from}-`)) return pieces;
      throw new Cut(`${name} did not begin at byte ${from}`);
    },
    async put(name, bytes, signal) {
      const url = `${endpoint}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${new URLSearchParams({ uploadType: 'media', name })}`;
      const headers = { 'content-type': 'application/octet-stream' };
      await (
        await session.ask(url, { method: 'POST', signal, headers, body: Buffer.from(bytes) })
      ).arrayBuffer();
    },
    diagnose: (error) => diagnoseGcs(error, what, clock.now()),
    close: async () => undefined,
  };
}
