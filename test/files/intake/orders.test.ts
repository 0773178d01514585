import { expect, test } from 'vitest';
import { createFileWork } from '../../../shared/files/intake/worker.js';
import { world } from '../support/intake-world.js';

const NAME = 'people_20260901.csv';
const ORDER = { work: 'rows', source: 'daily', name: NAME } as const;

test.each([
  ['by a clock that is a second behind', 1_000, false],
  ['by one that is far behind, which its own order tells', 20_000, true],
])('a file that is looked at too early, %s, is looked at again', async (_, early, says) => {
  const w = world({ stableMs: 300_000 });
  w.place.write(NAME, 'C-1,,realized,1', w.clock.now());
  await w.arrive(NAME);
  await w.round(() => undefined, 60_000);
  const due = w.queue.next() ?? 0;
  w.clock.advance(due - early - w.clock.now());
  await w.work(says ? { ...ORDER, due } : ORDER, { deadline: w.clock.now() + 60_000 });
  w.clock.advance(early);
  const [first] = await w.queue.receive();
  if (!first) throw new Error('an order was on its way');
  await w.queue.remove(first);
  expect(await w.queue.count()).toBe(1);
  await w.drain();
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 1 });
});

test('a failure that nobody has foreseen gives the file back at once', async () => {
  const w = world({});
  w.place.write(NAME, 'C-1,,realized,1', 0);
  const broken = createFileWork({
    ...w.deps,
    pipeline: { run: () => Promise.reject(new TypeError('a mistake of ours')) },
  });
  const limits = { deadline: w.clock.now() + 3_600_000 };
  await expect(broken(ORDER, limits)).rejects.toThrow('a mistake of ours');
  await w.work(ORDER, limits);
  expect(w.report(NAME)).toMatchObject({ result: 'done', rows: 1 });
});
