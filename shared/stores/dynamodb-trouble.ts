import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb';
import { Fault } from '../core/fault.js';
import { isNetworkError } from './network-error.js';
import type { Trouble } from './retry.js';

/** Stands for keys that DynamoDB gave back unread. */
export class Unprocessed extends Error {
  override readonly name = 'UnprocessedKeys';
  /** Whether others were read. */
  readonly progress: boolean;

  constructor(left: number, asked: number) {
    super(`${left} of ${asked} keys were given back`);
    this.progress = left < asked;
  }
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const THROTTLED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'TransactionInProgressException',
]);

/** What to do about answers that no waiting changes. */
const ADVICE: Readonly<Record<string, string>> = {
  ResourceNotFoundException: 'create the table, or correct TRIBUTARY_STATE or the region (docs/stores.md)',
  AccessDeniedException: 'allow dynamodb:BatchGetItem, GetItem and PutItem on the table (docs/stores.md)',
};

/** True when the version, or there being none, was not as a write expected. */
export const isConditionFailed = (error: unknown): boolean =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

const isTooLarge = ({ name, message }: Error): boolean =>
  name === 'ValidationException' && /item size/i.test(message);

function ofService(error: DynamoDBServiceException, said: string): Trouble {
  const unavailable = (more: string) => new Fault('store.unavailable', `${said}${more}`, { cause: error });
  const status = error.$metadata.httpStatusCode ?? 0;
  if (THROTTLED.has(error.name) || status === 429 || status >= 500)
    return { kind: 'moment', fault: unavailable('') };
  if (isTooLarge(error))
    return { kind: 'refused', fault: new Fault('store.too-large', said, { cause: error }) };
  if (error.name === 'ValidationException') return { kind: 'refused', fault: unavailable('') };
  const advice = ADVICE[error.name] ?? 'check the credentials and the region of this deployment';
  return { kind: 'down', fault: unavailable(`: ${advice}`) };
}

/** What an error of the DynamoDB client means for the request, or nothing when it is a bug of ours. */
export function diagnose(error: unknown, table: string): Trouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const said = `the DynamoDB table ${table} did not answer as it should (${error.name}: ${error.message})`;
  if (error instanceof DynamoDBServiceException) return ofService(error, said);
  const fault = new Fault('store.unavailable', said, { cause: error });
  if (error instanceof Unprocessed) return { kind: 'moment', fault, progress: error.progress };
  // An answer that is not DynamoDB's (a gateway's page) fails within the SDK's parser, which adds `$metadata`.
  if ('$metadata' in error || isNetworkError(error)) return { kind: 'moment', fault };
  return error.name === 'CredentialsProviderError' ? { kind: 'down', fault } : undefined;
}
