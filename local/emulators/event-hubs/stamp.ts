import { ANNOTATION } from './event.js';
import type { PartitionLog, StoredEvent } from './log.js';
import { SECTION } from './sections.js';

const symbol = (name: string): Buffer =>
  Buffer.concat([Buffer.from([0xa3, name.length]), Buffer.from(name, 'ascii')]);

function long(value: number, typeCode = 0x81): Buffer {
  const bytes = Buffer.alloc(9, typeCode);
  bytes.writeBigInt64BE(BigInt(Math.trunc(value)), 1);
  return bytes;
}

const timestamp = (ms: number): Buffer => long(ms, 0x83);

function string(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const size = Buffer.alloc(5, 0xb1);
  size.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([size, bytes]);
}

/** A section holding a map with 32-bit sizes. */
function mapSection(code: number, pairs: readonly Buffer[]): Buffer {
  const content = Buffer.concat(pairs);
  const start = Buffer.from([0x00, 0x53, code, 0xd1, 0, 0, 0, 0, 0, 0, 0, 0]);
  start.writeUInt32BE(content.length + 4, 4);
  start.writeUInt32BE(pairs.length * 2, 8);
  return Buffer.concat([start, content]);
}

const pair = (name: string, value: Buffer): Buffer => Buffer.concat([symbol(name), value]);

function place({ sequenceNumber, offset, enqueuedAt, event }: StoredEvent): Buffer {
  const key = event.partitionKey;
  return mapSection(SECTION.messageAnnotations, [
    pair(ANNOTATION.sequenceNumber, long(sequenceNumber)),
    pair(ANNOTATION.offset, string(String(offset))),
    pair(ANNOTATION.enqueuedTime, timestamp(enqueuedAt)),
    ...(key === undefined ? [] : [pair(ANNOTATION.partitionKey, string(key))]),
    ...event.annotations,
  ]);
}

/** The delivery annotations a reader with the runtime-metric capability gets: where the partition ends by now. */
export function runtimeMetrics(log: PartitionLog, now: number): Buffer {
  const last = log.last;
  return mapSection(SECTION.deliveryAnnotations, [
    pair('last_enqueued_sequence_number', long(last?.sequenceNumber ?? -1)),
    pair('last_enqueued_offset', string(String(last?.offset ?? -1))),
    pair('last_enqueued_time_utc', timestamp(last?.enqueuedAt ?? 0)),
    pair('runtime_info_retrieval_time_utc', timestamp(now)),
  ]);
}

/** The message a reader receives for an event; AMQP wants header, delivery and message annotations in this order. */
export const stamped = (stored: StoredEvent, metrics: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([stored.event.header, metrics, place(stored), stored.event.rest]);
