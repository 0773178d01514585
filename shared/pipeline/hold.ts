import { Fault } from '../core/fault.js';
import type { Shut } from './breaker.js';
import type { Run } from './run.js';

/** What is said of a record that waits for a connection: the reason it failed for, and when it is tried again. */
export function shutFault(connection: string, { fault, until }: Shut): Fault {
  const text = `nothing is sent to "${connection}" until it answers again, next tried at ${new Date(until).toISOString()}: ${fault.message}`;
  return new Fault(fault.code, text, { cause: fault });
}

/** How long a breaker stays open, milliseconds from `now`; 0 while somebody finds out. */
export const waitOf = ({ until }: Shut, now: number): number => Math.max(0, until - now);

/** Says in the log that a connection is left alone from now on, or answers again. */
export function tellChange(connection: string, change: 'opened' | 'closed', run: Run): void {
  const seen = run.breaker(connection).look();
  if (change === 'closed') run.deps.log.write('info', 'breaker.closed', { connection });
  else if (seen.kind === 'shut') {
    const until = new Date(seen.until).toISOString();
    run.deps.log.write('warn', 'breaker.opened', { connection, code: seen.fault.code, until });
  }
}
