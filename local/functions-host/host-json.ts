import * as z from 'zod';
import { Fault } from '../../shared/core/fault.js';

const Count = z.int().positive();

const InitialOffset = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fromStart') }),
  z.strictObject({ type: z.literal('fromEnd') }),
  z.strictObject({ type: z.literal('fromEnqueuedTime'), enqueuedTimeUtc: z.iso.datetime({ offset: true }) }),
]);

/**
 * `extensions.eventHubs` of host.json with the extension's own defaults. Unknown names are refused: the real host
 * ignores them, so a misspelt setting would go unnoticed. The balancing intervals, the transport and the scaling
 * threshold are accepted and have no effect here: on one machine they would only make starts slow.
 */
const EventHubs = z.strictObject({
  maxEventBatchSize: Count.default(100),
  minEventBatchSize: z
    .literal(1, 'the local host hands batches out as they come: minEventBatchSize must be 1 here')
    .default(1),
  maxWaitTime: z.string().optional(),
  prefetchCount: Count.default(300),
  batchCheckpointFrequency: Count.default(1),
  enableCheckpointing: z.boolean().default(true),
  initialOffsetOptions: InitialOffset.default({ type: 'fromStart' }),
  targetUnprocessedEventThreshold: Count.optional(),
  transportType: z.enum(['amqpTcp', 'amqpWebSockets']).optional(),
  loadBalancingUpdateInterval: z.string().optional(),
  partitionOwnershipExpirationInterval: z.string().optional(),
  clientRetryOptions: z.unknown().optional(),
});

const Seconds = z
  .string()
  .regex(/^\d\d:\d\d:\d\d$/, 'expected hh:mm:ss')
  .transform((text) => text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0));

/**
 * `extensions.queues` of host.json with the extension's own defaults. The polling interval and the threshold for the next
 * batch are accepted and have no effect here: they would only make a local run slow.
 */
const Queues = z
  .strictObject({
    batchSize: Count.max(32).default(16),
    newBatchThreshold: Count.optional(),
    maxPollingInterval: z.string().optional(),
    visibilityTimeout: Seconds.default(0),
    maxDequeueCount: Count.default(5),
    messageEncoding: z.enum(['base64', 'none']).default('base64'),
  })
  .transform(({ visibilityTimeout, ...rest }) => ({ ...rest, visibilitySeconds: visibilityTimeout }));

/** `extensions.http`; the limits on requests at once are accepted and have no effect here. */
const Http = z.strictObject({
  routePrefix: z.string().default('api'),
  maxOutstandingRequests: z.int().optional(),
  maxConcurrentRequests: z.int().optional(),
  dynamicThrottlesEnabled: z.boolean().optional(),
});

const HostJson = z.object({
  version: z.literal('2.0'),
  extensions: z
    .object({ eventHubs: EventHubs.prefault({}), queues: Queues.prefault({}), http: Http.prefault({}) })
    .prefault({}),
});

/** How the Event Hubs trigger reads and checkpoints. */
export type EventHubsSettings = z.infer<typeof EventHubs>;

/** How the Storage Queue trigger reads and retries. */
export type QueuesSettings = z.infer<typeof Queues>;

/** Where HTTP functions are found. */
export type HttpSettings = z.infer<typeof Http>;

/** The parts of host.json the local host obeys. */
export interface HostSettings {
  readonly eventHubs: EventHubsSettings;
  readonly queues: QueuesSettings;
  readonly http: HttpSettings;
}

/** Reads those parts; throws a `config.invalid` fault that names the setting. */
export const parseHostJson = (hostJson: unknown): HostSettings => {
  const parsed = HostJson.safeParse(hostJson);
  if (parsed.success) return parsed.data.extensions;
  throw new Fault('config.invalid', `host.json: ${z.prettifyError(parsed.error)}`, { cause: parsed.error });
};
