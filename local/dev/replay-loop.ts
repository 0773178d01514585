import type { KeptMessage } from '../../shared/core/kept.js';
import type { Clock, Pipeline } from '../../shared/core/ports.js';
import { toMessage } from '../../shared/pipeline/replay.js';
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
  const replay = async (due: readonly KeptMessage[]): Promise<void> => {
    try {
      await pipeline.run(due.map(toMessage), { redelivers: false });
    } catch (error) {
      await parking.park(due);
      onError(error);
    }
  };
  /** Source by source, because reports name one. */
  const once = async (): Promise<void> => {
    const due = parking.takeDue(DELAY_MS);
    for (const source of new Set(due.map(({ message }) => message.source)))
      await replay(due.filter(({ message }) => message.source === source));
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
