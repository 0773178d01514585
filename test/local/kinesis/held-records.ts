import { type HeldRecord, toHeld } from '../../../local/event-source-mapping/record.js';

const SOURCE = {
  shardId: 'shardId-000000000000',
  streamArn: 'arn:aws:kinesis:eu-central-1:000000000000:stream/tributary-test-events',
  region: 'eu-central-1',
};

/** A sequence number of 56 digits, as Kinesis gives them. */
export const sequence = (index: number): string => `496${String(index).padStart(53, '0')}`;

/** A record as if it had been read. */
export function held(
  index: number,
  given: { key?: string; at?: number; readAt?: number; bytes?: number } = {},
): HeldRecord {
  const { key = 'key', at = 1_700_000_000_000, readAt = at, bytes = 1 } = given;
  return toHeld(
    {
      SequenceNumber: sequence(index),
      PartitionKey: key,
      Data: new Uint8Array(bytes),
      ApproximateArrivalTimestamp: new Date(at),
    },
    SOURCE,
    readAt,
  );
}

/** As many records as asked for, numbered from 0. */
export const heldMany = (count: number, given?: Parameters<typeof held>[1]): HeldRecord[] =>
  Array.from({ length: count }, (_, index) => held(index, given));
