import { binary, mapEntries, SECTION, type Section, splitSections, text } from './sections.js';

/** The annotations Event Hubs itself writes on every event. */
export const ANNOTATION = {
  sequenceNumber: 'x-opt-sequence-number',
  offset: 'x-opt-offset',
  enqueuedTime: 'x-opt-enqueued-time',
  partitionKey: 'x-opt-partition-key',
} as const;

const NOTHING = Buffer.alloc(0);

const OWN = new Set<string>(Object.values(ANNOTATION));

/** An event as a producer sent it, in raw AMQP parts, so that every type comes out as it went in. */
export interface IncomingEvent {
  /** The header section, possibly empty. */
  readonly header: Buffer;
  /** Pairs of the producer's own message annotations. */
  readonly annotations: readonly Buffer[];
  /** All sections after the annotations. */
  readonly rest: Buffer;
  readonly partitionKey: string | undefined;
}

/** The events of one send, which go to one partition together. */
export interface IncomingBatch {
  readonly partitionKey: string | undefined;
  readonly events: readonly IncomingEvent[];
}

/** Message format of a batch: an envelope whose data sections are messages. Every send of the Azure SDKs is one. */
export const BATCH_FORMAT = 0x80013700;

/** Reads a batch envelope; undefined when it is not one, or holds nothing. */
export function readBatch(envelope: Buffer): IncomingBatch | undefined {
  const sections = splitSections(envelope);
  if (sections === undefined) return undefined;
  const data = sections.filter(({ code }) => code === SECTION.data);
  const messages = data.map(({ value }) => binary(value));
  const key = annotationsOf(sections)?.partitionKey;
  const events = messages.map((message) => (message === undefined ? undefined : readEvent(message, key)));
  return events.length > 0 && events.every((event) => event !== undefined)
    ? { partitionKey: key ?? events[0]?.partitionKey, events }
    : undefined;
}

/** Reads one encoded message. A key of the batch wins over the event's own: the batch went where its key says. */
export function readEvent(message: Buffer, batchKey?: string): IncomingEvent | undefined {
  const sections = splitSections(message);
  const annotations = sections && annotationsOf(sections);
  if (sections === undefined || annotations === undefined) return undefined;
  const inFront = sections.filter(({ code }) => code < SECTION.properties);
  const start = inFront.reduce((length, { bytes }) => length + bytes.length, 0);
  // Copies, because a view would keep the whole batch or network packet in memory.
  return {
    header: Buffer.from(inFront.find(({ code }) => code === SECTION.header)?.bytes ?? NOTHING),
    annotations: annotations.others.map((pair) => Buffer.from(pair)),
    rest: Buffer.from(message.subarray(start)),
    partitionKey: batchKey ?? annotations.partitionKey,
  };
}

interface Annotations {
  readonly partitionKey: string | undefined;
  readonly others: readonly Buffer[];
}

function annotationsOf(sections: readonly Section[]): Annotations | undefined {
  const section = sections.find(({ code }) => code === SECTION.messageAnnotations);
  const entries = section === undefined ? [] : mapEntries(section.value);
  if (entries === undefined) return undefined;
  const key = entries.find(({ name }) => name === ANNOTATION.partitionKey);
  return {
    partitionKey: key && text(key.value),
    others: entries.filter(({ name }) => !OWN.has(name)).map(({ bytes }) => bytes),
  };
}

/** The body alone: binary and text as they are, other AMQP types in their encoding. */
export function bodyOf({ rest }: IncomingEvent): Buffer {
  const body = splitSections(rest)?.filter(({ code }) => code >= SECTION.data && code <= SECTION.value) ?? [];
  return Buffer.concat(
    body.map(({ value }) => {
      const words = text(value);
      return binary(value) ?? (words === undefined ? value : Buffer.from(words));
    }),
  );
}
