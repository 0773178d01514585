import { Fault, type Result } from '../core/fault.js';
import type { Clock, StateStore, StateWrite, Versioned, WriteAnswer } from '../core/ports.js';

/** The delivery does not wait longer than this for an answer about what is only told of it, milliseconds. */
const PATIENCE_MS = 1_500;
/** So many pages are asked for at once: a store that is well answers for them in a fraction of that time. */
const AT_ONCE = 400;

/** What was found under some names. */
export type Found = ReadonlyMap<string, Result<Versioned>>;

/** The state store as the audit of one batch asks it. */
export interface PatientStore {
  /** Gives why it did not, instead of throwing. */
  read(names: readonly string[]): Promise<Found | Fault>;
  /** One answer per write, same order; those that the store gave no answer for are refused. Never rejects. */
  write(writes: readonly StateWrite[]): Promise<readonly WriteAnswer[]>;
}

/** A broken program shows in the tests of this room; whatever it is, it must not end a delivery that went well. */
const faultOf = (error: unknown): Fault =>
  error instanceof Fault ? error : new Fault('store.unavailable', 'the audit failed', { cause: error });

const late = (): Fault =>
  new Fault('store.unavailable', `the state store gave the audit no answer within ${PATIENCE_MS} ms`);

const slices = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, i) =>
    all.slice(i * AT_ONCE, (i + 1) * AT_ONCE),
  );

/**
 * The store for one batch. It is waited for as long as it answers; once an answer has failed to come in time, or the store has said that
 * it is down, it is not asked again, so that a batch loses that time once. `deadline` in epoch milliseconds.
 */
export function patiently(
  store: StateStore,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal | undefined,
  deadline = Number.POSITIVE_INFINITY,
): PatientStore {
  let down: Fault | undefined;

  async function ask<T>(request: (signal: AbortSignal, until: number) => Promise<T>): Promise<T | Fault> {
    if (!down && clock.now() >= deadline + PATIENCE_MS) down = late();
    if (down) return down;
    // Not AbortSignal.timeout(): under AbortSignal.any() Node 20 may collect it as garbage before it fires.
    const timeout = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<Fault>((resolve) => {
      timer = setTimeout(() => {
        down = late();
        resolve(down);
        timeout.abort();
      }, PATIENCE_MS);
    });
    const signals = signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal;
    const until = Math.min(deadline, clock.now() + PATIENCE_MS);
    const answer = request(signals, until).catch((error: unknown) => {
      down ??= faultOf(error);
      return down;
    });
    try {
      return await Promise.race([answer, over]);
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async read(names) {
      const found = new Map<string, Result<Versioned>>();
      for (const some of slices(names)) {
        const answer = await ask((limit, until) => store.read(some, limit, until));
        if (answer instanceof Fault) return answer;
        for (const [name, one] of answer) found.set(name, one);
      }
      return found;
    },
    async write(writes) {
      const answers: WriteAnswer[] = [];
      for (const some of slices(writes)) {
        const answer = await ask((limit, until) => store.write(some, limit, until));
        if (!(answer instanceof Fault)) answers.push(...answer);
        else for (const _ of some) answers.push({ ok: false, reason: 'refused', fault: answer });
      }
      return answers;
    },
  };
}
