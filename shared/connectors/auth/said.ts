import type { Fault } from '../../core/fault.js';

/** What a server said in its own words. They may tell of an account or a person: nothing but who examines a connection shows them. */
export class Said extends Error {
  override readonly name = 'Said';
}

/** A fault's message, and behind it what the server said, for a person who examines the connection. Never for a log. */
export const inFull = ({ message, cause }: Fault): string =>
  cause instanceof Said ? `${message} It said: ${cause.message}` : message;
