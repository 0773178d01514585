import { Fault } from '../core/fault.js';
import { isNetworkError } from './network-error.js';
import type { Trouble } from './retry.js';
import { isSignInError, SIGN_IN_ADVICE } from './sign-in-error.js';

/** A queue or container of Azure Storage, for what is said of its answers. */
export interface StorageService {
  /** What is asked, e.g. `the Azure container letters`. */
  readonly what: string;
  /** What to do about answers that no waiting changes, by their code. */
  readonly advice: Readonly<Record<string, string>>;
  /** What to do about all others; by default, to look at the deployment's own storage account. */
  readonly otherwise?: string;
}

/** What an answer of the service other than success says: HTTP status and the service's own code. */
export interface Said {
  readonly status: number;
  readonly code: string;
}

/** What the service said in an error of the SDK (RestError); nothing when the error is not an answer of the service. */
export function saidIn(error: unknown): Said | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'no code';
  return { status: error.statusCode, code };
}

/** https://learn.microsoft.com/rest/api/storageservices/common-rest-api-error-codes */
const PASSING: ReadonlySet<string> = new Set([
  'AccountBeingCreated',
  'ContainerBeingDeleted',
  'QueueBeingDeleted',
]);

const OWN_ACCOUNT = 'check TRIBUTARY_STORAGE_CONNECTION and what it permits (docs/parking.md)';

/** Not HTTP, not XML, or without the headers of a blob: the SDK fails on what is no answer of the service. */
const isNoAnswer = (error: Error): boolean =>
  error.name === 'RestError' ||
  isNetworkError(error) ||
  (error instanceof RangeError && error.message.startsWith('File download response'));

/** What an error of a Storage client means for the request, or nothing when it is a bug of ours. */
export function diagnoseStorage(error: unknown, service: StorageService): Trouble | undefined {
  const { what, advice, otherwise = OWN_ACCOUNT } = service;
  if (!(error instanceof Error)) return undefined;
  const fault = (text: string) => new Fault('park.unavailable', text, { cause: error });
  if (isSignInError(error)) return { kind: 'down', fault: fault(`${what} was not asked: ${SIGN_IN_ADVICE}`) };
  const said = saidIn(error);
  if (said) {
    const { status, code } = said;
    const text = `${what} did not answer as it should (${status} ${code})`;
    if (status === 408 || status === 429 || status >= 500 || PASSING.has(code))
      return { kind: 'moment', fault: fault(text) };
    const help = advice[code] ?? otherwise;
    return { kind: 'down', fault: fault(`${text}: ${help}`) };
  }
  if (!isNoAnswer(error)) return undefined;
  return { kind: 'moment', fault: fault(`${what} gave no answer (${error.name}: ${error.message})`) };
}
