import * as z from 'zod';
import { bad, ok, type Result } from '../../shared/core/fault.js';
import { logicalIdOf } from '../event-source-mapping/stream-reference.js';
import { deployedName, describeIssues, functionBlock } from '../lambda-settings.js';
import { openServerlessFile, type Path, type ServerlessFile } from '../serverless-file.js';
import { isMembers } from '../serverless-variables.js';

/** A queue as `resources` of serverless.yml declares it. */
export interface QueueReference {
  readonly name: string;
  /** Seconds. */
  readonly visibilityTimeout: number;
  /** After so many receives a message goes on to that queue. */
  readonly redrive?: { readonly queue: string; readonly maxReceives: number };
}

/** How a queue feeds a function. */
export interface QueueMappingSettings {
  /** The name the function is deployed under. */
  readonly functionName: string;
  readonly queue: QueueReference;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
}

/**
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html. More than ten a batch need a window, which is
 * not emulated. Unknown names are refused, as osls refuses them.
 */
const QueueEvent = z.strictObject({
  arn: z.unknown(),
  batchSize: z.int().min(1).max(10).default(10),
  maximumConcurrency: z.int().min(2).max(1_000).optional(),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
  enabled: z.boolean().optional(),
});

const Redrive = z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.int().min(1).max(1_000) });
const Queue = z.object({
  QueueName: z
    .string()
    .refine((name) => !name.includes('${'), 'expected plain text, with the stage as its only variable'),
  // 30 s is what SQS has where nothing is said.
  VisibilityTimeout: z.int().min(0).max(43_200).default(30),
  RedrivePolicy: Redrive.optional(),
});

function readQueue(file: ServerlessFile, place: Path, arn: unknown): Result<QueueReference> {
  const id = logicalIdOf(arn);
  const path = ['resources', 'Resources', id ?? '', 'Properties'];
  if (id === undefined || file.at(path) === undefined)
    return bad(
      'config.unknown-name',
      `${file.place(place)}: arn: expected !GetAtt <queue>.Arn of a resource.`,
    );
  const queue = Queue.safeParse(file.at(path));
  if (!queue.success) return bad('config.invalid', describeIssues(file, path, queue.error));
  const { QueueName: name, VisibilityTimeout: visibilityTimeout, RedrivePolicy: policy } = queue.data;
  if (!policy) return ok({ name, visibilityTimeout });
  const target = readQueue(file, [...path, 'RedrivePolicy'], policy.deadLetterTargetArn);
  if (!target.ok) return target;
  const redrive = { queue: target.value.name, maxReceives: policy.maxReceiveCount };
  return ok({ name, visibilityTimeout, redrive });
}

/** Reads how a queue feeds a function, from the text of a `serverless.yml`; a fault names file and line. */
export function readQueueMappingSettings(
  serverlessYml: string,
  functionName: string,
): Result<QueueMappingSettings> {
  const opened = openServerlessFile(serverlessYml);
  if (!opened.ok) return opened;
  const file = opened.value;
  const block = functionBlock(file, functionName);
  if (!block.ok) return block;
  const events = file.at(['functions', functionName, 'events']);
  const index = (Array.isArray(events) ? events : []).findIndex(
    (event) => isMembers(event) && 'sqs' in event,
  );
  const path: Path = ['functions', functionName, 'events', index, 'sqs'];
  const event = QueueEvent.safeParse(file.at(path));
  if (!event.success) return bad('config.invalid', describeIssues(file, path, event.error));
  const queue = readQueue(file, path, event.data.arn);
  if (!queue.ok) return queue;
  return ok({
    functionName: deployedName(file, functionName),
    queue: queue.value,
    batchSize: event.data.batchSize,
    reportBatchItemFailures: event.data.functionResponseType !== undefined,
  });
}
