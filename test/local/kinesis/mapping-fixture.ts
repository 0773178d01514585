import type { KinesisClient } from '@aws-sdk/client-kinesis';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import { type KinesisEmulator, startKinesis } from '../../../local/emulators/kinesis.js';
import {
  type EventSourceMapping,
  startEventSourceMapping,
} from '../../../local/event-source-mapping/mapping.js';
import type { OnFailureMessage } from '../../../local/event-source-mapping/on-failure.js';
import type { MappingSettings } from '../../../local/event-source-mapping/settings.js';
import { type Invoke, lambdaInvoker } from '../../../local/lambda-invoker.js';
import { putAll } from '../../../local/put-records.js';
import { hurriedClock } from './hurried-clock.js';

/** The one stream of a test. */
export const STREAM = 'tributary-test-events';

const DEFAULTS: MappingSettings = {
  functionName: 'tributary-test-consumer',
  stream: { logicalId: 'Events', name: STREAM, shards: 1 },
  enabled: true,
  startingPosition: 'TRIM_HORIZON',
  batchSize: 100,
  batchWindow: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: -1,
  maximumRecordAgeInSeconds: -1,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: true,
};

/** AWS's defaults, with partial answers, and a queue to tell of failures. */
export const SETTINGS: MappingSettings = { ...DEFAULTS, onFailure: { kind: 'sqs', target: 'Failed' } };

const Event = z.object({
  Records: z.array(
    z.object({
      kinesis: z.object({ sequenceNumber: z.string(), partitionKey: z.string(), data: z.string() }),
    }),
  ),
});

/** A record as a handler sees it. */
export interface Seen {
  readonly id: string;
  readonly key: string;
  readonly text: string;
}

/** The records of an event a mapping made; anything else throws. */
export const readEvent = (event: unknown): Seen[] =>
  Event.parse(event).Records.map(({ kinesis }) => ({
    id: kinesis.sequenceNumber,
    key: kinesis.partitionKey,
    text: Buffer.from(kinesis.data, 'base64').toString(),
  }));

/** The answer that names one record. */
export const failedAt = (id: string): unknown => ({ batchItemFailures: [{ itemIdentifier: id }] });

/** Starts a Kinesis that ends with the test. */
export async function stream(shards = 1): Promise<KinesisEmulator> {
  const kinesis = await startKinesis({ streamName: STREAM, shards });
  onTestFinished(() => kinesis.close());
  return kinesis;
}

/** Puts texts under one partition key, or under the key each text begins with (`k1:…`). */
export const put = (client: KinesisClient, texts: readonly string[]): Promise<void> => {
  const entries = texts.map((text) => ({ partitionKey: text.split(':')[0] ?? '', data: Buffer.from(text) }));
  return putAll(client, STREAM, entries, hurriedClock());
};

/** A mapping, and what it told of. */
export interface Watched extends EventSourceMapping {
  readonly failures: OnFailureMessage[];
  readonly errors: unknown[];
}

/** What differs from the plain mapping. */
export interface WatchOptions {
  readonly settings?: Partial<MappingSettings>;
  readonly client?: KinesisClient;
  readonly onFailure?: (message: OnFailureMessage) => Promise<void>;
  /** Leaves out the on-failure destination. */
  readonly silent?: boolean;
}

/** Starts a mapping that ends with the test, before its stream does. */
export async function watch(
  kinesis: KinesisEmulator,
  invoke: Invoke,
  options: WatchOptions = {},
): Promise<Watched> {
  const failures: OnFailureMessage[] = [];
  const errors: unknown[] = [];
  const mapping = await startEventSourceMapping({
    client: options.client ?? kinesis.client(),
    streamName: STREAM,
    settings: { ...(options.silent ? DEFAULTS : SETTINGS), ...options.settings },
    invoke,
    onFailure: async (message) => {
      failures.push(message);
      await options.onFailure?.(message);
    },
    clock: hurriedClock(),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => mapping.close());
  return { ...mapping, failures, errors };
}

/** A handler in the in-process invoker. */
export const invoker = (handler: (seen: Seen[]) => unknown): Invoke =>
  lambdaInvoker((event) => handler(readEvent(event)), { name: SETTINGS.functionName, timeoutMs: 10_000 });

/** In the order of their code units, to compare what arrived in any order. */
export const sorted = (texts: readonly string[]): string[] =>
  [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
