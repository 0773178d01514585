import {
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
  type PutRecordsRequestEntry,
  type PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { Fault } from '../core/fault.js';
import type { Appender, Entry, Fate } from '../door/ports.js';
import { cutCalls } from './kinesis-calls.js';
import { isNetworkError } from './network-error.js';

/** Of one record with its key. AWS can be told to take more; its readers here take no more than this. */
const MOST_RECORD = 1_048_576;
const MOST_KEY = 256;

/** Names of refusals that a moment's wait may cure, of a call and of a record in it. */
const THROTTLED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'LimitExceededException',
  'KMSThrottlingException',
  'ThrottlingException',
]);

const ADVICE: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'create the stream, or correct TRIBUTARY_DOOR_STREAM or the region',
  AccessDeniedException: 'allow kinesis:PutRecords on the stream',
};

/** Which stream, and who writes to it. */
export interface KinesisAppenderOptions {
  readonly client: KinesisClient;
  readonly stream: string;
}

/** A client made from the environment in the SDK's own way. It speaks HTTP/1.1, as emulators do; the retrying is ours. */
export const kinesisClient = (): KinesisClient =>
  new KinesisClient({
    maxAttempts: 1,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: 500,
      requestTimeout: 1_500,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: 200, keepAlive: true },
      httpAgent: { maxSockets: 200, keepAlive: true },
    }),
  });

const sizeOf = ({ key, body }: Entry): number => body.byteLength + Buffer.byteLength(key);

const toRecord = ({ key, body }: Entry): PutRecordsRequestEntry => ({ PartitionKey: key, Data: body });

/** What a refusal of the service, or no answer, means for an entry. The service's text may name streams, never data. */
function refusal(name: string, text: string, place: string, cause?: unknown): Fate {
  const said = `the stream ${place} did not take a record (${name}: ${text})`;
  if (THROTTLED.has(name))
    return { kind: 'throttled', fault: new Fault('stream.throttled', said, { cause }) };
  const help = ADVICE[name];
  return {
    kind: 'unavailable',
    fault: new Fault('stream.unavailable', help ? `${said}: ${help}` : said, { cause }),
  };
}

function fateOf(result: PutRecordsResultEntry | undefined, place: string): Fate {
  if (result?.SequenceNumber !== undefined && result.ErrorCode === undefined) return { kind: 'durable' };
  return refusal(result?.ErrorCode ?? 'no answer', result?.ErrorMessage ?? 'nothing is said of it', place);
}

/** Errors of the service or its client, as opposed to bugs of ours. */
const isAnswer = (error: Error): boolean =>
  '$metadata' in error || error.name === 'CredentialsProviderError' || isNetworkError(error);

/** Appends to a Kinesis stream by PutRecords, each record judged by its own answer. */
export function kinesisAppender({ client, stream }: KinesisAppenderOptions): Appender {
  const place = `kinesis:${stream}`;

  async function put(call: readonly Entry[], abortSignal: AbortSignal): Promise<readonly Fate[]> {
    const command = new PutRecordsCommand({ StreamName: stream, Records: call.map(toRecord) });
    try {
      const { Records = [] } = await client.send(command, { abortSignal });
      return call.map((_, i) => fateOf(Records[i], place));
    } catch (error) {
      if (!(error instanceof Error) || !isAnswer(error)) throw error;
      const fate = refusal(error.name, error.message, place, error);
      return call.map(() => fate);
    }
  }

  return {
    place,
    maxBytes: MOST_RECORD - MOST_KEY,
    async reach(abortSignal) {
      try {
        await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }), { abortSignal });
      } catch (cause) {
        const said = cause instanceof Error ? cause.name : 'no answer';
        throw new Fault('stream.unavailable', `the stream ${place} cannot be reached (${said})`, { cause });
      }
    },
    async append(entries, signal) {
      const fates = await Promise.all(cutCalls(entries, sizeOf).map((call) => put(call, signal)));
      return fates.flat();
    },
  };
}
