import { expect, test } from 'vitest';
import { laneOf } from '../../../local/event-source-mapping/lane.js';
import { spin, until } from './hurried-clock.js';
import { invoker, put, type Seen, stream, watch } from './mapping-fixture.js';

test('factor 4: a stuck lane holds its own keys only, until it has a batch waiting; then it holds the shard', async () => {
  const kinesis = await stream();
  const keys = Array.from({ length: 16 }, (_, index) => `k${index}`);
  const round = (number: number) => keys.map((key) => `${key}:${number}`);
  const isStuck = (key: string) => laneOf(key, 4) === laneOf('k0', 4);
  const done: Seen[] = [];
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let stuckCalls = 0;
  const invoke = invoker(async (seen) => {
    if (seen.some(({ key }) => isStuck(key)) && stuckCalls++ === 0) await released;
    done.push(...seen);
  });
  await put(kinesis.client(), round(0));
  const settings = { parallelizationFactor: 4, batchSize: 5 };
  const mapping = await watch(kinesis, invoke, { settings });
  const free = keys.filter((key) => !isStuck(key)).length;
  await until('the other lanes are done', () => done.length === free);
  for (let number = 1; number < 4; number++) await put(kinesis.client(), round(number));
  await until('the stuck lane has a full batch waiting', () => mapping.stats().behind >= 10);
  await spin(100);
  const { behind } = mapping.stats();
  await put(kinesis.client(), round(4));
  await spin(200);
  expect(mapping.stats().behind).toBe(behind);
  expect(stuckCalls).toBe(1);
  expect(done.some(({ key }) => isStuck(key))).toBe(false);
  release();
  await until('everything', () => mapping.stats().records === 80);
  for (const key of keys) {
    expect(done.filter((one) => one.key === key).map(({ text }) => text)).toEqual(
      [0, 1, 2, 3, 4].map((number) => `${key}:${number}`),
    );
  }
});
