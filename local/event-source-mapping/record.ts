import type { _Record } from '@aws-sdk/client-kinesis';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';

/** The shard a record comes from, as events name it. */
export interface ShardSource {
  readonly shardId: string;
  readonly streamArn: string;
  readonly region: string;
}

/** A record that was read and waits for its batch. */
export interface HeldRecord {
  readonly event: KinesisStreamRecord;
  readonly sequenceNumber: string;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
  /** Epoch milliseconds: its batching window runs from here. */
  readonly readAt: number;
  /** Bytes it takes up in an event. */
  readonly size: number;
}

/** A record as Kinesis gives it, in the form a function receives: data as base64, arrival in seconds. */
export function toHeld(record: _Record, source: ShardSource, readAt: number): HeldRecord {
  const { SequenceNumber: sequenceNumber, Data: data, PartitionKey: partitionKey } = record;
  const arrivedAt = record.ApproximateArrivalTimestamp?.getTime();
  if (sequenceNumber === undefined || !data || partitionKey === undefined || arrivedAt === undefined) {
    throw new Error(`GetRecords on ${source.shardId} answered a record without one of its required members.`);
  }
  const kinesis = {
    kinesisSchemaVersion: '1.0',
    partitionKey,
    sequenceNumber,
    data: '',
    approximateArrivalTimestamp: arrivedAt / 1000,
  };
  const empty: KinesisStreamRecord = {
    kinesis,
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `${source.shardId}:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/local',
    awsRegion: source.region,
    eventSourceARN: source.streamArn,
  };
  const base64 = Buffer.from(data).toString('base64');
  const event = { ...empty, kinesis: { ...kinesis, data: base64 } };
  // Base64 is the same in JSON: the long text is not written out only to be measured.
  const size = Buffer.byteLength(JSON.stringify(empty)) + base64.length + 1;
  return { event, sequenceNumber, arrivedAt, readAt, size };
}

/** The event for a batch. */
export const toEvent = (batch: readonly HeldRecord[]): KinesisStreamEvent => ({
  Records: batch.map(({ event }) => event),
});
