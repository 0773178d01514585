import type { FaultCode } from '../core/fault.js';
import type { Json } from '../core/ports.js';

/** A certificate that a client showed to the platform. */
export interface ClientCertificate {
  /** PEM text, or the DER bytes in base64. */
  readonly text: string;
  /** Whether the platform has checked it against authorities that the operator chose. */
  readonly verified: boolean;
}

/** A request as an adapter hands it over: the platform's words undone, nothing judged. */
export interface DoorRequest {
  /** In capitals. */
  readonly method: string;
  /** Begins with a slash; still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in small letters; several values of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Address of the caller as the platform saw it. */
  readonly remote?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
  /** When the platform took the request in, epoch milliseconds, if it says. */
  readonly receivedAt?: number | undefined;
}

/** What the platform is to answer. The body is JSON. */
export interface DoorResponse {
  readonly status: number;
  /** Names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

/** An answer with a JSON body. */
export const answer = (status: number, body: Json, headers: Headers = {}): DoorResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** An answer that says what went wrong, for the person who reads Adobe's error log. */
export const problem = (
  status: number,
  error: FaultCode,
  message: string,
  requestId: string,
  headers: Headers = {},
): DoorResponse => answer(status, { error, message, requestId }, headers);

/** The path's segments, percent-decoded where that can be done; a slash too many means nothing. */
export function segmentsOf(path: string): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      try {
        return decodeURIComponent(segment);
      } catch {
        return segment;
      }
    });
}
