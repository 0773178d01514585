import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { knockHostile } from '../door/hostile.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

test('100,000 hostile requests are answered, never with a 5xx, and leave nothing in memory', {
  timeout: 1_800_000,
}, async () => {
  const heaps: number[] = [];
  let count = 0;
  await knockHostile(100_000, () => {
    count += 1;
    if (count % 20_000 === 0) heaps.push(heap());
  });
  const [first = 0, ...later] = heaps;
  expect(later).toHaveLength(4);
  expect(Math.max(...later) - first).toBeLessThan(64 * 1024 * 1024);
});
