import { expect, test } from 'vitest';
import {
  bufferedProducer,
  configOf,
  consumer,
  emulate,
  failure,
  HUB,
  numbered,
  producer,
  until,
  watch,
} from './sdk-clients.js';

const VECTORS = [
  ['a', '0'],
  ['device-7', '2'],
  ['customer:0042', '2'],
  ['é漢', '1'],
  ['abcdefghijkl', '1'],
  ['x'.repeat(13), '2'],
] as const;

test('batches and lists, of many and of one, are stored in order', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString());
  await client.sendBatch(numbered(3), { partitionId: '1' });
  await client.sendBatch([{ body: 'single' }], { partitionId: '1' });
  const batch = await client.createBatch({ partitionId: '1' });
  expect(batch.tryAdd({ body: 'batch of one' })).toBe(true);
  await client.sendBatch(batch);
  const stored = emulator.events(HUB);
  expect(stored.map(({ body }) => String(body))).toEqual(['0', '1', '2', '"single"', '"batch of one"']);
  expect(stored.map(({ sequenceNumber }) => sequenceNumber)).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(stored.map(({ partition }) => partition))).toEqual(new Set(['1']));
});

test('a key decides the partition by the published hash, and comes back with the event', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString());
  for (const [key] of VECTORS) await client.sendBatch([{ body: key }], { partitionKey: key });
  const found = emulator.events(HUB).map(({ partitionKey, partition }) => [partitionKey, partition] as const);
  expect(new Map(found)).toEqual(new Map(VECTORS));
  const seen = watch(consumer(emulator.connectionString()));
  await until(() => expect(seen.events).toHaveLength(VECTORS.length));
  expect(seen.events.map(({ body, partitionKey }) => body === partitionKey)).not.toContain(false);
});

test('the buffered producer, which chooses partitions itself, agrees with the emulator', async () => {
  const emulator = await emulate({ config: configOf(32) });
  const errors: unknown[] = [];
  const buffered = bufferedProducer(emulator.connectionString(), (error) => errors.push(error));
  for (let i = 0; i < 60; i++) await buffered.enqueueEvent({ body: i }, { partitionKey: `key-${i}` });
  await buffered.flush();
  const direct = producer(emulator.connectionString());
  for (let i = 0; i < 60; i++) await direct.sendBatch([{ body: i }], { partitionKey: `key-${i}` });
  const places = new Map<string, Set<string>>();
  for (const { body, partition } of emulator.events(HUB)) {
    places.set(String(body), new Set(places.get(String(body))).add(partition));
  }
  expect(errors).toEqual([]);
  expect(places.size).toBe(60);
  expect([...places.values()].filter(({ size }) => size !== 1)).toEqual([]);
  expect(emulator.events(HUB)).toHaveLength(120);
});

test('without key or partition, sends go round', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString());
  for (let i = 0; i < 8; i++) await client.sendBatch(numbered(2));
  const counts = ['0', '1', '2', '3'].map(
    (id) => emulator.events(HUB).filter(({ partition }) => partition === id).length,
  );
  expect(counts).toEqual([4, 4, 4, 4]);
});

test('bodies and properties keep their types', async () => {
  const emulator = await emulate();
  const at = new Date('2026-11-21T10:00:00Z');
  const properties = {
    text: 'é',
    int: 7,
    big: 2 ** 40,
    float: 1.5,
    yes: true,
    none: null,
    at,
    bytes: Buffer.from([1]),
  };
  const bodies = ['text', '', { a: [1, { b: null }] }, [1, 2], 7, true, null, Buffer.from([0, 255, 254])];
  const client = producer(emulator.connectionString());
  await client.sendBatch(
    bodies.map((body) => ({
      body,
      properties,
      messageId: 'm-1',
      correlationId: 'c-1',
      contentType: 'text/x',
    })),
    { partitionId: '0' },
  );
  const seen = watch(consumer(emulator.connectionString()), { partition: '0' });
  await until(() => expect(seen.events).toHaveLength(bodies.length));
  expect(seen.bodies()).toEqual(bodies);
  for (const event of seen.events) {
    expect(event).toMatchObject({ messageId: 'm-1', correlationId: 'c-1', contentType: 'text/x' });
    // The SDK makes numbers of dates, and copies binaries field by field.
    expect(event.properties).toEqual({ ...properties, at: at.getTime(), bytes: { 0: 1 } });
  }
});

test('AMQP value and sequence bodies pass as such', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString());
  await client.sendBatch([
    { body: { number: 1, nested: ['x'] }, bodyType: 'value' },
    { body: [['a', 1]], bodyType: 'sequence' },
  ]);
  const seen = watch(consumer(emulator.connectionString()));
  await until(() => expect(seen.events).toHaveLength(2));
  expect(seen.events.map((event) => event.getRawAmqpMessage().bodyType)).toEqual(['value', 'sequence']);
  expect(seen.events[0]?.body).toEqual({ number: 1, nested: ['x'] });
});

test('the link announces 1 MiB: a batch stops there, a larger send is refused and harms nothing', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString());
  const batch = await client.createBatch();
  expect(batch.maxSizeInBytes).toBe(1_048_576);
  const big = { body: Buffer.alloc(600_000) };
  expect([batch.tryAdd(big), batch.tryAdd(big)]).toEqual([true, false]);
  await client.sendBatch(batch);
  expect(await failure(client.sendBatch([big, big]))).toBe('MessageTooLargeError');
  await client.sendBatch([{ body: 'after' }]);
  expect(emulator.events(HUB).map(({ body }) => body.length)).toEqual([600_000, 7]);
});

test('the injected clock stamps the events, and only forwards', async () => {
  let now = 1_000;
  const emulator = await emulate({ now: () => now });
  const client = producer(emulator.connectionString());
  for (now of [5_000, 4_000, 6_000]) await client.sendBatch([{ body: now }], { partitionId: '0' });
  expect(emulator.events(HUB).map(({ enqueuedAt }) => enqueuedAt)).toEqual([5_000, 5_000, 6_000]);
});

test('only the newest events are kept', async () => {
  const emulator = await emulate({ retainPerPartition: 10 });
  const client = producer(emulator.connectionString());
  await client.sendBatch(numbered(25), { partitionId: '3' });
  expect(emulator.events(HUB).map(({ body }) => String(body))[0]).toBe('15');
  const { beginningSequenceNumber } = await client.getPartitionProperties('3');
  expect(beginningSequenceNumber).toBe(15);
  const seen = watch(consumer(emulator.connectionString()), { partition: '3' });
  await until(() => expect(seen.events).toHaveLength(10));
  expect(seen.events[0]?.sequenceNumber).toBe(15);
});
