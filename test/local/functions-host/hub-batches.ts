import type { HubBatch, HubEncoding, HubEvent } from '../../../local/functions-host/event-hub-encoder.js';

/** When every event of these tests was enqueued: a fraction that .NET would shorten. */
export const ENQUEUED = Date.UTC(2026, 10, 21, 21, 13, 1, 420);

/** An event as the SDK hands it over. */
export const hubEvent = (sequenceNumber: number, body: unknown, over: Partial<HubEvent> = {}): HubEvent => ({
  body,
  sequenceNumber,
  offset: String(sequenceNumber * 100),
  enqueuedTimeUtc: new Date(ENQUEUED),
  partitionKey: null,
  ...over,
});

/** A batch of partition 3 with these bodies, sequence numbers from 40. */
export const hubBatch = (bodies: readonly unknown[], over: Partial<HubEvent> = {}): HubBatch => ({
  events: bodies.map((body, index) => hubEvent(40 + index, body, over)),
  partition: {
    fullyQualifiedNamespace: '127.0.0.1',
    eventHubName: 'aep-exports',
    consumerGroup: 'tributary',
    partitionId: '3',
  },
  checkpoints: true,
});

/** Text bodies, many at once, empty entries kept. */
export const TEXT: Omit<HubEncoding, 'bindingName'> = { many: true, binary: false, emptyEntries: true };
