import type { RpcInvocation, RpcLong, RpcTypedData } from './rpc.js';

/** One event as the Event Hubs SDK hands it over (`ReceivedEventData` fits). */
export interface HubEvent {
  readonly body: unknown;
  readonly sequenceNumber: number;
  readonly offset: string;
  readonly enqueuedTimeUtc: Date;
  readonly partitionKey: string | null;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly systemProperties?: Readonly<Record<string, unknown>>;
}

/** The partition a batch came from. */
export interface HubPartition {
  readonly fullyQualifiedNamespace: string;
  readonly eventHubName: string;
  readonly consumerGroup: string;
  readonly partitionId: string;
}

/** The events of one invocation. */
export interface HubBatch {
  readonly events: readonly HubEvent[];
  readonly partition: HubPartition;
  readonly checkpoints: boolean;
}

/** How the binding and the worker want their data. */
export interface HubEncoding {
  readonly bindingName: string;
  readonly many: boolean;
  /** `dataType: 'binary'`: bytes instead of text. */
  readonly binary: boolean;
  /** The capability IncludeEmptyEntriesInMessagePayload. Without it the host drops empty strings from every string array. */
  readonly emptyEntries: boolean;
  /** Sequence numbers as protobuf Long objects, as worker 3.16.0 delivers them. */
  readonly longs?: boolean;
}

const bytesOf = (body: unknown): Buffer => {
  if (body === null || body === undefined) return Buffer.alloc(0);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(typeof body === 'string' ? body : json(body));
};

const json = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? Number(part) : part));

/** .NET prints UTC without `Z` and cuts trailing zeros of the fraction. */
const netTime = (time: Date): string => time.toISOString().replace(/\.?0*Z$/, '');

const long = (value: number): RpcLong => ({
  low: Number(BigInt.asIntN(32, BigInt(value))),
  high: Number(BigInt(value) >> 32n),
  unsigned: false,
});

const systemProperties = (event: HubEvent): object => ({
  ...event.systemProperties,
  PartitionKey: event.partitionKey,
  SequenceNumber: event.sequenceNumber,
  Offset: event.offset,
  EnqueuedTimeUtc: netTime(event.enqueuedTimeUtc),
});

const strings = (values: readonly string[], { emptyEntries }: HubEncoding): RpcTypedData => ({
  collectionString: { string: emptyEntries ? values : values.filter((value) => value !== '') },
});

/** Empty entries survive as bytes, capability or not (ToRpcByteArray in GrpcMessageConversionExtensions.cs). */
const bodies = (events: readonly HubEvent[], how: HubEncoding): RpcTypedData => {
  const bytes = events.map(({ body }) => bytesOf(body));
  return how.binary
    ? { collectionBytes: { bytes } }
    : strings(
        bytes.map((each) => each.toString('utf8')),
        how,
      );
};

const partitionContext = ({ partition, checkpoints }: HubBatch): RpcTypedData => ({
  json: json({
    IsCheckpointingAfterInvocation: checkpoints,
    FullyQualifiedNamespace: partition.fullyQualifiedNamespace,
    EventHubName: partition.eventHubName,
    ConsumerGroup: partition.consumerGroup,
    PartitionId: partition.partitionId,
  }),
});

const encodeMany = (batch: HubBatch, how: HubEncoding): RpcInvocation => {
  const { events } = batch;
  const numbers = events.map(({ sequenceNumber }) => (how.longs ? long(sequenceNumber) : sequenceNumber));
  return {
    inputData: [{ name: how.bindingName, data: bodies(events, how) }],
    triggerMetadata: {
      PartitionContext: partitionContext(batch),
      PartitionKeyArray: strings(
        events.map(({ partitionKey }) => partitionKey ?? ''),
        how,
      ),
      OffsetArray: strings(
        events.map(({ offset }) => offset),
        how,
      ),
      SequenceNumberArray: { collectionSint64: { sint64: numbers } },
      EnqueuedTimeUtcArray: { json: json(events.map(({ enqueuedTimeUtc }) => netTime(enqueuedTimeUtc))) },
      PropertiesArray: { json: json(events.map(({ properties }) => properties ?? {})) },
      SystemPropertiesArray: { json: json(events.map(systemProperties)) },
    },
  };
};

const encodeOne = (batch: HubBatch, event: HubEvent, how: HubEncoding): RpcInvocation => {
  const bytes = bytesOf(event.body);
  return {
    inputData: [{ name: how.bindingName, data: how.binary ? { bytes } : { string: bytes.toString('utf8') } }],
    triggerMetadata: {
      PartitionContext: partitionContext(batch),
      ...(event.partitionKey === null ? {} : { PartitionKey: { string: event.partitionKey } }), // the host omits nulls
      Offset: { string: event.offset },
      SequenceNumber: { json: json(event.sequenceNumber) },
      EnqueuedTimeUtc: { json: json(netTime(event.enqueuedTimeUtc)) },
      Properties: { json: json(event.properties ?? {}) },
      SystemProperties: { json: json(systemProperties(event)) },
    },
  };
};

/** Builds the invocation the Functions host would send for this batch. */
export const encodeHubBatch = (batch: HubBatch, how: HubEncoding): RpcInvocation => {
  if (how.many) return encodeMany(batch, how);
  const [event] = batch.events;
  if (event === undefined || batch.events.length > 1) {
    throw new Error(`cardinality 'one' takes one event an invocation, not ${batch.events.length}`);
  }
  return encodeOne(batch, event, how);
};
