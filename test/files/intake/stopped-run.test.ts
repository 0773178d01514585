import { expect, test } from 'vitest';
import { createLookout } from '../../../shared/files/intake/intake.js';
import { runFile } from '../../../shared/files/intake/run-file.js';
import { world } from '../support/intake-world.js';

const NAME = 'all_20260901.csv';
const ORDER = { work: 'rows', source: 'daily', name: NAME } as const;

test('what is left of a run that somebody ends goes to the deployment at once, and no row acts twice', async () => {
  const w = world({ chunkRows: 2 });
  w.place.write(NAME, Array.from({ length: 20 }, (_, i) => `C-${i},,realized,1`).join('\n'), w.clock.now());
  const stop = new AbortController();
  const { pipeline } = w.deps;
  const run: typeof pipeline.run = async (...args) => {
    const settlements = await pipeline.run(...args);
    stop.abort();
    return settlements;
  };
  const deps = { ...w.deps, pipeline: { ...pipeline, run } };
  await runFile(ORDER, deps, { stop: stop.signal, waiting: async () => undefined });
  expect([w.crm.rows.size, w.report(NAME), await w.queue.count()]).toEqual([2, null, 1]);
  // The poll sends nobody else, and the order that is there is enough.
  await createLookout(w.deps).poll();
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ result: 'done', settled: 20 });
  expect(w.crm.rows.size).toBe(20);
});

test('a run that is ended before it has begun leaves the file alone', async () => {
  const w = world({});
  w.place.write(NAME, 'C-1,,realized,1', w.clock.now());
  const options = { stop: AbortSignal.abort(), waiting: async () => undefined };
  await runFile(ORDER, w.deps, options);
  expect([w.crm.rows.size, await w.queue.count()]).toEqual([0, 0]);
});
