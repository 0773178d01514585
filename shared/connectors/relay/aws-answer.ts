import { Fault } from '../../core/fault.js';
import type { Finding, Outcome } from '../../core/remote.js';
import { isNetworkError } from '../../stores/network-error.js';
import { unauthorized } from '../auth/tokens.js';
import { classify } from '../wire/failure.js';
import { fromFailure, retry, unknown } from '../wire/outcome.js';
import { named, requestIdOf } from '../wire/request-id.js';
import type { Failure } from '../wire/transport.js';
import { presentable } from '../wire/vendor-text.js';

/** What is needed to put an answer of AWS into words. */
export interface AwsAnswering {
  readonly connection: string;
  /** What is written to, e.g. `the topic arn:aws:sns:…`. */
  readonly place: string;
  /** The right that is needed, e.g. `sns:Publish`. */
  readonly right: string;
}

/** Names by which services of AWS say "slower"; of a call and of an entry in it. */
const THROTTLED =
  /Throttl|TooManyRequests|ThroughputExceeded|LimitExceeded|RequestThrottled|SlowDown|PriorRequestNotComplete/;
/** https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html and the errors of each call. */
const UNAUTHORIZED =
  /AccessDenied|AuthorizationError|NotAuthorized|UnauthorizedOperation|UnrecognizedClient|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature|ExpiredToken|RequestExpired|MissingAuthenticationToken|OptInRequired|CredentialsProviderError|InvalidAccountId/;
const MISSING = /^(?:ResourceNotFound(?:Exception)?|NotFound(?:Exception)?)$/;
/** The key by which the target encrypts is out of order: every message meets the same. */
const KEY_TROUBLE = /^KMS/;
const INTERNAL = /InternalFailure|InternalError|InternalException|ServiceUnavailable|InternalServer/;

/** What a code means, whether of a whole call or of one entry in it; nothing for a refusal of what was sent. */
function passing(
  { connection, place, right }: AwsAnswering,
  code: string,
  text: string,
): Outcome | undefined {
  if (THROTTLED.test(code))
    return retry(
      'connection',
      new Fault('remote.throttled', `"${connection}" takes no more for now (${code}).`),
    );
  if (UNAUTHORIZED.test(code))
    return unauthorized(connection, code, `Allow ${right} on ${place}, and check the credentials in use.`);
  if (MISSING.test(code) || KEY_TROUBLE.test(code)) {
    const advice = MISSING.test(code) ? 'Create it, or correct its name or region.' : 'Look at its KMS key.';
    const said = `"${connection}" cannot write to ${place} (${code}: ${text}). ${advice}`;
    return retry('connection', new Fault('remote.unavailable', said));
  }
  return undefined;
}

/** What the error of one entry means for its message; the others of the call have answers of their own. */
export function fromEntry(answering: AwsAnswering, code: string, message: string, isOurs: boolean): Outcome {
  const text = presentable(message, []);
  const known = passing(answering, code, text);
  if (known !== undefined) return known;
  if (isOurs && !INTERNAL.test(code)) return { kind: 'rejected', code, text: text === '' ? code : text };
  const said = `"${answering.connection}" had an error of its own with a message (${code}).`;
  return retry('row', new Fault('remote.unavailable', said));
}

/** What AWS calls a call, in its answer or its error. */
export function awsRequestId(answered: object): string | undefined {
  const metadata = '$metadata' in answered ? answered.$metadata : undefined;
  return typeof metadata === 'object' && metadata !== null && 'requestId' in metadata
    ? requestIdOf(metadata.requestId, [])
    : undefined;
}

const statusOf = (error: Error): number => {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? metadata.httpStatusCode
      : undefined;
  return typeof status === 'number' ? status : 0;
};

/** No answer at all. Nothing for an error that is not the network's. */
function noAnswer({ connection }: AwsAnswering, error: Error, signal: AbortSignal): Outcome | undefined {
  const lost = (why: Failure['why']): Outcome =>
    fromFailure(connection, { kind: 'failure', sent: 'unknown', why, code: error.name });
  if (signal.aborted) return lost('aborted');
  // First by code: the SDK names a reset connection "TimeoutError", too.
  const classified = classify(error);
  if (classified !== undefined) return fromFailure(connection, { kind: 'failure', ...classified });
  if (error.name === 'TimeoutError' || error.name === 'RequestTimeout') return lost('timeout');
  return isNetworkError(error) ? lost('lost') : undefined;
}

/** An answer with a status, but not one of the service: a gateway's page, or one that breaks off. */
function garbled({ connection }: AwsAnswering, status: number): Outcome {
  if (status < 300)
    return unknown('remote.unanswered', `"${connection}" answered ${status} in a form that says nothing.`);
  if (status < 400)
    return fromFailure(connection, { kind: 'failure', sent: 'unknown', why: 'redirect', code: 'REDIRECT' });
  if (status >= 500)
    return retry('connection', new Fault('remote.unavailable', `"${connection}" answered ${status}.`));
  return {
    kind: 'rejected',
    code: `HTTP_${status}`,
    text: `status ${status} without a word of the service`,
    whole: true,
  };
}

/** What an error of an AWS client means for every message of a call. Throws what is neither an answer nor the network's. */
export function fromAwsError(answering: AwsAnswering, error: unknown, signal: AbortSignal): Outcome {
  if (!(error instanceof Error)) throw error;
  return named(meant(answering, error, signal), awsRequestId(error));
}

function meant(answering: AwsAnswering, error: Error, signal: AbortSignal): Outcome {
  const { connection } = answering;
  const status = statusOf(error);
  const known = passing(answering, error.name, presentable(error.message, []));
  if (known !== undefined) return known;
  if (status === 0) {
    const none = noAnswer(answering, error, signal);
    if (none === undefined) throw error;
    return none;
  }
  if (!('$fault' in error)) return garbled(answering, status);
  if (status === 429) return passing(answering, 'ThrottlingException', '') ?? garbled(answering, status);
  if (status >= 500 || INTERNAL.test(error.name)) {
    const said = `"${connection}" answered ${status} (${error.name}): not now, perhaps later.`;
    return retry('connection', new Fault('remote.unavailable', said));
  }
  return {
    kind: 'rejected',
    code: error.name,
    text: presentable(error.message, []) || error.name,
    whole: true,
  };
}

/** Runs a read and says what it found. `what` is said when all is well. */
export async function lookAt(
  answering: AwsAnswering,
  signal: AbortSignal,
  read: () => Promise<string>,
): Promise<Finding> {
  try {
    return { level: 'well', what: await read() };
  } catch (error) {
    const outcome = fromAwsError(answering, error, signal);
    const advice = `See docs/connectors/relays.md for the rights that ${answering.place} needs.`;
    const why = 'fault' in outcome ? outcome.fault.message : 'text' in outcome ? outcome.text : outcome.kind;
    return { level: 'error', what: `${answering.place} cannot be looked at: ${why}`, advice };
  }
}
