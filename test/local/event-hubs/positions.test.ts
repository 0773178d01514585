import type { EventPosition } from '@azure/event-hubs';
import { expect, test } from 'vitest';
import type { EventHubsEmulator } from '../../../local/emulators/event-hubs/server.js';
import { consumer, EARLIEST, emulate, numbered, producer, until, watch } from './sdk-clients.js';

const START = 1_795_000_000_000;

/** Ten events in partition 0, one a second. */
async function tenSeconds(): Promise<EventHubsEmulator> {
  let now = START;
  const emulator = await emulate({ now: () => now });
  const client = producer(emulator.connectionString());
  for (const event of numbered(10)) {
    await client.sendBatch([event], { partitionId: '0' });
    now += 1_000;
  }
  return emulator;
}

/** Sends `last` until it is seen: it shows that the reader has started and that nothing else is to come before it. */
async function readFrom(emulator: EventHubsEmulator, startPosition: EventPosition): Promise<unknown[]> {
  const sender = producer(emulator.connectionString());
  const seen = watch(consumer(emulator.connectionString()), { partition: '0', startPosition });
  await until(async () => {
    await sender.sendBatch([{ body: 'last' }], { partitionId: '0' });
    expect(seen.bodies()).toContain('last');
  });
  expect(seen.errors).toEqual([]);
  return seen.bodies().filter((body) => body !== 'last');
}

const offsetOf = async (emulator: EventHubsEmulator, index: number): Promise<string> => {
  const seen = watch(consumer(emulator.connectionString(), 'audit'), { partition: '0' });
  await until(() => expect(seen.events).toHaveLength(10));
  await seen.stop();
  return seen.events[index]?.offset ?? '';
};

test.each<[string, EventPosition, number[]]>([
  ['earliest', EARLIEST, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ['latest', { offset: '@latest' }, []],
  ['after a sequence number', { sequenceNumber: 6 }, [7, 8, 9]],
  ['at a sequence number', { sequenceNumber: 6, isInclusive: true }, [6, 7, 8, 9]],
  ['after a time', { enqueuedOn: START + 7_000 }, [8, 9]],
  ['after a date', { enqueuedOn: new Date(START + 7_999) }, [8, 9]],
])('reads from %s', async (_, position, expected) => {
  expect(await readFrom(await tenSeconds(), position)).toEqual(expected);
});

test('reads from an offset, exclusive and inclusive', async () => {
  const emulator = await tenSeconds();
  const offset = await offsetOf(emulator, 4);
  expect(await readFrom(emulator, { offset })).toEqual([5, 6, 7, 8, 9]);
  const again = await tenSeconds();
  expect(await readFrom(again, { offset, isInclusive: true })).toEqual([4, 5, 6, 7, 8, 9]);
});

test('a position of another life of the hub is refused, as the service refuses it', async () => {
  const emulator = await tenSeconds();
  const seen = watch(consumer(emulator.connectionString()), {
    partition: '0',
    startPosition: { offset: '999999' },
  });
  await until(() => expect(seen.closed).toHaveLength(1));
  expect(seen.errors).toEqual([
    { code: 'ArgumentError', message: expect.stringContaining("offset '999999' is invalid") },
  ]);
});

test('every consumer group reads everything for itself', async () => {
  const emulator = await tenSeconds();
  const readers = ['$Default', 'crm', 'audit', 'CRM'].map((group) =>
    watch(consumer(emulator.connectionString(), group)),
  );
  await until(() => expect(readers.map(({ events }) => events.length)).toEqual([10, 10, 10, 10]));
});

test('a reader may follow the end of the partition', async () => {
  const emulator = await tenSeconds();
  const client = consumer(emulator.connectionString());
  const ends: unknown[] = [];
  client.subscribe(
    '0',
    {
      processEvents: async (events, { lastEnqueuedEventProperties }) => {
        if (events.length > 0) ends.push({ ...lastEnqueuedEventProperties });
      },
      processError: async (error) => {
        ends.push(error);
      },
    },
    { startPosition: { sequenceNumber: 3 }, trackLastEnqueuedEventProperties: true, maxBatchSize: 10 },
  );
  await until(() => expect(ends.length).toBeGreaterThan(0));
  expect(ends[0]).toEqual({
    sequenceNumber: 9,
    offset: expect.stringMatching(/^\d+$/),
    enqueuedOn: new Date(START + 9_000),
    retrievedOn: new Date(START + 10_000),
  });
});
