import { Fault } from '../core/fault.js';
import { type RetryDeps, retrying } from './retry.js';
import { diagnoseStorage, type StorageService } from './storage-trouble.js';

/** What takes longer is given up and asked again. */
const REQUEST_MS = 5_000;

/** Options of the SDK's clients: the retrying is ours. */
export const ONE_TRY = { retryOptions: { maxTries: 1 } };

/** Makes requests to a Storage service, each with a limit of time, until one succeeds or it makes no sense to go on. */
export function storageCalls(deps: RetryDeps, service: StorageService) {
  return <T>(request: (limits: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> =>
    retrying(
      deps,
      (error) => diagnoseStorage(error, service),
      undefined,
    )(async () => {
      const timeout = new AbortController();
      const timer = setTimeout(() => timeout.abort(), REQUEST_MS);
      try {
        return await request({ abortSignal: timeout.signal });
      } finally {
        clearTimeout(timer);
      }
    });
}

/** Makes a client from the connection string. The SDK's own complaint could quote the secret, so it is replaced. */
export function fromConnection<T>(make: () => T): T {
  try {
    return make();
  } catch {
    const text =
      'TRIBUTARY_STORAGE_CONNECTION is no connection string of a storage account (AccountName=…;AccountKey=…, or endpoints with SharedAccessSignature=…)';
    throw new Fault('config.invalid', text);
  }
}
