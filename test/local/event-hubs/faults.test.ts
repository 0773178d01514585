import { expect, test } from 'vitest';
import {
  configOf,
  consumer,
  emulate,
  failure,
  HUB,
  numbered,
  ONCE,
  producer,
  RETRY,
  until,
  watch,
} from './sdk-clients.js';

test('server-busy is retried by the SDK until it passes', async () => {
  const emulator = await emulate();
  emulator.faults.sends('busy', 2);
  await producer(emulator.connectionString()).sendBatch(numbered(3));
  expect(emulator.events(HUB)).toHaveLength(3);
});

test('server-busy for longer than the SDK tries fails the send, and stores nothing', async () => {
  const emulator = await emulate();
  emulator.faults.sends('busy', 100);
  const client = producer(emulator.connectionString(), HUB, { ...RETRY, maxRetries: 1, retryDelayInMs: 1 });
  expect(await failure(client.sendBatch(numbered(3)))).toBe('ServerBusyError');
  emulator.faults.clear();
  await client.sendBatch(numbered(1));
  expect(emulator.events(HUB)).toHaveLength(1);
});

test('a stalled send times out, the next attempt gets through', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString(), HUB, { ...RETRY, timeoutInMs: 1_500 });
  await client.sendBatch(numbered(1));
  emulator.faults.sends('stall', 1);
  await client.sendBatch(numbered(1));
  await client.sendBatch(numbered(1));
  expect(emulator.events(HUB)).toHaveLength(3);
});

test('a connection cut before storing loses nothing; cut after storing, the retry doubles', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString(), HUB, { ...RETRY, timeoutInMs: 1_500 });
  emulator.faults.sends('drop');
  await client.sendBatch([{ body: 'before' }]);
  emulator.faults.sends('drop-after-append');
  await client.sendBatch([{ body: 'after' }]);
  expect(
    emulator
      .events(HUB)
      .map(({ body }) => String(body))
      .toSorted(),
  ).toEqual(['"after"', '"after"', '"before"']);
});

test('of two sends at once, each gets its own answer', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString(), HUB, ONCE);
  await client.sendBatch(numbered(1));
  emulator.faults.sends('busy');
  const answers = await Promise.allSettled([client.sendBatch(numbered(1)), client.sendBatch(numbered(1))]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(emulator.events(HUB)).toHaveLength(2);
});

test('deliveries can be held back while sends go on', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString());
  const seen = watch(consumer(emulator.connectionString()), { partition: '0' });
  await send.sendBatch(numbered(1), { partitionId: '0' });
  await until(() => expect(seen.events).toHaveLength(1));
  emulator.faults.holdDeliveries();
  await send.sendBatch(numbered(50), { partitionId: '0' });
  await send.getPartitionProperties('0');
  expect(seen.events).toHaveLength(1);
  emulator.faults.releaseDeliveries();
  await until(() => expect(seen.events).toHaveLength(51));
});

test('connections cut again and again mid-stream: nothing is lost, the order holds', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString(), HUB, { ...RETRY, timeoutInMs: 1_500 });
  const options = { partition: '0', maxBatchSize: 50, maxWaitTimeInSeconds: 1 };
  const seen = watch(consumer(emulator.connectionString()), options);
  for (let i = 0; i < 40; i++) {
    await send.sendBatch(
      Array.from({ length: 25 }, (_, j) => ({ body: i * 25 + j })),
      { partitionId: '0' },
    );
    if (i % 13 === 5) emulator.dropConnections();
  }
  await until(() => expect(new Set(seen.bodies()).size).toBe(1_000));
  const sequence = seen.events.map(({ sequenceNumber }) => sequenceNumber);
  expect(sequence).toEqual(sequence.toSorted((a, b) => a - b));
  expect(new Set(sequence).size).toBe(emulator.events(HUB).length);
});

test('a restart on the same port and data: producer and consumer go on', async () => {
  const first = await emulate({ config: configOf(1) });
  const send = producer(first.connectionString(), HUB, { ...RETRY, maxRetries: 10 });
  const seen = watch(
    consumer(first.connectionString(), 'crm', undefined, { retryOptions: { ...RETRY, maxRetries: 10 } }),
  );
  await send.sendBatch(numbered(100));
  await until(() => expect(seen.events).toHaveLength(100));
  await first.close();
  const pending = send.sendBatch(numbered(100));
  const second = await emulate({ config: configOf(1), port: first.port, data: first.data });
  await pending;
  await until(() => expect(seen.events.length).toBeGreaterThanOrEqual(200));
  const stored = second.events(HUB).map(({ sequenceNumber }) => sequenceNumber);
  expect(stored).toEqual(Array.from({ length: 200 }, (_, i) => i));
  expect(seen.events.map(({ sequenceNumber }) => sequenceNumber)).toEqual(stored);
});
