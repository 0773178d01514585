import type { Line } from '../told.js';

/** How the page is connected: `refused` without a token that is taken. */
export type LinkState = 'connecting' | 'live' | 'lost' | 'refused';

const KEY = 'tributary-token';

/** The token of this console: out of the address, where it does not stay, or kept for this tab. */
export function takeToken(): string {
  const [, token] = /^#([\w-]{20,})$/.exec(location.hash) ?? [];
  if (token !== undefined) {
    sessionStorage.setItem(KEY, token);
    history.replaceState(null, '', '#/');
  }
  return token ?? sessionStorage.getItem(KEY) ?? '';
}

/** A question that was not answered as hoped, in words for people. */
export class Unanswered extends Error {}

const headersOf = (token: string) => ({ authorization: `Bearer ${token}` });

/** Asks the server; the answer's type is what its route gives. Throws {@link Unanswered}. */
export async function ask<T>(token: string, path: string, body?: object): Promise<T> {
  const post = {
    method: 'POST',
    headers: { ...headersOf(token), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  let answer: Response;
  try {
    answer = await fetch(path, body ? post : { headers: headersOf(token) });
  } catch {
    throw new Unanswered('the run has ended, or cannot be reached');
  }
  // The server is of the same build as this page, and its types are those of views.ts.
  const value = (await answer.json()) as T & { readonly error?: string };
  if (!answer.ok) throw new Unanswered(value.error ?? `status ${answer.status}`);
  return value;
}

/** Reads lines of JSON as they come; those of one piece together. */
async function readLines(
  body: ReadableStream<Uint8Array>,
  on: (lines: readonly Line[]) => void,
): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = `${rest}${value}`.split('\n');
    rest = parts.pop() ?? '';
    if (parts.length > 0) on(parts.map((part) => JSON.parse(part) as Line)); // our own server's
  }
}

const AGAIN_MS = 1_000;

/** Follows the run for as long as the page is open; comes back when the link breaks. */
export async function follow(
  token: string,
  on: { readonly lines: (lines: readonly Line[]) => void; readonly state: (state: LinkState) => void },
): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch('/api/live', { headers: headersOf(token) });
      if (answer.status === 401) return on.state('refused');
      if (answer.ok && answer.body) {
        on.state('live');
        await readLines(answer.body, on.lines);
      }
    } catch {
      // The server is gone, which the state says.
    }
    on.state('lost');
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
