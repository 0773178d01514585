import { ANNOTATION } from './event.js';
import type { PartitionLog, StoredEvent } from './log.js';
import { SECTION } from './sections.js';

/** AMQP type codes (AMQP 1.0, part 1.6). */
const TYPE = { symbol8: 0xa3, string32: 0xb1, long: 0x81, timestamp: 0x83, map32: 0xd1 } as const;

/** One pair of a map: a name known beforehand, already encoded, and a value. */
type Pair = readonly [name: Buffer, type: 'long' | 'timestamp' | 'string32', value: number | string];

const symbol = (name: string): Buffer =>
  Buffer.concat([Buffer.from([TYPE.symbol8, name.length]), Buffer.from(name, 'ascii')]);

const NAME = {
  sequenceNumber: symbol(ANNOTATION.sequenceNumber),
  offset: symbol(ANNOTATION.offset),
  enqueuedTime: symbol(ANNOTATION.enqueuedTime),
  partitionKey: symbol(ANNOTATION.partitionKey),
  lastSequenceNumber: symbol('last_enqueued_sequence_number'),
  lastOffset: symbol('last_enqueued_offset'),
  lastTime: symbol('last_enqueued_time_utc'),
  retrieved: symbol('runtime_info_retrieval_time_utc'),
};

const MAP_START = 12;

const sizeOf = ([name, , value]: Pair): number =>
  name.length + (typeof value === 'number' ? 9 : 5 + Buffer.byteLength(value));

function write(bytes: Buffer, at: number, [name, type, value]: Pair): number {
  name.copy(bytes, at);
  const start = at + name.length;
  bytes[start] = TYPE[type];
  if (typeof value === 'string') {
    const length = bytes.write(value, start + 5, 'utf8');
    bytes.writeUInt32BE(length, start + 1);
    return start + 5 + length;
  }
  const high = Math.floor(value / 2 ** 32);
  bytes.writeInt32BE(high, start + 1);
  return bytes.writeUInt32BE(value - high * 2 ** 32, start + 5);
}

/** A section holding a map with 32-bit sizes; `others` are pairs that are encoded already. */
function mapSection(code: number, pairs: readonly Pair[], others: readonly Buffer[] = []): Buffer {
  const own = pairs.reduce((size, pair) => size + sizeOf(pair), MAP_START);
  const size = others.reduce((sum, { length }) => sum + length, own);
  const bytes = Buffer.allocUnsafe(size);
  bytes.set([0x00, 0x53, code, TYPE.map32]);
  bytes.writeUInt32BE(size - MAP_START + 4, 4);
  bytes.writeUInt32BE((pairs.length + others.length) * 2, 8);
  let at = MAP_START;
  for (const pair of pairs) at = write(bytes, at, pair);
  for (const other of others) at += other.copy(bytes, at);
  return bytes;
}

function place({ sequenceNumber, offset, enqueuedAt, event }: StoredEvent): Buffer {
  const pairs: Pair[] = [
    [NAME.sequenceNumber, 'long', sequenceNumber],
    [NAME.offset, 'string32', String(offset)],
    [NAME.enqueuedTime, 'timestamp', enqueuedAt],
  ];
  if (event.partitionKey !== undefined) pairs.push([NAME.partitionKey, 'string32', event.partitionKey]);
  return mapSection(SECTION.messageAnnotations, pairs, event.annotations);
}

/** The delivery annotations a reader with the runtime-metric capability gets: where the partition ends by now. */
export function runtimeMetrics({ last }: PartitionLog, now: number): Buffer {
  return mapSection(SECTION.deliveryAnnotations, [
    [NAME.lastSequenceNumber, 'long', last?.sequenceNumber ?? -1],
    [NAME.lastOffset, 'string32', String(last?.offset ?? -1)],
    [NAME.lastTime, 'timestamp', last?.enqueuedAt ?? 0],
    [NAME.retrieved, 'timestamp', now],
  ]);
}

const NO_METRICS = Buffer.alloc(0);

/** The message a reader receives for an event; AMQP wants header, delivery and message annotations in this order. */
export const stamped = (stored: StoredEvent, metrics: Buffer = NO_METRICS): Buffer =>
  Buffer.concat([stored.event.header, metrics, place(stored), stored.event.rest]);
