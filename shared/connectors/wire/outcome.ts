import { Fault, type FaultCode } from '../../core/fault.js';
import type { Outcome } from '../../core/remote.js';
import { retryAfterMs } from './retry-after.js';
import type { Failure, Reply } from './transport.js';

/** A refusal for the time being, with the wait the server asked for, if it did. */
export function retry(scope: 'row' | 'connection', fault: Fault, afterMs?: number): Outcome {
  return afterMs === undefined ? { kind: 'retry', scope, fault } : { kind: 'retry', scope, fault, afterMs };
}

/** The request may have been carried out. */
export const unknown = (code: FaultCode, message: string): Outcome => ({
  kind: 'unknown',
  fault: new Fault(code, message),
});

/**
 * What the failure of a request means that only asked, or that came before the one that writes: whatever became of it, the
 * rows are as they were.
 */
export function unsent(outcome: Outcome): Outcome {
  if (outcome.kind === 'unknown')
    return { kind: 'retry', scope: 'connection', fault: outcome.fault, unsent: true };
  return outcome.kind === 'retry' ? { ...outcome, unsent: true } : outcome;
}

function aborted(connection: string, { sent }: Failure): Outcome {
  if (sent === 'unknown')
    return unknown(
      'run.deadline',
      `The run was stopped while "${connection}" had not answered yet; the request may have been carried out.`,
    );
  return retry(
    'connection',
    new Fault('run.deadline', `The run was stopped before anything was sent to "${connection}".`),
  );
}

const unreachable = (connection: string, code: string): string =>
  code === 'PRIVATE_ADDRESS'
    ? `The name of "${connection}" stands for an address of a private network, which is refused; nothing was sent. If it is meant, say allowPrivate: true.`
    : `"${connection}" cannot be reached (${code}); nothing was sent. Check its address, its certificate and the network.`;

/** What a request without a whole answer means for every row in it. */
export function fromFailure(connection: string, failure: Failure): Outcome {
  const code = failure.code;
  switch (failure.why) {
    case 'aborted':
      return aborted(connection, failure);
    case 'redirect':
      return {
        kind: 'rejected',
        code: 'HTTP_REDIRECT',
        text: `"${connection}" answered with a redirect, which is never followed. Configure the final address.`,
      };
    case 'unreachable':
      return retry('connection', new Fault('remote.unavailable', unreachable(connection, code)));
    case 'timeout':
      return unknown(
        'remote.timeout',
        `"${connection}" did not answer in time (${code}). If it is often this slow, raise its "timeoutMs".`,
      );
    case 'too-large':
      return unknown('remote.unanswered', `"${connection}" sent an answer too large to read.`);
    case 'lost':
    case 'cut':
      return unknown(
        'remote.unanswered',
        `"${connection}" broke off before its whole answer arrived (${code}).`,
      );
  }
}

/** How a status that waiting may cure is understood. */
interface Waiting {
  readonly code: FaultCode;
  readonly scope: 'row' | 'connection';
}

const WAITING = new Map<number, Waiting>([
  [408, { code: 'remote.timeout', scope: 'connection' }],
  [423, { code: 'remote.row-busy', scope: 'row' }],
  [425, { code: 'remote.unavailable', scope: 'connection' }],
  [429, { code: 'remote.throttled', scope: 'connection' }],
]);

/** The answer for a status that waiting may cure (408, 423, 425, 429, 5xx), or nothing for any other status. */
export function fromWaitingStatus(connection: string, reply: Reply, now: number): Outcome | undefined {
  const { status } = reply;
  const unavailable: Waiting = { code: 'remote.unavailable', scope: 'connection' };
  const waiting = WAITING.get(status) ?? (status >= 500 ? unavailable : undefined);
  if (waiting === undefined) return undefined;
  const fault = new Fault(waiting.code, `"${connection}" answered ${status}: not now, perhaps later.`);
  return retry(waiting.scope, fault, retryAfterMs(reply.headers.get('retry-after'), now));
}
