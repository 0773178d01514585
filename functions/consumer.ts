import type { EventHubHandler } from '@azure/functions';
import { concealed } from '../shared/conceal.js';
import type { Pipeline } from '../shared/core/ports.js';
import { type EventHubOptions, eventHub } from './event-hub.js';

/**
 * The stream consumer. The pipeline is asked for at each call, so that import stays cheap and a fault of the
 * configuration fails the invocation, which is retried, and not the start. The host writes what escapes to its log.
 */
export const consumerOf =
  (pipeline: () => Promise<Pipeline>, options: EventHubOptions): EventHubHandler =>
  async (messages, context) => {
    try {
      const handle = eventHub(await pipeline(), options);
      await handle(messages, context);
    } catch (error) {
      throw concealed(error);
    }
  };
