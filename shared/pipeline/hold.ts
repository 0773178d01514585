import { Fault } from '../core/fault.js';
import type { Change, Shut, Sign } from './breaker.js';
import { countChange } from './ledger.js';
import type { Run } from './run.js';
import { countFailure } from './tally.js';

/** What is said of a record that waits for a connection: the reason it failed for, and when it is tried again. */
export function shutFault(connection: string, { fault, until }: Shut): Fault {
  const text = `nothing is sent to "${connection}" until it answers again, next tried at ${new Date(until).toISOString()}: ${fault.message}`;
  return new Fault(fault.code, text, { cause: fault });
}

/** How long a breaker stays open, milliseconds from `now`; 0 while somebody finds out. */
export const waitOf = ({ until }: Shut, now: number): number => Math.max(0, until - now);

const EVENTS = {
  opened: 'breaker.opened',
  reopened: 'breaker.open-still',
  closed: 'breaker.closed',
} as const;

/** Counts, and says in the log, that a connection is left alone, or answers again; and which request told so. */
export function tellChange(connection: string, change: Change, sign: Sign, run: Run): void {
  countChange(run.counts, connection, change);
  const seen = run.breaker(connection).look();
  if (change !== 'closed' && seen.kind === 'shut') countFailure(run.counts.tallies, seen.fault.code);
  const why =
    seen.kind === 'shut' ? { code: seen.fault.code, until: new Date(seen.until).toISOString() } : {};
  const called = 'requestId' in sign ? { requestId: sign.requestId } : {};
  const fields = { connection, ...why, ...called };
  run.deps.log.write(change === 'closed' ? 'info' : 'warn', EVENTS[change], fields);
}
