import { Fault } from '../core/fault.js';
import { isNetworkError } from './network-error.js';
import type { Trouble } from './retry.js';

/** A service of AWS, for what is said of its answers. */
export interface AwsService {
  /** What is asked, e.g. `the SQS queue parked`. */
  readonly what: string;
  /** What to do about answers that no waiting changes, by their name. */
  readonly advice: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html and S3's SlowDown (503). */
const THROTTLED: ReadonlySet<string> = new Set([
  'KmsThrottled',
  'OverLimit',
  'RequestThrottled',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const statusOf = (error: object): number => {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : 0;
  return typeof status === 'number' ? status : 0;
};

const isMoment = (error: Error): boolean => {
  const status = statusOf(error);
  if (THROTTLED.has(error.name) || status === 429 || status >= 500 || isNetworkError(error)) return true;
  // Answers of the service have `$fault`; what is not its answer (a gateway's page) fails in the SDK's parser.
  return '$metadata' in error && !('$fault' in error);
};

/** What an error of an AWS client means for the request, or nothing when it is a bug of ours. */
export function diagnoseAws(error: unknown, { what, advice }: AwsService): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const said = `${what} did not answer as it should (${error.name}: ${error.message})`;
  if (isMoment(error))
    return { kind: 'moment', fault: new Fault('park.unavailable', said, { cause: error }) };
  if (!('$fault' in error) && error.name !== 'CredentialsProviderError') return undefined;
  const help = advice[error.name] ?? 'check the credentials and the region of this deployment';
  return { kind: 'down', fault: new Fault('park.unavailable', `${said}: ${help}`, { cause: error }) };
}

/** How long an AWS client of ours waits for a connection and an answer; our own retrying does the rest. */
export const AWS_LIMITS = {
  maxAttempts: 1,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
