import { expect, test } from 'vitest';
import { consumer, emulate, HUB, numbered, producer, until, watch } from './sdk-clients.js';

const COUNT = 5_000;
const all = Array.from({ length: COUNT }, (_, i) => i);

test('5,000 events over 4 partitions: none lost, none doubled, each partition in order', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString());
  const seen = watch(consumer(emulator.connectionString()), { maxBatchSize: 500, prefetchCount: 50 });
  for (let from = 0; from < COUNT; from += 250) {
    await send.sendBatch(numbered(COUNT).slice(from, from + 250), { partitionKey: `key-${from}` });
  }
  await until(() => expect(seen.events.length).toBeGreaterThanOrEqual(COUNT));
  expect(seen.bodies().toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
  for (const id of ['0', '1', '2', '3']) {
    const sequence = seen.events
      .filter((_, i) => seen.partitions[i] === id)
      .map(({ sequenceNumber }) => sequenceNumber);
    expect(sequence.length).toBeGreaterThan(0);
    expect(sequence).toEqual(sequence.map((_, i) => i));
  }
  expect(seen.errors).toEqual([]);
});

test('a backlog larger than the credit of a reader comes through, to several readers at once', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString());
  for (let i = 0; i < 5; i++) await send.sendBatch(numbered(1_000), { partitionId: '0' });
  const readers = ['crm', 'audit', '$Default'].map((group, i) =>
    watch(consumer(emulator.connectionString(), group), {
      partition: '0',
      prefetchCount: [10, 300, 3_000][i] ?? 1,
    }),
  );
  await until(() => expect(readers.map(({ events }) => events.length)).toEqual([COUNT, COUNT, COUNT]));
  for (const { events } of readers) expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(all);
});

test('a slow reader blocks nobody, and catches up', async () => {
  const emulator = await emulate();
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const slow: number[] = [];
  consumer(emulator.connectionString()).subscribe(
    '0',
    {
      processEvents: async (events) => {
        slow.push(...events.map(({ sequenceNumber }) => sequenceNumber));
        await gate;
      },
      processError: async (error) => expect.fail(error.message),
    },
    { startPosition: { offset: '-1' }, maxBatchSize: 5, prefetchCount: 20 },
  );
  const fast = watch(consumer(emulator.connectionString(), 'audit'), { partition: '0' });
  await producer(emulator.connectionString()).sendBatch(numbered(1_000), { partitionId: '0' });
  await until(() => expect(fast.events).toHaveLength(1_000));
  expect(slow.length).toBeLessThanOrEqual(5);
  release();
  await until(() => expect(slow).toEqual(all.slice(0, 1_000)));
});

test('opening and closing readers under way disturbs nothing', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString());
  const steady = watch(consumer(emulator.connectionString()), { partition: '0' });
  for (let round = 0; round < 15; round++) {
    const passing = watch(consumer(emulator.connectionString(), 'audit'), {
      partition: '0',
      prefetchCount: 500,
    });
    await send.sendBatch(numbered(100), { partitionId: '0' });
    await until(() => expect(passing.events.length).toBeGreaterThan(0));
    await passing.stop();
  }
  await until(() => expect(steady.events).toHaveLength(1_500));
  expect(emulator.events(HUB)).toHaveLength(1_500);
});
