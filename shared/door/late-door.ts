import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { Fault } from '../core/fault.js';
import type { Log } from '../core/ports.js';
import type { Health } from './health.js';
import { answer, type DoorRequest, type DoorResponse, problem, segmentsOf } from './request.js';

/** One call per request; never throws. */
export type Door = (request: DoorRequest) => Promise<DoorResponse>;

/** What of a fault may be logged: its own text names settings and secrets, never their values. */
const saidOf = (error: unknown): Readonly<Record<string, unknown>> =>
  error instanceof Fault
    ? { fault: error.code, message: error.message }
    : { fault: error instanceof Error ? error.name : typeof error };

const isHealth = ({ path }: DoorRequest): boolean => segmentsOf(path).join('/') === 'health';

/** What the health endpoint of a door says that is not there: which setting is wrong is for the log. */
const healthOf = (error: unknown): z.infer<typeof Health> => {
  const fault = error instanceof Fault ? error.code : 'door.unavailable';
  return { status: 'degraded', parts: { setUp: { reachable: false, ms: 0, fault } } };
};

function closed(request: DoorRequest, error: unknown, id: string): DoorResponse {
  const headers = { 'x-request-id': id };
  if (isHealth(request)) return answer(503, healthOf(error), { ...headers, 'cache-control': 'no-store' });
  const text = 'the door is not set up rightly; its log says what is wrong';
  return problem(503, 'door.unavailable', text, id, headers);
}

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
      const requestId = randomUUID();
      log.write('error', 'door.closed', { requestId, ...saidOf(error) });
      return closed(request, error, requestId);
    }
  };
