import { randomUUID } from 'node:crypto';
import { Fault } from '../core/fault.js';
import type { Log } from '../core/ports.js';
import { type DoorRequest, type DoorResponse, problem } from './request.js';

/** One call per request; never throws. */
export type Door = (request: DoorRequest) => Promise<DoorResponse>;

/** What of a fault may be logged: its own text names settings and secrets, never their values. */
const saidOf = (error: unknown): Readonly<Record<string, unknown>> =>
  error instanceof Fault
    ? { fault: error.code, message: error.message }
    : { fault: error instanceof Error ? error.name : typeof error };

/**
 * A door that is put together at the first request. While it cannot be (a setting is missing, a file is wrong) the answer is
 * 503: the platform's own would be 500, which Adobe's configurable aggregation never repeats.
 */
export const lateDoor =
  (open: () => Promise<Door>, log: Log): Door =>
  async (request) => {
    try {
      const door = await open();
      return await door(request);
    } catch (error) {
      log.write('error', 'door.closed', saidOf(error));
      const text = 'the door is not set up rightly; its log says what is wrong';
      return problem(503, 'door.unavailable', text, randomUUID());
    }
  };
