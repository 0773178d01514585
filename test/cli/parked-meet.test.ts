import { expect, test } from 'vitest';
import { meet, moreText, upTo } from '../../cli/parked-meet.js';
import { readOptions } from '../../cli/parked-options.js';
import type { Shelf, Visited } from '../../shared/stores/shelf.js';
import { NOW, sample } from '../stores/kept-samples.js';

/** A place with letters of these sources, some at a time; counts how many have been looked at. */
function shelfOf(sources: readonly string[], size = 10) {
  const seen = { count: 0 };
  const shelf: Shelf = {
    place: 's3:letters',
    total: async () => undefined,
    async *visit() {
      for (let at = 0; at < sources.length; at += size) {
        const some = sources.slice(at, at + size);
        seen.count += some.length;
        yield some.map(
          (source): Visited => ({
            ref: 'abcdef012345',
            found: { ok: true, value: sample({}, { source }) },
            drop: async () => true,
          }),
        );
      }
    },
  };
  return { seen, shelf };
}

const world = { stop: new AbortController().signal };

/** How many of `mine` are met up to the limit, what is said of others, and how many were looked at. */
async function met(limit: number, sources: readonly string[]) {
  const { seen, shelf } = shelfOf(sources);
  const options = readOptions(['list', '--source', 'mine', '--limit', String(limit)], NOW);
  if (!options) throw new Error('no options');
  const left = upTo(limit);
  let count = 0;
  for await (const some of meet(shelf, options, left, world)) count += some.length;
  return { count, said: moreText(left, options), looked: seen.count };
}

const others = (count: number): string[] => Array(count).fill('another');

test('what the limit leaves out is met soon, or not looked for to the end of a place without end', async () => {
  expect(await met(2, ['mine', ...others(5), 'mine'])).toMatchObject({ count: 2, said: undefined });
  expect(await met(1, ['mine', ...others(200), 'mine', ...others(900)])).toEqual({
    count: 1,
    said: 'there are more than --limit 1 took',
    looked: 210,
  });
  const far = await met(1, ['mine', ...others(9_000), 'mine']);
  expect(far.said).toBe('there may be more than --limit 1 took: it was not looked to the end');
  expect(far.looked).toBeLessThanOrEqual(520);
  // What is meant is looked for to the end, however far away it is.
  expect(await met(2, ['mine', ...others(9_000), 'mine'])).toMatchObject({ count: 2, said: undefined });
});
