import type { Clock } from '../core/ports.js';
import type { AzureConnection } from './azure-connection.js';
import type { MessageQueue } from './message-queue.js';
import type { ObjectStore } from './objects.js';
import { openMemoryObjects, openMemoryQueue } from './open.js';
import { openObjects, openQueue } from './open-kept.js';

/** What opening takes besides the setting. */
export interface OpenFilesOptions {
  readonly clock: Clock;
  /** Of the storage account, for `storage-queue` and `blob`. */
  readonly connection?: AzureConnection | undefined;
}

const MEMORY = 'memory:';

const openingOf = ({ clock, connection }: OpenFilesOptions) => ({ clock, connection, random: Math.random });

/** Opens the queue of work on files: `sqs:QUEUE`, `storage-queue:NAME` or `memory:NAME`. Whether it is there shows at the first call. */
export async function openFilesQueue(value: string, options: OpenFilesOptions): Promise<MessageQueue> {
  if (value.startsWith(MEMORY)) return openMemoryQueue(value.slice(MEMORY.length), options.clock);
  return openQueue('TRIBUTARY_FILES_QUEUE', value, openingOf(options));
}

/** Opens the place of dead letters for what is kept of files beside them. */
export async function openFilesObjects(value: string, options: OpenFilesOptions): Promise<ObjectStore> {
  if (value.startsWith(MEMORY)) return openMemoryObjects(value.slice(MEMORY.length), options.clock);
  return openObjects('TRIBUTARY_DEAD_LETTERS', value, openingOf(options));
}
