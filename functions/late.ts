import { once } from '../shared/once.js';

/**
 * A handler whose code is read when it is first called: the host starts an instance for some of the functions and not for
 * all, and registering them is all that each start has to do.
 */
export function late<Given extends readonly unknown[], Answer>(
  load: () => Promise<(...given: Given) => Answer | Promise<Answer>>,
): (...given: Given) => Promise<Answer> {
  const loaded = once(load);
  return async (...given) => (await loaded())(...given);
}
