/** Names of errors that say a request was given up because it took too long. */
const TIMEOUTS: ReadonlySet<string> = new Set(['TimeoutError', 'AbortError', 'RequestTimeout']);

/**
 * True for an error that means no answer came: a connection refused, reset or never made, a name not resolved, a
 * time-out. Node marks the first kinds with a `code` such as ECONNRESET.
 */
export const isNetworkError = (error: Error): boolean =>
  TIMEOUTS.has(error.name) ||
  ('code' in error &&
    typeof error.code === 'string' &&
    /^E[A-Z]+|^UND_ERR|^REQUEST_SEND_ERROR$/.test(error.code));
