import { Worker } from 'node:worker_threads';
import type { Scenario } from './scenario.js';
import type { Outcome } from './slice.js';

/** Nearly everything made here is soon forgotten: room for it spares most of the collecting. */
const YOUNG = { maxYoungGenerationSizeMb: 96 };

/** Runs one scenario after another on a thread of its own, until there are none left. */
function member(next: () => Scenario | undefined, told: (outcome: Outcome) => void): Promise<void> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { resourceLimits: YOUNG });
  const done = new Promise<void>((resolve, reject) => {
    const go = (): void => {
      const scenario = next();
      if (scenario === undefined) resolve();
      else worker.postMessage(scenario);
    };
    worker.on('message', (outcome: Outcome) => {
      told(outcome);
      go();
    });
    worker.on('error', reject);
    go();
  });
  return done.finally(() => worker.terminate());
}

/**
 * Runs scenarios on so many threads. `told` hears of each as it ends and says whether to go on; scenarios that are under
 * way are brought to their end. Rejects when the simulator itself breaks.
 */
export async function runAll(
  scenarios: readonly Scenario[],
  threads: number,
  told: (outcome: Outcome) => boolean,
): Promise<void> {
  const waiting = [...scenarios];
  const next = (): Scenario | undefined => waiting.shift();
  const hear = (outcome: Outcome): void => {
    if (!told(outcome)) waiting.length = 0;
  };
  const count = Math.min(threads, scenarios.length);
  await Promise.all(Array.from({ length: count }, () => member(next, hear)));
}
