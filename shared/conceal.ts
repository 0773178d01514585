import { Fault } from './core/fault.js';

/** Stack frames say where; the first lines of a stack repeat the message. */
const frames = (error: Error): string =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');

/**
 * What of an error may reach a platform's logs. A {@link Fault} is fit for them, its cause is not; the message of any
 * other error may quote its input (`JSON.parse` does), so only its name and frames get out.
 */
export const concealed = (error: unknown): Error => {
  if (error instanceof Fault) {
    const fault = new Fault(error.code, error.message);
    if (error.stack !== undefined) fault.stack = error.stack;
    return fault;
  }
  const bare = new Error('An unexpected error; its message is withheld because it may quote personal data.');
  if (error instanceof Error) {
    bare.name = error.name;
    bare.stack = `${error.name}: ${bare.message}\n${frames(error)}`;
  }
  return bare;
};
