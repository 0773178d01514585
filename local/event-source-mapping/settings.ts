import * as z from 'zod';
import { bad, ok, type Result } from '../../shared/core/fault.js';
import { deployedName, describeIssues, functionBlock } from '../lambda-settings.js';
import {
  openServerlessFile,
  type Path,
  type ServerlessFile,
  type ServerlessFileOptions,
} from '../serverless-file.js';
import { isMembers } from '../serverless-variables.js';
import { type OnFailureDestination, readDestination } from './destination.js';
import { readStream, type StreamReference } from './stream-reference.js';

/** An event source mapping as `serverless.yml` sets it, under osls' names, with osls' and AWS's defaults filled in. */
export interface MappingSettings {
  /** The name the function is deployed under, for its ARN. */
  readonly functionName: string;
  readonly stream: StreamReference;
  /** A disabled mapping reads nothing. */
  readonly enabled: boolean;
  readonly startingPosition: 'TRIM_HORIZON' | 'LATEST';
  readonly batchSize: number;
  /** Seconds. */
  readonly batchWindow: number;
  readonly parallelizationFactor: number;
  /** -1: for ever. */
  readonly maximumRetryAttempts: number;
  /** -1: as long as the stream keeps it. */
  readonly maximumRecordAgeInSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  /** `functionResponseType: ReportBatchItemFailures`; without it every return is a success. */
  readonly reportBatchItemFailures: boolean;
  /** Where discarded batches are told of; without one they vanish. */
  readonly onFailure?: OnFailureDestination;
}

const whole = (from: number, to: number) => {
  const error = `expected a whole number from ${from} to ${to}`;
  return z.int({ error }).min(from, { error }).max(to, { error });
};
const AGE = 'expected -1 or a whole number from 60 to 604800';
const age = z.int({ error: AGE }).refine((s) => s === -1 || (s >= 60 && s <= 604_800), { error: AGE });
const refused = (why: string) => z.undefined({ error: why }).optional();
const flag = z.boolean({ error: 'expected true or false' });

/**
 * Ranges and defaults: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html and osls'
 * `events/stream.js`, whose batch size of 10 differs from AWS's 100. Unknown names are refused, as osls refuses them.
 */
const StreamEvent = z.strictObject({
  arn: z.unknown(),
  type: z.literal('kinesis').optional(),
  enabled: flag.default(true),
  startingPosition: z
    .enum(['TRIM_HORIZON', 'LATEST'], {
      error: 'expected TRIM_HORIZON or LATEST (osls drops the time that AT_TIMESTAMP needs)',
    })
    .default('TRIM_HORIZON'),
  batchSize: whole(1, 10_000).default(10),
  batchWindow: whole(0, 300).default(0),
  parallelizationFactor: whole(1, 10).default(1),
  maximumRetryAttempts: whole(-1, 10_000).default(-1),
  maximumRecordAgeInSeconds: age.default(-1),
  bisectBatchOnFunctionError: flag.default(false),
  functionResponseType: z
    .literal('ReportBatchItemFailures', { error: 'expected ReportBatchItemFailures' })
    .optional(),
  destinations: z.unknown().optional(),
  /** Enhanced fan-out is another transport of the same batches. */
  consumer: z.unknown().optional(),
  filterPatterns: refused(
    'a filter drops what is not JSON without a trace, so a malformed record would have no ending',
  ),
  tumblingWindowInSeconds: refused('a tumbling window changes what the function is given and must answer'),
});

function streamEventPath(file: ServerlessFile, functionName: string): Result<Path> {
  const events = file.at(['functions', functionName, 'events']);
  const found = (Array.isArray(events) ? events : []).flatMap((event: unknown, index): Path[] => {
    const stream = isMembers(event) ? event['stream'] : undefined;
    const path = ['functions', functionName, 'events', index, 'stream'];
    if (typeof stream === 'string') return stream.startsWith('arn:aws:dynamodb:') ? [] : [path];
    return isMembers(stream) && stream['type'] !== 'dynamodb' ? [path] : [];
  });
  const [only, second] = found;
  if (only && !second) return ok(only);
  const at = file.place(second ?? ['functions', functionName, 'events']);
  const text = `${at}: function ${functionName} needs exactly one Kinesis stream event, found ${found.length}.`;
  return bad('config.missing-setting', text);
}

/**
 * Reads how a stream feeds a function, from the text of a `serverless.yml`. What osls or AWS would refuse is a fault
 * here too and names file and line of the setting, so that a wrong number fails on the own machine.
 */
export function readMappingSettings(
  serverlessYml: string,
  functionName: string,
  options?: ServerlessFileOptions,
): Result<MappingSettings> {
  const opened = openServerlessFile(serverlessYml, options);
  if (!opened.ok) return opened;
  const file = opened.value;
  const block = functionBlock(file, functionName);
  if (!block.ok) return block;
  const path = streamEventPath(file, functionName);
  if (!path.ok) return path;
  const raw = file.at(path.value);
  const event = StreamEvent.safeParse(typeof raw === 'string' ? { arn: raw } : raw);
  if (!event.success) return bad('config.invalid', describeIssues(file, path.value, event.error));
  const stream = readStream(file, [...path.value, 'arn'], event.data.arn);
  if (!stream.ok) return stream;
  const onFailure = readDestination(file, functionName, path.value, stream.value);
  if (!onFailure.ok) return onFailure;
  const { data } = event;
  return ok({
    functionName: deployedName(file, functionName),
    stream: stream.value,
    enabled: data.enabled,
    startingPosition: data.startingPosition,
    batchSize: data.batchSize,
    batchWindow: data.batchWindow,
    parallelizationFactor: data.parallelizationFactor,
    maximumRetryAttempts: data.maximumRetryAttempts,
    maximumRecordAgeInSeconds: data.maximumRecordAgeInSeconds,
    bisectBatchOnFunctionError: data.bisectBatchOnFunctionError,
    reportBatchItemFailures: data.functionResponseType !== undefined,
    ...(onFailure.value ? { onFailure: onFailure.value } : {}),
  });
}
