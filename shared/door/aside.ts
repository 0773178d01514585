import { createHash } from 'node:crypto';
import { Fault } from '../core/fault.js';
import type { DeadLetters, KeptMessage } from '../core/kept.js';
import type { Clock, Log } from '../core/ports.js';

/** What is kept aside of a call, and why. */
export interface Aside {
  readonly body: Uint8Array;
  readonly fault: Fault;
}

/** More than this many would not be written one by one before the answer is due. */
const MOST_ALONE = 20;
/** A letter can be read again as one message, so it stays within the limit of one. */
const MOST_BYTES = 1_000_000;

/** Items of one fault together, one a line, in as few letters as it takes. */
function bundled(asides: readonly Aside[]): readonly Aside[] {
  const bundles: { fault: Fault; parts: Uint8Array[]; bytes: number }[] = [];
  for (const { body, fault } of asides) {
    const open = bundles.findLast((one) => one.fault.code === fault.code);
    const bytes = body.length + 1;
    if (open && open.bytes + bytes <= MOST_BYTES) {
      open.parts.push(body, Buffer.from('\n'));
      open.bytes += bytes;
    } else bundles.push({ fault, parts: [body, Buffer.from('\n')], bytes });
  }
  return bundles.map(({ fault, parts }) => ({ fault, body: Buffer.concat(parts) }));
}

/** The same bytes make the same letter, however often Adobe repeats the call. */
function letterOf({ body, fault }: Aside, source: string, at: number): KeptMessage {
  const id = createHash('sha256').update(body).digest('hex').slice(0, 32);
  return { message: { id, body, at, source }, fault, at };
}

/** What is too deep to be cut out of its call shares the bytes of the call with others: one letter is enough. */
const withoutRepeats = (asides: readonly Aside[]): readonly Aside[] => [
  ...new Map(asides.map((aside) => [aside.body, aside])).values(),
];

/** Keeps what can never be read as dead letters; true when all of it is durable before the deadline. */
export async function keepAside(
  asides: readonly Aside[],
  source: string,
  deadline: number,
  {
    deadLetters,
    clock,
    log,
  }: { readonly deadLetters: DeadLetters; readonly clock: Clock; readonly log: Log },
): Promise<boolean> {
  if (asides.length === 0) return true;
  const each = withoutRepeats(asides);
  const few = each.length > MOST_ALONE ? bundled(each) : each;
  const kept = deadLetters.bury(few.map((aside) => letterOf(aside, source, clock.now()))).then(
    () => true,
    (error: unknown) => {
      if (!(error instanceof Fault)) throw error;
      log.write('error', 'door.letters', { fault: error.code, message: error.message });
      return false;
    },
  );
  const timer = new AbortController();
  const late = clock.sleep(Math.max(0, deadline - clock.now()), timer.signal).then(
    () => false,
    () => false,
  );
  try {
    return await Promise.race([kept, late]);
  } finally {
    timer.abort();
  }
}
