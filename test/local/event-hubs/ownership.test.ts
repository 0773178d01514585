import { CloseReason } from '@azure/event-hubs';
import { expect, test } from 'vitest';
import { consumer, emulate, numbered, producer, until, watch } from './sdk-clients.js';

const one = { partition: '0' };

test('a higher epoch takes the partition, an equal one too', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString()).sendBatch(numbered(1), { partitionId: '0' });
  const first = watch(consumer(emulator.connectionString()), { ...one, ownerLevel: 1 });
  await until(() => expect(first.events).toHaveLength(1));
  const second = watch(consumer(emulator.connectionString()), { ...one, ownerLevel: 1 });
  await until(() => expect(first.closed).toEqual([CloseReason.OwnershipLost]));
  expect(first.errors).toMatchObject([{ code: 'ReceiverDisconnectedError' }]);
  const third = watch(consumer(emulator.connectionString()), { ...one, ownerLevel: 2 });
  await until(() => expect(second.closed).toEqual([CloseReason.OwnershipLost]));
  await until(() => expect(third.events).toHaveLength(1));
  expect(third.errors).toEqual([]);
});

test('a lower epoch, or none, is turned away while the owner reads on', async () => {
  const emulator = await emulate();
  const send = producer(emulator.connectionString());
  await send.sendBatch(numbered(1), { partitionId: '0' });
  const owner = watch(consumer(emulator.connectionString()), { ...one, ownerLevel: 5 });
  await until(() => expect(owner.events).toHaveLength(1));
  const lower = watch(consumer(emulator.connectionString()), { ...one, ownerLevel: 4 });
  const shared = watch(consumer(emulator.connectionString()), one);
  await until(() => expect([...lower.closed, ...shared.closed]).toHaveLength(2));
  expect([...lower.errors, ...shared.errors].map(({ code }) => code)).toEqual([
    'ReceiverDisconnectedError',
    'ReceiverDisconnectedError',
  ]);
  await send.sendBatch(numbered(1), { partitionId: '0' });
  await until(() => expect(owner.events).toHaveLength(2));
  expect(owner.errors).toEqual([]);
});

test('an epoch pushes out readers without one; other groups and partitions stay', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString()).sendBatch(numbered(1), { partitionId: '0' });
  const same = watch(consumer(emulator.connectionString()), one);
  const otherGroup = watch(consumer(emulator.connectionString(), 'audit'), one);
  const otherPartition = watch(consumer(emulator.connectionString()), { partition: '1' });
  await until(() => expect([same.events, otherGroup.events].map(({ length }) => length)).toEqual([1, 1]));
  watch(consumer(emulator.connectionString()), { ...one, ownerLevel: 7 });
  await until(() => expect(same.closed).toEqual([CloseReason.OwnershipLost]));
  await producer(emulator.connectionString()).sendBatch(numbered(1), { partitionId: '1' });
  await until(() => expect(otherPartition.events).toHaveLength(1));
  expect([...otherGroup.errors, ...otherPartition.errors]).toEqual([]);
});

test('five readers share a partition, the sixth is refused until one leaves', async () => {
  const emulator = await emulate();
  await producer(emulator.connectionString()).sendBatch(numbered(1), { partitionId: '0' });
  const join = () => watch(consumer(emulator.connectionString()), one);
  const five = [join(), join(), join(), join(), join()];
  await until(() => expect(five.map(({ events }) => events.length)).toEqual([1, 1, 1, 1, 1]));
  const sixth = join();
  await until(() => expect(sixth.closed).toEqual([CloseReason.Shutdown]));
  expect(sixth.errors).toMatchObject([
    {
      code: 'QuotaExceededError',
      message: expect.stringContaining('per partition in a consumer group which is 5'),
    },
  ]);
  await five[0]?.stop();
  const late = join();
  await until(() => expect(late.events).toHaveLength(1));
  expect(five.flatMap(({ errors }) => errors)).toEqual([]);
});
