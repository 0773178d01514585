import * as z from 'zod';
import { bad, ok, type Result } from '../../shared/core/fault.js';
import { describeIssues } from '../lambda-settings.js';
import type { Path, ServerlessFile } from '../serverless-file.js';
import { isMembers } from '../serverless-variables.js';
import { logicalIdOf, type StreamReference } from './stream-reference.js';

/** Where Lambda tells of batches it gave up. Only S3 keeps the records themselves. */
export interface OnFailureDestination {
  readonly kind: 's3' | 'sqs' | 'sns';
  /** Logical id in `resources`, or the ARN as it is written. */
  readonly target: string;
}

const KINDS: Readonly<Record<string, OnFailureDestination['kind']>> = {
  'AWS::S3::Bucket': 's3',
  'AWS::SQS::Queue': 'sqs',
  'AWS::SNS::Topic': 'sns',
};
const ARN = /^arn:[^:]+:(s3|sqs|sns):/;
const Arns = z.enum(['s3', 'sqs', 'sns']);

const Extension = z.strictObject({
  Properties: z.strictObject({
    /** Another stream than the one that is made: of no concern here, where every stream is made. */
    EventSourceArn: z.unknown().optional(),
    /** What is counted; it changes nothing that reaches the function. */
    MetricsConfig: z.unknown().optional(),
    /** What the stream event says holds here: it is that of the retention a stream has by itself. */
    MaximumRecordAgeInSeconds: z.unknown().optional(),
    DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.unknown() }) }),
  }),
});

/** As osls takes it: an ARN, or an ARN with its service, which an intrinsic needs. */
const Destinations = z.strictObject({
  onFailure: z.union([
    z.string(),
    z.strictObject({ arn: z.unknown(), type: z.enum(['sqs', 'sns']).optional() }),
  ]),
});

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The logical id osls gives the mapping: `ConsumerEventSourceMappingKinesisEvents` (its `naming.js`). */
function mappingPrefix(functionName: string): string {
  const name = functionName.replaceAll('-', 'Dash').replaceAll('_', 'Underscore');
  return `${upperFirst(name)}EventSourceMappingKinesis`;
}

function resolve(file: ServerlessFile, path: Path, value: unknown): Result<OnFailureDestination> {
  const text = typeof value === 'string' ? value : undefined;
  const service = Arns.safeParse(ARN.exec(text ?? '')?.[1]);
  if (text !== undefined && service.success) return ok({ kind: service.data, target: text });
  const reference = isMembers(value) && typeof value['Ref'] === 'string' ? value['Ref'] : undefined;
  const id = logicalIdOf(value) ?? reference;
  const kind = KINDS[String(file.at(['resources', 'Resources', id ?? '', 'Type']))];
  // !Ref gives an ARN for a topic only; for a queue it is a URL, for a bucket a name.
  if (id !== undefined && kind && (reference === undefined || kind === 'sns'))
    return ok({ kind, target: id });
  const why =
    'expected !GetAtt <resource>.Arn of a bucket, queue or topic under resources.Resources, or an ARN';
  return bad('config.unknown-name', `${file.place(path)}: on-failure destination: ${why}.`);
}

function fromExtension(
  file: ServerlessFile,
  functionName: string,
  stream: StreamReference,
): Result<Path | undefined> {
  const base: Path = ['resources', 'extensions'];
  const prefix = mappingPrefix(functionName);
  const expected = prefix + upperFirst(stream.logicalId.replace(/[^0-9A-Za-z]/g, ''));
  const all = file.at(base);
  const names = isMembers(all) ? Object.keys(all).filter((key) => key.startsWith(prefix)) : [];
  const stray = names.find((name) => name !== expected);
  if (stray !== undefined) {
    const text = `${file.place([...base, stray])}: extension of a mapping that does not exist; it is called ${expected}.`;
    return bad('config.unknown-name', text);
  }
  if (names.length === 0) return ok(undefined);
  const path = [...base, expected];
  const parsed = Extension.safeParse(file.at(path));
  if (!parsed.success) return bad('config.invalid', describeIssues(file, path, parsed.error));
  return ok([...path, 'Properties', 'DestinationConfig', 'OnFailure', 'Destination']);
}

/**
 * Where discarded batches go: the extension of the mapping, which is how S3 is set (osls knows only queues and
 * topics), else `destinations.onFailure` of the stream event, else nowhere.
 */
export function readDestination(
  file: ServerlessFile,
  functionName: string,
  event: Path,
  stream: StreamReference,
): Result<OnFailureDestination | undefined> {
  const extension = fromExtension(file, functionName, stream);
  if (!extension.ok) return extension;
  if (extension.value) return resolve(file, extension.value, file.at(extension.value));
  const path = [...event, 'destinations'];
  if (file.at(path) === undefined) return ok(undefined);
  const given = Destinations.safeParse(file.at(path));
  if (!given.success) return bad('config.invalid', describeIssues(file, path, given.error));
  const { onFailure } = given.data;
  const resolved = resolve(file, path, typeof onFailure === 'string' ? onFailure : onFailure.arn);
  if (!resolved.ok || resolved.value.kind !== 's3') return resolved;
  const why = 'osls takes a queue or a topic here; a bucket is set under resources.extensions';
  return bad('config.invalid', `${file.place(path)}: destinations.onFailure: ${why}.`);
}
