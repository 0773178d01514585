import type { MiddlewareObj } from '@middy/core';
import { concealed } from '../shared/conceal.js';

/**
 * Keeps personal data that an unexpected error may quote out of the platform's logs. Lambda writes an escaping error to
 * its log, message and members, and into the on-failure record. The batch fails all the same.
 */
export const conceal = (): MiddlewareObj => ({
  onError: (request) => {
    // Replaced, not thrown: middy would hang the original on a thrown error, where the runtime's log shows it.
    request.error = concealed(request.error);
  },
});
