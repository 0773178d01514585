import type { StorageQueueHandler } from '@azure/functions';
import { concealed } from '../shared/conceal.js';
import type { Replay } from '../shared/pipeline/replay.js';
import { type StorageQueueOptions, storageQueue } from './storage-queue.js';

/** The consumer of the retry queue, as {@link consumerOf} in consumer.ts is that of the stream. */
export const replayOf =
  (replay: () => Promise<Replay>, options: StorageQueueOptions): StorageQueueHandler =>
  async (message, context) => {
    try {
      const handle = storageQueue(await replay(), options);
      await handle(message, context);
    } catch (error) {
      throw concealed(error);
    }
  };
