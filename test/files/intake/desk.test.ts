import { expect, test } from 'vitest';
import type { StateStore } from '../../../shared/core/ports.js';
import { lookAt } from '../../../shared/files/intake/desk.js';
import { intakePages } from '../../../shared/files/intake/pages.js';
import { world } from '../support/intake-world.js';

test('who looks at many files of full exports asks the store a few times, not for each of them', async () => {
  const w = world({ mostExits: 1 });
  w.clock.advance(Date.parse('2026-10-01') - w.clock.now());
  const days = Array.from({ length: 28 }, (_, i) => String(i + 1).padStart(2, '0'));
  for (const day of days) {
    const name = `all_202609${day}.csv`;
    w.place.write(name, 'C-1,,realized,1', Date.parse(`2026-09-${day}T00:30:00Z`));
    await w.arrive(name);
    await w.drain();
  }
  let reads = 0;
  const store: StateStore = {
    ...w.deps.store,
    read: (ids) => {
      reads += 1;
      return w.deps.store.read(ids);
    },
  };
  const [source] = w.deps.sources.values();
  if (!source) throw new Error('there is a source');
  const { files } = await lookAt(source, intakePages({ store, clock: w.clock }));
  expect(files.map(({ closing }) => closing?.stage)).toEqual(days.map(() => 'done'));
  expect(reads).toBeLessThanOrEqual(4);
});
