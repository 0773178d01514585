import { expect, test } from 'vitest';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

const NAME = 'all_20260901.csv';

test('what is sorted in memory is bounded by its size, too, not by its lines alone', async () => {
  const w = world({ mostExits: 1 });
  const ids = Array.from({ length: 20 }, (_, i) => `C-${i}-${'x'.repeat(1_000)}`);
  w.place.write(NAME, ids.map((id) => `${id},,realized,1`).join('\n'), Date.parse('2026-09-01T00:30:00Z'));
  const runs = new Set<string>();
  const { objects } = w.deps;
  const put: typeof objects.put = async (name, bytes) => {
    runs.add(name.replace(/\/\d+$/, ''));
    await objects.put(name, bytes);
  };
  const work = createFileWork({ ...w.deps, objects: { ...objects, put }, segmentCharacters: 5_000 });
  await work({ work: 'rows', source: 'daily', name: NAME }, { deadline: w.clock.now() + 600_000 });
  expect(w.crm.rows.size).toBe(20);
  // Of each line the id stands in it at least once.
  expect(runs.size).toBeGreaterThanOrEqual(4);
});
