import { Fault } from '../../core/fault.js';
import type { Clock } from '../../core/ports.js';
import type { Trouble } from './origin.js';
import { Late } from './race.js';

/** How often a request is made in a row before its trouble is more than a moment's. */
const TRIES = 5;
/** First and largest bound of the back-off, milliseconds. */
const BASE_MS = 200;
const CAP_MS = 4_000;
/** A service that asks for a longer wait is left alone: whoever reads comes back later. */
const PATIENCE_MS = 10_000;

/** What the repetition of requests to one place takes. */
export interface TryContext {
  readonly what: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborted when the place is closed. */
  readonly closing: AbortSignal;
  readonly diagnose: (error: unknown) => Trouble | undefined;
}

/** The patience with one piece of work. */
export interface Tries {
  /** The work got on: the count begins anew. */
  progress(): void;
  /** Waits until it should be tried again, or throws what it ends with. */
  again(error: unknown): Promise<void>;
}

/** Ended before all its bytes had come, without saying so. */
export class Cut extends Error {
  override readonly name = 'Cut';
}

const closed = (what: string): Fault =>
  new Fault('file.unavailable', `${what} was closed while it was being used; nothing was lost, begin again`);

function troubleOf(error: unknown, { what, closing, diagnose }: TryContext): Trouble {
  if (closing.aborted) throw closed(what);
  if (error instanceof Fault) throw error;
  if (error instanceof Late || error instanceof Cut)
    return { text: `${what}: ${error.message}`, passing: true };
  const trouble = diagnose(error);
  if (!trouble) throw error;
  return trouble;
}

/** Patience: five tries in a row with full jitter, less when waiting does not help. */
export function triesFor(context: TryContext): Tries {
  const { clock, random, closing, what } = context;
  let failures = 0;
  return {
    progress() {
      failures = 0;
    },
    async again(error) {
      const { text, passing, afterMs = 0 } = troubleOf(error, context);
      failures++;
      if (!passing) throw new Fault('file.unavailable', text);
      if (failures >= TRIES || afterMs > PATIENCE_MS)
        throw new Fault('file.unavailable', `${text}; tried ${failures} times`);
      const jitter = random() * Math.min(CAP_MS, BASE_MS * 2 ** (failures - 1));
      await clock.sleep(Math.max(Math.round(jitter), afterMs), closing).catch((cause: unknown) => {
        throw closing.aborted ? closed(what) : cause;
      });
    },
  };
}
