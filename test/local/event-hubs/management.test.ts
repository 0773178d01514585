import { expect, test } from 'vitest';
import { consumer, emulate, failure, HUB, numbered, producer } from './sdk-clients.js';

test('the properties of a hub', async () => {
  const emulator = await emulate({ now: () => 1_795_000_000_000 });
  const client = producer(emulator.connectionString());
  expect(await client.getEventHubProperties()).toEqual({
    name: HUB,
    createdOn: new Date(1_795_000_000_000),
    partitionIds: ['0', '1', '2', '3'],
    isGeoDrEnabled: false,
  });
  expect(await client.getPartitionIds()).toEqual(['0', '1', '2', '3']);
});

test('the properties of a partition, before and after events', async () => {
  let now = 1_795_000_000_000;
  const emulator = await emulate({ now: () => now });
  const client = consumer(emulator.connectionString());
  const empty = {
    eventHubName: HUB,
    partitionId: '2',
    beginningSequenceNumber: -1,
    lastEnqueuedSequenceNumber: -1,
    lastEnqueuedOffset: '-1',
    lastEnqueuedOnUtc: new Date(0),
    isEmpty: true,
  };
  expect(await client.getPartitionProperties('2')).toEqual(empty);
  now += 5_000;
  await producer(emulator.connectionString()).sendBatch(numbered(300), { partitionId: '2' });
  const filled = await client.getPartitionProperties('2');
  expect(filled).toEqual({
    ...empty,
    beginningSequenceNumber: 0,
    lastEnqueuedSequenceNumber: 299,
    lastEnqueuedOffset: expect.stringMatching(/^\d{4,}$/),
    lastEnqueuedOnUtc: new Date(now),
    isEmpty: false,
  });
  expect((await client.getPartitionProperties('1')).isEmpty).toBe(true);
});

test('a partition that is not there is out of range', async () => {
  const emulator = await emulate();
  const client = producer(emulator.connectionString());
  expect(await failure(client.getPartitionProperties('4'))).toBe('ArgumentOutOfRangeError');
  expect(await failure(client.sendBatch(numbered(1), { partitionId: '4' }))).toBe('ArgumentOutOfRangeError');
});
