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

/** What a route may take to answer after its deadline. */
const GRACE_MS = 150;

/** What is left to a request that has waited long before it reached us, for instance for a cold start. */
const LEAST_MS = 300;

/** No platform keeps a request longer: who says so has another clock. */
const MOST_WAITED_MS = 60_000;

/** The platform's clock is another machine's: what it says is believed only where it makes sense. */
function deadlineOf({ receivedAt }: DoorRequest, { clock, answerMs }: DoorDeps): number {
  const now = clock.now();
  const said = receivedAt === undefined ? 0 : now - receivedAt;
  const waited = said >= 0 && said <= MOST_WAITED_MS ? said : 0;
  return now + Math.max(LEAST_MS, answerMs - waited);
}

/** The log may name a fault's code; the message of any other error could quote its input. */
const codeOf = (error: unknown): string =>
  error instanceof Fault ? error.code : error instanceof Error ? error.name : typeof error;

async function serve(
  request: DoorRequest,
  requestId: string,
  deadline: number,
  deps: DoorDeps,
): Promise<DoorResponse> {
  const found = findRoute(deps.routes, request, requestId);
  if (found.kind === 'answer') return found.response;
  const { route, params } = found;
  let caller = 'anybody';
  if (route.access === 'authenticated') {
    const entry = await deps.gate.admit(request, requestId);
    if (!entry.ok) return entry.response;
    caller = entry.caller;
  }
  return route.handle(request, { requestId, params, deadline, caller });
}

const LATER = 'the request could not be worked on now; send it again';
/** Why a timer is ended: made once, because each request ends one. */
const DONE = new Error('answered');

/** Every route heeds its deadline; for what hangs all the same, such as a store or an identity provider, there is this. */
async function servedInTime(request: DoorRequest, requestId: string, deps: DoorDeps): Promise<DoorResponse> {
  const { clock, log } = deps;
  const deadline = deadlineOf(request, deps);
  const done = new AbortController();
  const served = serve(request, requestId, deadline, deps);
  const late = clock.sleep(deadline + GRACE_MS - clock.now(), done.signal).then(
    () => {
      log.write('error', 'door.late', { requestId });
      return problem(503, 'door.unavailable', LATER, requestId);
    },
    () => served,
  );
  try {
    return await Promise.race([served, late]);
  } finally {
    done.abort(DONE);
  }
}

/**
 * Answers one request. Never throws: a bug, or a part of ours that fails in a way nobody foresaw, is answered with 503,
 * because Adobe repeats such a request and never one that was answered with 500.
 */
export async function handleDoor(request: DoorRequest, deps: DoorDeps): Promise<DoorResponse> {
  const requestId = deps.newId();
  let response: DoorResponse;
  try {
    response = await servedInTime(request, requestId, deps);
  } catch (error) {
    deps.log.write('error', 'door.failed', { requestId, fault: codeOf(error) });
    response = problem(503, 'door.unavailable', LATER, requestId);
  }
  return { ...response, headers: { ...response.headers, 'x-request-id': requestId } };
}
