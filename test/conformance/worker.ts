import type { Machine } from '../../shared/assemble.js';
import type { Clock, Pipeline } from '../../shared/core/ports.js';

/** A process that runs the function. It can die; from then on nothing it has begun comes to anything. */
export interface Worker {
  /** Its pipeline, put together at the first call: a cold start. */
  pipeline(): Promise<Pipeline>;
  /** Waits for an invocation; fails when the process dies first, which is what a platform sees of it. */
  carry<T>(invocation: Promise<T>): Promise<T>;
  die(): void;
}

const never = new Promise<never>(() => undefined);

/** Starts a process whose pipeline reaches the world through a machine that stands still after its death. */
export function startWorker(make: (machine: Machine) => Promise<Pipeline>, clock: Clock): Worker {
  const death = new AbortController();
  const died = new Promise<never>((_, reject) => {
    death.signal.addEventListener('abort', () => reject(new Error('the process died')));
  });
  died.catch(() => undefined); // nobody may be waiting
  const ifAlive = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const value = await work;
      return death.signal.aborted ? await never : value;
    } catch (error) {
      return death.signal.aborted ? never : Promise.reject(error);
    }
  };
  const machine: Machine = {
    clock: { now: clock.now, sleep: (ms, signal) => ifAlive(clock.sleep(ms, signal)) },
    fetch: (input, init) => (death.signal.aborted ? never : ifAlive(fetch(input, init))),
  };
  let made: Promise<Pipeline> | undefined;
  return {
    pipeline() {
      made ??= make(machine);
      return made;
    },
    carry: (invocation) => Promise.race([invocation, died]),
    die: () => death.abort(),
  };
}
