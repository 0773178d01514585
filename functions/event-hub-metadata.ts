import * as z from 'zod';

/** Where and when one event stands in its partition, as far as the host said so. */
export interface EventPlace {
  readonly sequence: string | undefined;
  /** Enqueued time, epoch milliseconds. */
  readonly at: number | undefined;
}

/** What the trigger metadata of one invocation says; every part may be missing. */
export interface HubMetadata {
  readonly hub: string | undefined;
  readonly partition: string | undefined;
  /** True for `cardinality: 'many'`, false for `'one'`, undefined when the metadata shows neither shape. */
  readonly many: boolean | undefined;
  /** One entry per event the host read, empty bodies included. */
  readonly places: readonly EventPlace[];
}

// Host 4.1053 with worker 3.16.0 hands 64-bit integers over as protobuf Long objects
// (https://github.com/Azure/azure-functions-nodejs-worker/issues/844).
const Long = z.object({ low: z.int32(), high: z.int32() });

const Sequence = z
  .union([
    z.number().refine(Number.isInteger, 'a sequence number is a whole number').transform(BigInt),
    z.string().regex(/^\d+$/).transform(BigInt),
    Long.transform(({ low, high }) => (BigInt(high) << 32n) | BigInt(low >>> 0)),
  ])
  .transform(String)
  .optional()
  .catch(undefined);

/** .NET writes these times in UTC without `Z`, which JavaScript would read as local time. */
const utcMillis = (text: string): number | undefined => {
  const zoned = /(?:z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`;
  const millis = Date.parse(zoned);
  // An unset .NET time is year 1: no event is older than the epoch.
  return millis > 0 ? millis : undefined;
};

const EnqueuedTime = z.string().transform(utcMillis).optional().catch(undefined);

const Place = z
  .object({ sequenceNumber: Sequence, enqueuedTimeUtc: EnqueuedTime })
  .catch({ sequenceNumber: undefined, enqueuedTimeUtc: undefined });

const Name = z
  .union([z.string().min(1), z.number().transform(String)])
  .optional()
  .catch(undefined);

const Metadata = z.object({
  partitionContext: z.object({ eventHubName: Name, partitionId: Name }).optional().catch(undefined),
  systemPropertiesArray: z.array(Place).optional().catch(undefined),
  sequenceNumberArray: z.array(Sequence).optional().catch(undefined),
  enqueuedTimeUtcArray: z.array(EnqueuedTime).optional().catch(undefined),
  systemProperties: Place.optional(),
  sequenceNumber: Sequence,
  enqueuedTimeUtc: EnqueuedTime,
});
type Metadata = z.infer<typeof Metadata>;

/**
 * One place per event. `systemPropertiesArray` comes first: it is JSON, so its numbers are plain and its length is
 * always the number of events; the arrays beside it fill what it lacks.
 */
const placesOfMany = (metadata: Metadata): EventPlace[] => {
  const system = metadata.systemPropertiesArray ?? [];
  const sequences = metadata.sequenceNumberArray ?? [];
  const times = metadata.enqueuedTimeUtcArray ?? [];
  const length = Math.max(system.length, sequences.length, times.length);
  return Array.from({ length }, (_, i) => ({
    sequence: system[i]?.sequenceNumber ?? sequences[i],
    at: system[i]?.enqueuedTimeUtc ?? times[i],
  }));
};

const placeOfOne = (metadata: Metadata): EventPlace => ({
  sequence: metadata.systemProperties?.sequenceNumber ?? metadata.sequenceNumber,
  at: metadata.systemProperties?.enqueuedTimeUtc ?? metadata.enqueuedTimeUtc,
});

/** Reads Event Hubs trigger metadata; whatever is missing or unreadable is `undefined`, never a guess and never a throw. */
export const readHubMetadata = (metadata: unknown): HubMetadata => {
  const parsed = Metadata.safeParse(metadata).data;
  if (parsed === undefined) return { hub: undefined, partition: undefined, many: undefined, places: [] };
  const hub = parsed.partitionContext?.eventHubName;
  const partition = parsed.partitionContext?.partitionId;
  const places = placesOfMany(parsed);
  if (places.length > 0) return { hub, partition, many: true, places };
  const place = placeOfOne(parsed);
  if (place.sequence === undefined && place.at === undefined) {
    return { hub, partition, many: undefined, places };
  }
  return { hub, partition, many: false, places: [place] };
};
