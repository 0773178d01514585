import type { StorageQueueHandler, TimerHandler } from '@azure/functions';
import * as z from 'zod';
import { concealed } from '../shared/conceal.js';
import type { Arrival } from '../shared/files/intake/arrivals.js';
import type { Intake, Lookout } from '../shared/files/intake/intake.js';
import { jsonIn } from '../shared/files/intake/order.js';
import { invocationIn } from './invocation.js';
import { bytesOf, type StorageQueueOptions } from './storage-queue.js';

/**
 * News of Event Grid that a blob was written, in either of its schemas; a file of a store with a hierarchical namespace is
 * told of when it is closed. https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage
 */
const BlobEvent = z.union([
  z.looseObject({ eventType: z.string(), subject: z.string() }),
  z
    .looseObject({ type: z.string(), subject: z.string() })
    .transform(({ type, ...rest }) => ({ ...rest, eventType: type })),
]);
const BlobEvents = z.union([z.array(BlobEvent).min(1), BlobEvent.transform((event) => [event])]);

const BLOB_CREATED = 'Microsoft.Storage.BlobCreated';
/** The path stands as it is, blanks and all. */
const SUBJECT = /^\/blobServices\/default\/containers\/(?<container>[^/]+)\/blobs\/(?<path>.+)$/s;

/** News of blobs in a message; undefined when it holds something else, an order of ours perhaps. */
function arrivalsIn(body: Uint8Array): readonly Arrival[] | undefined {
  const parsed = BlobEvents.safeParse(jsonIn(body));
  if (!parsed.success) return undefined;
  return parsed.data.flatMap(({ eventType, subject }): Arrival[] => {
    const { container, path } = SUBJECT.exec(subject)?.groups ?? {};
    if (eventType !== BLOB_CREATED || container === undefined || path === undefined) return [];
    return [{ kind: 'blob', root: container, path }];
  });
}

/**
 * A message of the files queue in: news that Event Grid has put there by itself, or an order. No blob is bound, so none is
 * ever loaded. A plain return removes the message; a throw shows it again, as `extensions.queues` of host.json says.
 */
export const filesOf =
  (intake: () => Promise<Intake>, { clock, workMs }: StorageQueueOptions): StorageQueueHandler =>
  async (message, context) => {
    try {
      const deadline = clock.now() + workMs;
      const body = bytesOf(message);
      const arrivals = arrivalsIn(body);
      const files = await intake();
      await (arrivals ? files.arrive(arrivals) : files.take(body, { deadline, ...invocationIn(context) }));
    } catch (error) {
      throw concealed(error);
    }
  };

/** Timer in: places that tell no news are looked through. */
export const pollOf =
  (lookout: () => Promise<Lookout>): TimerHandler =>
  async () => {
    try {
      await (await lookout()).poll();
    } catch (error) {
      throw concealed(error);
    }
  };
