import { expect, test } from 'vitest';
import { encodeKept } from '../../shared/stores/kept-codec.js';
import { type MemoryKept, memoryKept } from '../../shared/stores/memory-kept.js';
import { keptContract } from '../contracts/kept.js';
import { each } from '../contracts/kept-steps.js';
import { fakeClock } from '../support/fakes.js';
import { plain, sample } from './kept-samples.js';

async function takeAll(parking: MemoryKept): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  for await (const { found, drop } of each(parking)) {
    if (found.ok) bodies.push(encodeKept(found.value, 0));
    await drop();
  }
  return bodies;
}

keptContract({
  name: 'memory',
  start: async () => ({
    async stage() {
      const [parking, letters] = [memoryKept(fakeClock()), memoryKept(fakeClock())];
      const none = (): never => {
        throw new Error('memory has neither a network nor objects');
      };
      return {
        open: () => ({ parking, letters }),
        arrive: () => takeAll(parking),
        smuggle: none,
        delays: none,
        objects: none,
      };
    },
    close: async () => undefined,
  }),
});

test('what is due is taken out once, and only that', async () => {
  const clock = fakeClock();
  const parking = memoryKept(clock);
  const [asked, plainly] = [sample({ afterMs: 60_000 }), sample()];
  await parking.park([asked, plainly]);
  expect(parking.takeDue(5_000)).toEqual([]);
  clock.advance(5_000);
  expect(parking.takeDue(5_000)).toEqual([plainly]);
  clock.advance(55_000);
  expect(parking.takeDue(5_000).map(plain)).toEqual([plain(asked)]);
  expect(parking.all()).toEqual([]);
});
