import { attempt } from '../connectors/wire/transport.js';

/** Longest that a batch waits for its spans to be taken, milliseconds. */
const POST_MS = 2_000;

const NEVER = new AbortController().signal;

/** Posts JSON once and waits a short time for the answer. Gives why it was not taken: a status, or what the network said. */
export async function postJson(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  fetch: typeof globalThis.fetch,
): Promise<string | undefined> {
  const request = { method: 'POST', url, headers: { 'content-type': 'application/json', ...headers }, body };
  const reply = await attempt(request, { fetch, signal: NEVER, timeoutMs: POST_MS });
  if (reply.kind === 'failure') return reply.code;
  return reply.status === 200 || reply.status === 202 || reply.status === 204
    ? undefined
    : `HTTP_${reply.status}`;
}
