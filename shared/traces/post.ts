import { attempt } from '../connectors/wire/transport.js';

/** Longest that a batch waits for its spans to be taken, milliseconds. */
const POST_MS = 2_000;

/**
 * Does what it takes for spans to be taken, and waits no longer than two seconds for it, whatever that is and whether or not it heeds the
 * signal. Gives what it gives, `TIMEOUT` when the time is over.
 */
export async function withinPatience(
  work: (signal: AbortSignal) => Promise<string | undefined>,
): Promise<string | undefined> {
  const timeout = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<string>((resolve) => {
    timer = setTimeout(() => {
      resolve('TIMEOUT');
      timeout.abort();
    }, POST_MS);
  });
  try {
    return await Promise.race([work(timeout.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Posts JSON once and waits a short time for the answer. Gives why it was not taken: a status, or what the network said. */
export async function postJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<string | undefined> {
  const request = { method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, body };
  const reply = await attempt(request, { fetch, signal, timeoutMs: POST_MS });
  if (reply.kind === 'failure') return reply.code;
  return reply.status === 200 || reply.status === 202 || reply.status === 204
    ? undefined
    : `HTTP_${reply.status}`;
}
