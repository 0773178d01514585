import { randomUUID } from 'node:crypto';
import { Fault } from '../core/fault.js';
import type { DeadLetters, RetryQueue } from '../core/kept.js';
import type { Clock } from '../core/ports.js';
import type { AzureConnection } from './azure-connection.js';
import type { MessageQueue } from './message-queue.js';
import { objectLetters } from './object-letters.js';
import type { ObjectStore } from './objects.js';
import { openKept } from './open.js';
import { queueParking } from './queue-parking.js';
import type { Reachable } from './reachable.js';
import type { Shelf } from './shelf.js';

const NAMED = /^(?<kind>[a-z0-9-]+):(?<name>.+)$/;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html; no FIFO queues. */
const SQS_QUEUE = /^(?:https?:\/\/[^/?#\s]+\/\d+\/)?[\w-]{1,80}$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Also of queues, https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata */
const CONTAINER = /^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/;
/** Segments that no service, tool or file system takes for something else. */
const PREFIX = /^(?:[A-Za-z0-9_-][\w.-]*(?<!\.)\/)*$/;

/** The settings that say where messages are kept, and what else is needed to open those places. */
export interface KeptOptions {
  readonly parking: string;
  readonly deadLetters: string;
  /** For `storage-queue` and `blob`: a connection string of the storage account, or an identity. */
  readonly connection?: AzureConnection | undefined;
  readonly clock: Clock;
  readonly random?: () => number;
  readonly newToken?: () => string;
}

/** What opening one of them takes. */
export interface Opening extends Required<Pick<KeptOptions, 'clock' | 'random'>> {
  readonly connection: AzureConnection | undefined;
}

const LETTERS =
  'memory:NAME (kept by the process, lost with it), s3:BUCKET[/PREFIX], blob:CONTAINER[/PREFIX]';
const QUEUES =
  'memory:NAME (kept by the process, lost with it), sqs:QUEUE (its name or URL, not FIFO), storage-queue:NAME';

const invalid = (setting: string, value: string, known: string): Fault =>
  new Fault('config.invalid', `${setting} is ${JSON.stringify(value)}; this version knows ${known}`);

function connectionFor(setting: string, { connection }: Opening): AzureConnection {
  if (connection !== undefined) return connection;
  const text = `${setting} names a place in Azure Storage; TRIBUTARY_STORAGE_CONNECTION (or TRIBUTARY_STORAGE_CONNECTION__accountName) must say of which account`;
  throw new Fault('config.missing-setting', text);
}

/** Bucket or container, and a prefix with its slash. */
function placeIn(name: string): [string, string] {
  const [first = '', ...rest] = name.replace(/\/$/, '').split('/');
  return [first, rest.map((segment) => `${segment}/`).join('')];
}

/** Opens objects of a cloud. The SDKs are loaded here and nowhere else, and only the one that is chosen. */
export async function openObjects(setting: string, value: string, opening: Opening): Promise<ObjectStore> {
  const { kind, name = '' } = NAMED.exec(value)?.groups ?? {};
  const [place, prefix] = placeIn(name);
  if (kind === 's3' && BUCKET.test(place) && PREFIX.test(prefix)) {
    const { s3Client, s3Objects } = await import('./s3-objects.js');
    return s3Objects({ ...opening, client: s3Client(), bucket: place, prefix });
  }
  if (kind === 'blob' && CONTAINER.test(place) && PREFIX.test(prefix)) {
    const connection = connectionFor(setting, opening);
    const { blobObjects, containerClient } = await import('./blob-objects.js');
    return blobObjects({ ...opening, client: await containerClient(connection, place), prefix });
  }
  throw invalid(setting, value, LETTERS);
}

/** Opens a queue of a cloud that a setting names. */
export async function openQueue(setting: string, value: string, opening: Opening): Promise<MessageQueue> {
  const { kind, name = '' } = NAMED.exec(value)?.groups ?? {};
  if (kind === 'sqs' && SQS_QUEUE.test(name)) {
    const { sqsClient, sqsQueue } = await import('./sqs-queue.js');
    return sqsQueue({ ...opening, client: sqsClient(name), queue: name });
  }
  if (kind === 'storage-queue' && CONTAINER.test(name)) {
    const connection = connectionFor(setting, opening);
    const { queueClient, storageQueue } = await import('./storage-queue.js');
    return storageQueue({ ...opening, client: await queueClient(connection, name) });
  }
  throw invalid(setting, value, QUEUES);
}

const isMemory = (value: string): boolean => value.startsWith('memory:');

const openingOf = ({ clock, random = Math.random, connection }: KeptOptions): Opening => ({
  clock,
  random,
  connection,
});

/** Opens the dead letters that `TRIBUTARY_DEAD_LETTERS` names. Whether the place is there shows at the first call. */
export async function openLetters(options: KeptOptions): Promise<DeadLetters & Shelf & Reachable> {
  const { deadLetters, clock } = options;
  if (isMemory(deadLetters)) return openKept('TRIBUTARY_DEAD_LETTERS', deadLetters, clock);
  return objectLetters(await openObjects('TRIBUTARY_DEAD_LETTERS', deadLetters, openingOf(options)));
}

/** Opens the retry queue that `TRIBUTARY_PARKING` names; what is too long for it goes where the dead letters go. */
export async function openParking(options: KeptOptions): Promise<RetryQueue & Shelf> {
  const { parking, deadLetters, clock, newToken = randomUUID } = options;
  if (isMemory(parking)) return openKept('TRIBUTARY_PARKING', parking, clock);
  const opening = openingOf(options);
  const queue = await openQueue('TRIBUTARY_PARKING', parking, opening);
  if (isMemory(deadLetters)) {
    const text = `TRIBUTARY_PARKING names a queue; messages too long for one go where the dead letters go, so TRIBUTARY_DEAD_LETTERS must be s3:BUCKET[/PREFIX] or blob:CONTAINER[/PREFIX] and not ${deadLetters}`;
    throw new Fault('config.invalid', text);
  }
  const claims = await openObjects('TRIBUTARY_DEAD_LETTERS', deadLetters, opening);
  return queueParking({ ...opening, queue, claims, newToken });
}
