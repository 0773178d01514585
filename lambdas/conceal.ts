import type { MiddlewareObj } from '@middy/core';
import { Fault } from '../shared/core/fault.js';

/** Stack frames say where; the first lines of a stack repeat the message. */
const frames = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

/**
 * Lambda writes an escaping error to its log, message and members, and into the on-failure record. A {@link Fault} is
 * fit for that. Any other message may quote its input (`JSON.parse` does), so only its name and frames get out.
 */
function concealed(error: unknown): Error {
  if (error instanceof Fault) return error;
  const bare = new Error('An unexpected error; its message is withheld because it may quote personal data.');
  if (error instanceof Error) {
    bare.name = error.name;
    bare.stack = `${error.name}: ${bare.message}\n${frames(error)}`;
  }
  return bare;
}

/** Keeps personal data that an unexpected error may quote out of the platform's logs. The batch fails all the same. */
export const conceal = (): MiddlewareObj => ({
  onError: (request) => {
    // Replaced, not thrown: middy would hang the original on a thrown error, where the runtime's log shows it.
    request.error = concealed(request.error);
  },
});
