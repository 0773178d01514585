import { Fault } from '../core/fault.js';
import type { KeptMessage } from '../core/kept.js';
import { plural } from '../core/plural.js';
import type { Ending, Message } from '../core/ports.js';
import type { AddressedEntry, Entry } from './decode.js';
import type { Run } from './run.js';

/** How long a record is parked over and over before it becomes a dead letter: whichever comes first. */
export interface Patience {
  readonly attempts: number;
  /** Since it was kept for the first time, milliseconds. */
  readonly ms: number;
}

/** Unless a deployment says otherwise. */
export const PATIENCE: Patience = { attempts: 20, ms: 7 * 86_400_000 };

/** How often a record was tried in vain; an attempt in which nothing was sent for it does not count. */
const triedSoFar = ({ message: { attempts = 0 } }: Entry, untried: boolean): number =>
  untried ? attempts : attempts + 1;

/** What is kept of one record that could not be settled the good way. */
export function keptOf(entry: Entry, fault: Fault, run: Run, more: Partial<KeptMessage> = {}): KeptMessage {
  const { message, record } = entry;
  const at = run.deps.clock.now();
  return {
    message,
    record,
    fault,
    at,
    attempts: (message.attempts ?? 0) + 1,
    firstSeen: message.firstSeen ?? at,
    ...(message.owed && { owed: message.owed }),
    ...(entry.kind === 'addressed' && { person: run.deps.pseudonym(entry.person.id) }),
    ...more,
  };
}

/** From so many records on, a message of which nothing can be read is kept once, not again for each of them. */
const MANY = 100;

/** One letter a record, or one for a whole message that holds nothing but rubbish, and much of it. */
function lettersFor(letters: readonly Entry[], all: readonly Entry[], run: Run): KeptMessage[] {
  const byMessage = new Map<Message, Entry[]>();
  for (const entry of all) {
    const list = byMessage.get(entry.message);
    if (list) list.push(entry);
    else byMessage.set(entry.message, [entry]);
  }
  const isRubbish = (message: Message): boolean => {
    const list = byMessage.get(message) ?? [];
    return list.length > MANY && list.every(({ kind }) => kind === 'malformed');
  };
  return letters.flatMap((entry) => {
    if (entry.kind === 'addressed') return [];
    const letter = keptOf(entry, entry.fault, run);
    if (!isRubbish(entry.message)) return [letter];
    const { record, ...whole } = letter;
    return record === 0 ? [whole] : [];
  });
}

/** Ends every unreadable or unaddressed record: kept with its reason first, ended second; held if it cannot be kept. */
export async function buryUnreadable(entries: readonly Entry[], run: Run): Promise<void> {
  const letters = entries.filter((entry) => entry.kind !== 'addressed');
  if (letters.length === 0) return;
  const failure = await bury(lettersFor(letters, entries, run), run);
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
      `${plural(count, 'record')} could not be kept (${where}): ${cause.message}`,
      {
        cause,
      },
    );
    run.deps.log.write('error', 'keep.failed', { code: fault.code, where, count });
    return fault;
  }
}

/** True when this attempt was the last that patience allows. */
function isSpent(entry: Entry, run: Run, untried: boolean): boolean {
  const { attempts: most, ms } = run.deps.patience ?? PATIENCE;
  const { firstSeen } = entry.message;
  const old = firstSeen !== undefined && run.deps.clock.now() - firstSeen >= ms;
  return old || triedSoFar(entry, untried) >= most;
}

function exhausted(entry: Entry, last: Fault, untried: boolean): Fault {
  const tried = triedSoFar(entry, untried);
  const text = `tried ${tried} times in vain, the last time for ${last.code}: ${last.message}`;
  return new Fault('park.exhausted', text, { cause: last });
}

/** A person, by the id they are known under, and records of theirs. */
interface Letting {
  readonly id: string;
  readonly entries: readonly AddressedEntry[];
}

/** How records are let go. */
export interface LetGoOptions {
  /** Only they fail, the connection is well. */
  readonly alone?: boolean;
  /** How long to wait, milliseconds. */
  readonly afterMs?: number | undefined;
  /** Nothing was sent for them. */
  readonly untried?: boolean;
  /** The connection that is the reason. */
  readonly connection?: string | undefined;
  /** What it calls the request that failed. */
  readonly requestId?: string | undefined;
}

/**
 * Lets go of a person's records that cannot be settled now: back to the stream while it delivers again, otherwise into
 * the retry queue, or to the dead letters once they were there too often. `alone` records (only they fail, the connection
 * is well) leave the stream in either case.
 */
export async function letGo(
  { id, entries }: Letting,
  fault: Fault,
  run: Run,
  more: LetGoOptions = {},
): Promise<void> {
  const person = run.deps.pseudonym(id);
  const end = (some: readonly AddressedEntry[], endingOf: (entry: Entry) => Ending): void => {
    for (const entry of some) run.endings.set(entry, endingOf(entry));
  };
  const { afterMs, untried = false, connection, requestId } = more;
  const called = requestId === undefined ? {} : { requestId };
  const where = connection === undefined ? called : { connection, ...called };
  if (!more.alone && run.options.redelivers)
    return end(entries, () => ({ name: 'held', fault, person, ...where }));

  // Then it is not the connection any more that keeps them.
  const hold = (why: Fault) => (): Ending => ({ name: 'held', fault: why, person });
  const after = { person, ...called, ...(afterMs !== undefined && { afterMs }) };
  // Asked once: time passes while they are kept, and each must end in one way.
  const spent = entries.filter((entry) => isSpent(entry, run, untried));
  const waiting = entries.filter((entry) => !spent.includes(entry));
  const unparked = await park(
    waiting.map((entry) => keptOf(entry, fault, run, { ...after, attempts: triedSoFar(entry, untried) })),
    run,
  );
  end(waiting, unparked ? hold(unparked) : () => ({ name: 'parked', fault, person, ...where }));

  const unburied = await bury(
    spent.map((entry) =>
      keptOf(entry, exhausted(entry, fault, untried), run, {
        person,
        ...called,
        attempts: triedSoFar(entry, untried),
      }),
    ),
    run,
  );
  const rejected = (entry: Entry): Ending => {
    return { name: 'rejected', fault: exhausted(entry, fault, untried), person, ...where };
  };
  end(spent, unburied ? hold(unburied) : rejected);
}
