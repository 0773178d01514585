import type { Clock, Pipeline } from '../../shared/core/ports.js';
import type { MemoryKept } from '../../shared/stores/memory-kept.js';

/** The retry queue's consumer on one machine. */
export interface ReplayLoop {
  close(): Promise<void>;
}

const POLL_MS = 500;
const DELAY_MS = 5_000;

/** Gives parked records back to the pipeline once they are due; what fails again is parked again by the pipeline. */
export function startReplay(
  pipeline: Pipeline,
  parking: MemoryKept,
  clock: Clock,
  onError: (error: unknown) => void,
): ReplayLoop {
  const stop = new AbortController();
  const once = async (): Promise<void> => {
    const due = parking.takeDue(DELAY_MS);
    if (due.length === 0) return;
    const messages = due.map(({ message, record }) =>
      record === undefined ? message : { ...message, record },
    );
    try {
      await pipeline.run(messages, { redelivers: false });
    } catch (error) {
      await parking.park(due);
      onError(error);
    }
  };
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await once();
      await clock.sleep(POLL_MS, stop.signal).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    close() {
      stop.abort();
      return running;
    },
  };
}
