import type { Outcome } from '../../core/remote.js';
import { presentable } from './vendor-text.js';

/** What ids of requests look like everywhere: UUIDs, hexadecimal, base64. Anything else may be a text, and texts name people. */
const ID = /^[\w.:+/=~|-]{1,128}$/;

/** A text if it is the id of a request and holds none of the secrets, which a server may echo. */
export function requestIdOf(text: unknown, secrets: readonly string[]): string | undefined {
  return typeof text === 'string' && ID.test(text) && presentable(text, secrets) === text ? text : undefined;
}

/** What the server calls the request: the first of these headers that says it. Of a header that came twice the first. */
export function requestIdIn(
  headers: Headers,
  names: readonly string[],
  secrets: readonly string[],
): string | undefined {
  for (const name of names) {
    const [first = ''] = (headers.get(name) ?? '').split(',', 1);
    const id = requestIdOf(first.trim(), secrets);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The outcome with the name of the request that was answered by it; one that has a name keeps its own. */
export const named = (outcome: Outcome, requestId: string | undefined): Outcome =>
  requestId === undefined || outcome.requestId !== undefined ? outcome : { ...outcome, requestId };
