import { Buffer } from 'node:buffer';
import { classify, type FailureWhy, networkCode, type Sent } from './failure.js';

/** One HTTP request, ready to send. */
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What one attempt needs besides the request. */
export interface Wire {
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
  /** Time allowed from the first byte sent to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Most bytes of an answer, after decompression. */
  readonly maxBytes?: number;
}

/** The server answered, whatever it said. */
export interface Reply {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `undefined` when the answer is not declared as JSON or is not well-formed. */
  readonly json: unknown;
}

/** There is no whole answer. `sent` tells whether the server can have acted on the request. */
export interface Failure {
  readonly kind: 'failure';
  readonly sent: Sent;
  readonly why: FailureWhy;
  /** Short machine code, e.g. `ECONNRESET`; never a URL, header or body. */
  readonly code: string;
}

const MAX_BYTES = 4 * 1024 * 1024;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json$/i;

const failure = (sent: Sent, why: FailureWhy, code: string): Failure => ({
  kind: 'failure',
  sent,
  why,
  code,
});

/**
 * The value of a body; `undefined` when it is not declared as JSON or not well-formed. Gateways answer HTML with any
 * status, so nothing is parsed that is not declared as JSON.
 */
export function parseJson(headers: Headers, text: string): unknown {
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
  if (!JSON_TYPE.test(type)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Reads at most `max` bytes; past that the rest is cancelled, so that the socket is not kept by an unread body. */
async function readText(response: Response, max: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body === null) return '';
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString('utf8');
    size += value.byteLength;
    if (size > max) {
      await reader.cancel();
      return undefined;
    }
    chunks.push(value);
  }
}

async function read(response: Response, max: number): Promise<Reply | Failure> {
  const text = await readText(response, max);
  if (text === undefined) return failure('unknown', 'too-large', 'TOO_LARGE');
  const { status, headers } = response;
  return { kind: 'reply', status, headers, text, json: parseJson(headers, text) };
}

async function exchange(request: HttpRequest, wire: Wire, signal: AbortSignal): Promise<Reply | Failure> {
  let answered = false;
  try {
    // A redirect would carry credentials to an address nobody configured (a metadata service, for example).
    const response = await wire.fetch(request.url, { ...request, redirect: 'error', signal });
    answered = true;
    return await read(response, wire.maxBytes ?? MAX_BYTES);
  } catch (error) {
    if (wire.signal.aborted) return failure('unknown', 'aborted', 'ABORTED');
    if (signal.aborted) return failure('unknown', 'timeout', 'TIMEOUT');
    if (answered) return failure('unknown', 'cut', networkCode(error));
    const classified = classify(error);
    if (classified === undefined) throw error;
    return { kind: 'failure', ...classified };
  }
}

/**
 * Makes one attempt and gives its result as a value: the answer, or why there is none. It never repeats and follows no
 * redirect. It throws only for a request that cannot be built (a broken program).
 */
export async function attempt(request: HttpRequest, wire: Wire): Promise<Reply | Failure> {
  if (wire.signal.aborted) return failure('no', 'aborted', 'ABORTED');
  // Not AbortSignal.timeout(): under AbortSignal.any() Node 20 may collect it as garbage before it fires.
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), wire.timeoutMs);
  try {
    return await exchange(request, wire, AbortSignal.any([timeout.signal, wire.signal]));
  } finally {
    clearTimeout(timer);
  }
}
