import type {
  Checkpoint,
  CheckpointStore,
  EventHubConsumerClient,
  PartitionOwnership,
} from '@azure/event-hubs';
import { expect, test } from 'vitest';
import { consumer, EARLIEST, emulate, HUB, numbered, producer, RETRY, until } from './sdk-clients.js';

/** What the blob store does, in memory: ownership under etags, the last checkpoint per partition. */
function memoryStore(): CheckpointStore {
  const owned = new Map<string, PartitionOwnership>();
  const checkpoints = new Map<string, Checkpoint>();
  let etags = 0;
  return {
    listOwnership: async () => [...owned.values()].map((each) => ({ ...each })),
    claimOwnership: async (wanted) => {
      const free = wanted.filter(({ partitionId, etag }) => owned.get(partitionId)?.etag === etag);
      const claimed = free.map((each) => ({ ...each, etag: `${++etags}`, lastModifiedTimeInMs: Date.now() }));
      for (const each of claimed) owned.set(each.partitionId, each);
      return claimed;
    },
    listCheckpoints: async () => [...checkpoints.values()],
    updateCheckpoint: async (checkpoint) => {
      checkpoints.set(checkpoint.partitionId, checkpoint);
    },
  };
}

const balanced = (connectionString: string, store: CheckpointStore): EventHubConsumerClient =>
  consumer(connectionString, 'crm', store, {
    retryOptions: RETRY,
    loadBalancingOptions: {
      strategy: 'greedy',
      updateIntervalInMs: 150,
      partitionOwnershipExpirationIntervalInMs: 3_000,
    },
  });

interface Member {
  /** Partitions whose pump runs. */
  readonly active: Set<string>;
  readonly bodies: unknown[];
  close(): Promise<void>;
}

function join(connectionString: string, store: CheckpointStore): Member {
  const client = balanced(connectionString, store);
  const active = new Set<string>();
  const bodies: unknown[] = [];
  const subscription = client.subscribe(
    {
      processInitialize: async ({ partitionId }) => void active.add(partitionId),
      processClose: async (_, { partitionId }) => void active.delete(partitionId),
      processError: async () => undefined,
      processEvents: async (events, context) => {
        const last = events.at(-1);
        if (last === undefined) return;
        bodies.push(...events.map(({ body }): unknown => body));
        await context.updateCheckpoint(last);
      },
    },
    { startPosition: EARLIEST, maxBatchSize: 50 },
  );
  return { active, bodies, close: () => subscription.close() };
}

test('two consumers share four partitions, one takes over, a restart goes on at the checkpoint', async () => {
  const emulator = await emulate();
  const store = memoryStore();
  const send = producer(emulator.connectionString());
  const spread = async (from: number): Promise<void> => {
    for (const partitionId of ['0', '1', '2', '3']) {
      const bodies = numbered(25).map(({ body }) => ({ body: `${partitionId}/${from + body}` }));
      await send.sendBatch(bodies, { partitionId });
    }
  };

  const first = join(emulator.connectionString(), store);
  await until(() => expect(first.active.size).toBe(4));
  const second = join(emulator.connectionString(), store);
  await until(() => expect([first.active.size, second.active.size]).toEqual([2, 2]));
  await spread(0);
  await until(() => expect(new Set([...first.bodies, ...second.bodies]).size).toBe(100));
  expect(first.bodies.length).toBeGreaterThan(0);
  expect(second.bodies.length).toBeGreaterThan(0);

  await second.close();
  await until(() => expect(first.active.size).toBe(4));
  await spread(25);
  await until(() => expect(new Set([...first.bodies, ...second.bodies]).size).toBe(200));
  await first.close();

  await spread(50);
  const third = join(emulator.connectionString(), store);
  await until(() => expect(third.bodies).toHaveLength(100));
  expect(new Set([...first.bodies, ...second.bodies, ...third.bodies]).size).toBe(
    emulator.events(HUB).length,
  );
  await third.close();
});
