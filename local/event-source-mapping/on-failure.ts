import type { Invocation } from '../lambda-invoker.js';
import type { OnFailureDestination } from './destination.js';
import { type HeldRecord, toEvent } from './record.js';

/** Why a batch was given up. */
export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/** A batch that was given up, and how far it got. */
export interface DiscardedBatch {
  readonly records: readonly HeldRecord[];
  readonly condition: Condition;
  /** How often this very batch was sent. */
  readonly sends: number;
  /** The answer to the last time it was sent. */
  readonly last: Invocation | undefined;
}

/** Whose batch it was. */
export interface MappingIdentity {
  readonly mappingId: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
}

/** The message Lambda writes: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export interface FailureBody {
  readonly requestContext: {
    readonly requestId: string;
    readonly functionArn: string;
    readonly condition: Condition;
    readonly approximateInvokeCount: number;
  };
  /** Absent when the batch was never sent. */
  readonly responseContext?: {
    readonly statusCode: 200;
    readonly executedVersion: '$LATEST';
    readonly functionError?: string;
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly approximateArrivalOfFirstRecord: string;
    readonly approximateArrivalOfLastRecord: string;
    readonly batchSize: number;
    readonly streamArn: string;
  };
}

/** What goes to the on-failure destination: only S3 gets the records, as the whole event in an escaped string. */
export type OnFailureMessage =
  | { readonly kind: 'sqs' | 'sns'; readonly target: string; readonly body: FailureBody }
  | {
      readonly kind: 's3';
      readonly target: string;
      readonly key: string;
      readonly body: FailureBody & { readonly payload: string };
    };

const iso = (ms: number): string => new Date(ms).toISOString();

function failureBody(batch: DiscardedBatch, identity: MappingIdentity, now: number): FailureBody {
  const { records, condition, sends, last } = batch;
  const [first] = records;
  const end = records.at(-1);
  if (!first || !end) throw new Error('A discarded batch holds at least one record.');
  const functionError = last?.functionError === undefined ? {} : { functionError: last.functionError };
  const responseContext = { statusCode: 200, executedVersion: '$LATEST', ...functionError } as const;
  return {
    requestContext: {
      requestId: last?.requestId ?? '',
      functionArn: identity.functionArn,
      condition,
      approximateInvokeCount: sends,
    },
    ...(last ? { responseContext } : {}),
    version: '1.0',
    timestamp: iso(now),
    KinesisBatchInfo: {
      shardId: identity.shardId,
      startSequenceNumber: first.sequenceNumber,
      endSequenceNumber: end.sequenceNumber,
      approximateArrivalOfFirstRecord: iso(first.arrivedAt),
      approximateArrivalOfLastRecord: iso(end.arrivedAt),
      batchSize: records.length,
      streamArn: identity.streamArn,
    },
  };
}

/** `aws/lambda/<mapping>/<shard>/2026/01/31/2026-01-31T12.30.59-<random>` */
function objectKey(identity: MappingIdentity, now: number, random: string): string {
  const [date = '', time = ''] = iso(now).slice(0, 19).split('T');
  const stamp = `${date}T${time.replaceAll(':', '.')}`;
  return `aws/lambda/${identity.mappingId}/${identity.shardId}/${date.replaceAll('-', '/')}/${stamp}-${random}`;
}

/** Words a discarded batch as Lambda would for this kind of destination. `random` ends the name of an S3 object. */
export function onFailureMessage(
  to: OnFailureDestination,
  batch: DiscardedBatch,
  identity: MappingIdentity,
  at: { readonly now: number; readonly random: string },
): OnFailureMessage {
  const { kind, target } = to;
  const body = failureBody(batch, identity, at.now);
  if (kind !== 's3') return { kind, target, body };
  const payload = JSON.stringify(toEvent(batch.records));
  return { kind, target, key: objectKey(identity, at.now, at.random), body: { ...body, payload } };
}
