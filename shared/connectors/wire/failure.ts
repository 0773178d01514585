/** Whether the server can have acted on a request that has no answer. */
export type Sent = 'no' | 'unknown';

/** Why there is no answer. */
export type FailureWhy = 'unreachable' | 'redirect' | 'timeout' | 'lost' | 'cut' | 'too-large' | 'aborted';

/** How a rejection of `fetch` is understood. */
export interface Classified {
  readonly sent: Sent;
  readonly why: FailureWhy;
  readonly code: string;
}

/** Codes of failures before the first byte of the request left: name lookup, connecting, the TLS handshake. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  // Said by dial.ts: the address was not public, so nobody was asked.
  'PRIVATE_ADDRESS',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);
/** What a server says about our certificate, or about how we speak TLS: it reads no request then. */
const TLS_ALERT =
  /^ERR_SSL_\w+_ALERT_(?:CERTIFICATE_|UNKNOWN_CA|BAD_CERTIFICATE|HANDSHAKE_|ACCESS_DENIED|PROTOCOL_)/;
const TIMEOUTS = new Set(['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const text = (value: unknown, name: string): string => {
  const found = member(value, name);
  return typeof found === 'string' ? found : '';
};

/** With several addresses (IPv6, IPv4) Node gives an AggregateError: one error for each address. */
function roots(error: unknown): readonly unknown[] {
  const errors = member(error, 'errors');
  return Array.isArray(errors) && errors.length > 0 ? errors : [error];
}

const neverLeft = (error: unknown): boolean =>
  NOT_SENT.has(text(error, 'code')) ||
  TLS_ALERT.test(text(error, 'code')) ||
  (text(error, 'code') === 'ETIMEDOUT' && text(error, 'syscall') === 'connect') ||
  text(error, 'message') === 'bad port';

/** The short machine code inside an error of `fetch`, e.g. `ECONNRESET`. */
export function networkCode(error: unknown): string {
  const cause = member(error, 'cause') ?? error;
  return text(roots(cause)[0], 'code') || text(cause, 'code') || 'NETWORK';
}

/**
 * Reads what built-in `fetch` rejects with: `TypeError: fetch failed` whose `cause` says what happened. Whatever is not
 * known to have happened before sending counts as possibly sent. Nothing for an error that is not the network's: then
 * the request could not be built, and the program is broken.
 */
export function classify(error: unknown): Classified | undefined {
  const cause = member(error, 'cause') ?? (text(error, 'code') === '' ? undefined : error);
  if (cause === undefined) return undefined;
  if (text(cause, 'message') === 'unexpected redirect')
    return { sent: 'unknown', why: 'redirect', code: 'REDIRECT' };
  const code = networkCode(error);
  if (roots(cause).every(neverLeft)) return { sent: 'no', why: 'unreachable', code };
  return { sent: 'unknown', why: TIMEOUTS.has(code) ? 'timeout' : 'lost', code };
}
