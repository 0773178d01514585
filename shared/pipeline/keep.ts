import { Fault } from '../core/fault.js';
import type { Ending, KeptMessage } from '../core/ports.js';
import type { AddressedEntry, Entry } from './decode.js';
import type { Run } from './run.js';

/** What is kept of one record that could not be settled the good way. */
export function keptOf(entry: Entry, fault: Fault, run: Run, more: Partial<KeptMessage> = {}): KeptMessage {
  return { message: entry.message, record: entry.record, fault, at: run.deps.clock.now(), ...more };
}

/** Ends every unreadable or unaddressed record: kept with its reason first, ended second; held if it cannot be kept. */
export async function buryUnreadable(entries: readonly Entry[], run: Run): Promise<void> {
  const letters = entries.filter((entry) => entry.kind !== 'addressed');
  if (letters.length === 0) return;
  const failure = await bury(
    letters.map((entry) => keptOf(entry, entry.fault, run)),
    run,
  );
  for (const entry of letters) {
    run.endings.set(
      entry,
      failure ? { name: 'held', fault: failure } : { name: entry.kind, fault: entry.fault },
    );
  }
}

/** Writes dead letters; gives the fault when they could not be kept. */
export function bury(items: readonly KeptMessage[], run: Run): Promise<Fault | undefined> {
  return keep(() => run.deps.deadLetters.bury(items), items.length, 'dead letter', run);
}

/** Puts records into the retry queue; gives the fault when they could not be kept. */
export function park(items: readonly KeptMessage[], run: Run): Promise<Fault | undefined> {
  return keep(() => run.deps.parking.park(items), items.length, 'retry queue', run);
}

async function keep(
  write: () => Promise<void>,
  count: number,
  where: string,
  run: Run,
): Promise<Fault | undefined> {
  if (count === 0) return undefined;
  try {
    await write();
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    const fault = new Fault(
      'park.unavailable',
      `${count} records could not be kept (${where}): ${cause.message}`,
      {
        cause,
      },
    );
    run.deps.log.write('error', 'keep.failed', { code: fault.code, where, count });
    return fault;
  }
}

/**
 * Lets go of a person's records that cannot be settled now: back to the stream while it delivers again, otherwise into
 * the retry queue. `alone` records (only they fail, the connection is well) are parked in either case.
 */
export async function letGo(
  entries: readonly AddressedEntry[],
  fault: Fault,
  run: Run,
  more: { alone?: boolean; afterMs?: number | undefined } = {},
): Promise<void> {
  const person = run.deps.pseudonym(entries[0]?.person.id ?? '');
  let ending: Ending = { name: 'held', fault, person };
  if (more.alone || !run.options.redelivers) {
    const after = more.afterMs === undefined ? {} : { afterMs: more.afterMs };
    const failure = await park(
      entries.map((entry) => keptOf(entry, fault, run, after)),
      run,
    );
    ending = failure ? { name: 'held', fault: failure, person } : { name: 'parked', fault, person };
  }
  for (const entry of entries) run.endings.set(entry, ending);
}
