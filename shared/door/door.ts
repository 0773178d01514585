import { Fault } from '../core/fault.js';
import type { Clock, Log } from '../core/ports.js';
import type { Gate } from './gate.js';
import { type DoorRequest, type DoorResponse, problem } from './request.js';
import { findRoute, type Route } from './router.js';

/** What the door is made of. */
export interface DoorDeps {
  readonly routes: readonly Route[];
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  /** How long an answer may take from when the platform took the request in, milliseconds. */
  readonly answerMs: number;
}

/** Adobe's limit is 2 s at its end of the wire. */
export const ANSWER_MS = 1_700;

/** What is left to a request that has waited long before it reached us, for instance for a cold start. */
const LEAST_MS = 300;

/** The platform's clock is another machine's: what it says is believed only where it makes sense. */
function deadlineOf({ receivedAt }: DoorRequest, { clock, answerMs }: DoorDeps): number {
  const now = clock.now();
  const waited = receivedAt !== undefined && receivedAt <= now ? now - receivedAt : 0;
  return now + Math.max(LEAST_MS, answerMs - waited);
}

/** The log may name a fault's code; the message of any other error could quote its input. */
const codeOf = (error: unknown): string =>
  error instanceof Fault ? error.code : error instanceof Error ? error.name : typeof error;

async function serve(request: DoorRequest, requestId: string, deps: DoorDeps): Promise<DoorResponse> {
  const found = findRoute(deps.routes, request, requestId);
  if (found.kind === 'answer') return found.response;
  const { route, params } = found;
  const deadline = deadlineOf(request, deps);
  let caller = 'anybody';
  if (route.access === 'authenticated') {
    const entry = await deps.gate.admit(request, requestId);
    if (!entry.ok) return entry.response;
    caller = entry.caller;
  }
  return route.handle(request, { requestId, params, deadline, caller });
}

/**
 * Answers one request. Never throws: a bug, or a part of ours that fails in a way nobody foresaw, is answered with 503,
 * because Adobe repeats such a request and never one that was answered with 500.
 */
export async function handleDoor(request: DoorRequest, deps: DoorDeps): Promise<DoorResponse> {
  const requestId = deps.newId();
  let response: DoorResponse;
  try {
    response = await serve(request, requestId, deps);
  } catch (error) {
    deps.log.write('error', 'door.failed', { requestId, fault: codeOf(error) });
    const text = 'the request could not be worked on now; send it again';
    response = problem(503, 'door.unavailable', text, requestId);
  }
  return { ...response, headers: { ...response.headers, 'x-request-id': requestId } };
}
