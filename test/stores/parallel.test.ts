import { expect, test } from 'vitest';
import { inParallel } from '../../shared/stores/parallel.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('results are in the order of the items, and never more than the width are under way', async () => {
  let under = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3], 2, async (turns) => {
    most = Math.max(most, ++under);
    for (let i = 0; i < turns; i++) await turn();
    under--;
    return turns * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

test('nothing to do is done at once', async () => {
  expect(await inParallel([], 4, () => Promise.reject(new Error('never')))).toEqual([]);
});

test('after a failure nothing more is begun, and what is under way has ended when it is thrown', async () => {
  const begun: number[] = [];
  let ended = 0;
  const work = inParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
    begun.push(item);
    for (let i = 0; i < item * 3; i++) await turn();
    ended++;
    if (item === 1) throw new Error('the first');
  });
  await expect(work).rejects.toThrow('the first');
  expect(begun).toEqual([1, 2]);
  expect(ended).toBe(2);
});
