/** Names of errors that say a request was given up because it took too long. */
const TIMEOUTS: ReadonlySet<string> = new Set(['TimeoutError', 'AbortError', 'RequestTimeout']);

/** Codes by which Node complains of how it was called: bugs, which must not pass for a weak network. */
const MISUSE = /^ERR_(?:INVALID|OUT_OF|MISSING|UNKNOWN|UNHANDLED|METHOD)/;

/**
 * True for an error that means no answer came, or none that is HTTP: a connection refused, reset or never made, a name
 * not resolved, a certificate not trusted, a time-out. Node marks them with a `code` such as ECONNRESET.
 */
export const isNetworkError = (error: Error): boolean =>
  TIMEOUTS.has(error.name) || ('code' in error && typeof error.code === 'string' && !MISUSE.test(error.code));
