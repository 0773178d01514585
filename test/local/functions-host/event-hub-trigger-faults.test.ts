import type { CheckpointStore } from '@azure/event-hubs';
import { expect, test, vi } from 'vitest';
import { type RunOutcome, runWithRetry } from '../../../local/functions-host/retry.js';
import { bodies, GROUP } from './hub-ground.js';
import { diary, LATER, SOON, shares, triggerGround } from './trigger-ground.js';

const { ground, start, store: freshStore } = triggerGround({ cut: 2, crash: 1, stolen: 1, rewound: 1 });

/**
 * Cuts all sockets so many times, while every partition is in a batch and the load balancer is at its store. At no other
 * time: whatever the SDK (6.0.4) opens or asks for when its socket is cut, it waits for until the end of days.
 */
function cutter(times: number, partitions: number) {
  const store = freshStore();
  const waiting = new Map<string, () => void>();
  let cuts = 0;
  const watched: CheckpointStore = {
    listOwnership: (...args) => store.listOwnership(...args),
    listCheckpoints: (...args) => store.listCheckpoints(...args),
    updateCheckpoint: (...args) => store.updateCheckpoint(...args),
    async claimOwnership(...args) {
      const claimed = await store.claimOwnership(...args);
      if (waiting.size < partitions) return claimed;
      cuts += 1;
      ground().hubs.dropConnections();
      for (const goOn of waiting.values()) goOn();
      waiting.clear();
      return claimed;
    },
  };
  return {
    store: watched,
    cuts: () => cuts,
    /** Stays in the batch until the next cut, as long as there is one to come. */
    inBatch: (partition: string) =>
      new Promise<void>((resolve) => {
        if (cuts < times) waiting.set(partition, resolve);
        else resolve();
      }),
  };
}

test('sockets cut in mid-stream: nothing is lost, each partition keeps its order', async () => {
  const { store, cuts, inBatch } = cutter(3, 2);
  const { run, first } = diary();
  for (const each of ['0', '1']) await ground().send('cut', bodies(`c${each}`, 200), each);
  start({
    hub: 'cut',
    eventHubs: { maxEventBatchSize: 10 },
    over: { store },
    run: async (batch, hold) => {
      const outcome = await run(batch, hold);
      await inBatch(batch.partition.partitionId);
      return outcome;
    },
  });
  await vi.waitFor(async () => {
    for (const each of ['0', '1']) expect(await ground().checkpoint('cut', each)).toBe(199);
  }, LATER);
  for (const each of ['0', '1']) expect(first(each)).toEqual(bodies(`c${each}`, 200));
  expect(cuts()).toBe(3);
});

/** A store whose process has died: it can read, and never writes again. */
const dyingStore = () => {
  const store = freshStore();
  let dead = false;
  const unlessDead = () => (dead ? Promise.reject(new Error('the process is gone')) : undefined);
  return {
    die: () => {
      dead = true;
    },
    store: {
      listOwnership: (...args) => store.listOwnership(...args),
      listCheckpoints: (...args) => store.listCheckpoints(...args),
      claimOwnership: async (...args) => unlessDead() ?? store.claimOwnership(...args),
      updateCheckpoint: async (...args) => unlessDead() ?? store.updateCheckpoint(...args),
    } satisfies CheckpointStore,
  };
};

test('a crash before the checkpoint: the batch is delivered again to whoever takes over', async () => {
  const { store, die } = dyingStore();
  const before = diary(die);
  const errors: string[] = [];
  const report = (error: unknown) => errors.push(String(error));
  const crashed = start({ hub: 'crash', run: before.run, over: { store, report } });
  await ground().send('crash', bodies('e', 5));
  await vi.waitFor(() => expect(errors).toContain('Error: the process is gone'), SOON);
  await crashed.close(); // cannot give its partitions back
  expect(await ground().checkpoint('crash')).toBeUndefined();
  expect(await shares(ground(), 'crash')).toEqual([1]);
  const after = diary();
  start({ hub: 'crash', run: after.run });
  await vi.waitFor(async () => expect(await ground().checkpoint('crash')).toBe(4), SOON);
  expect(before.first()).toEqual(bodies('e', 5));
  expect(after.all()).toEqual(bodies('e', 5));
});

/** Writes another owner over a partition, as a consumer that steals it would. */
const steal = async (hub: string): Promise<void> => {
  const store = freshStore();
  for await (const blob of ground().checkpoints.listBlobsFlat()) {
    const [namespace, name] = blob.name.split('/');
    if (name !== hub || namespace === undefined) continue;
    for (const owned of await store.listOwnership(namespace, hub, GROUP)) {
      const taken = await store.claimOwnership([{ ...owned, ownerId: 'thief' }]);
      if (taken.length > 0) return;
    }
  }
  throw new Error('nothing was stolen');
};

test('an endless retry ends when its partition is stolen, and moves no checkpoint', async () => {
  const outcomes: RunOutcome[] = [];
  let attempts = 0;
  let cured = false;
  start({
    hub: 'stolen',
    run: async (_, { signal, stillOwned }) => {
      const outcome = await runWithRetry(
        { retryStrategy: 'fixedDelay', maxRetryCount: -1, delayInterval: 0 },
        async () => {
          attempts += 1;
          if (!cured) throw new Error('down');
        },
        {
          clock: { now: Date.now, sleep: () => new Promise((resolve) => setImmediate(resolve)) },
          random: Math.random,
          signal,
          mayContinue: stillOwned,
          report: () => undefined,
        },
      );
      outcomes.push(outcome);
      return outcome;
    },
  });
  await ground().send('stolen', ['e']);
  await vi.waitFor(() => expect(attempts).toBeGreaterThan(2), SOON);
  await vi.waitFor(() => steal('stolen'), SOON); // may lose the race against a renewal
  await vi.waitFor(() => expect(outcomes).toEqual(['lost']), SOON);
  expect(await ground().checkpoint('stolen')).toBeUndefined();
  cured = true;
  await vi.waitFor(async () => expect(await ground().checkpoint('stolen')).toBe(0), SOON); // the thief never came: it is taken back
  expect(outcomes).toEqual(['lost', 'done']);
});

test('an owner that was robbed while its handler ran writes no checkpoint over the new owner’s', async () => {
  const { run, all } = diary();
  let robbed = false;
  start({
    hub: 'rewound',
    run: async (batch, hold) => {
      if (!robbed) await vi.waitFor(() => steal('rewound'), SOON);
      robbed = true;
      return run(batch, hold);
    },
  });
  await ground().send('rewound', ['e']);
  // Without a checkpoint the event comes again once the thief, which never shows itself, has let go.
  await vi.waitFor(async () => expect(await ground().checkpoint('rewound')).toBe(0), SOON);
  expect(all()).toEqual(['e', 'e']);
});
